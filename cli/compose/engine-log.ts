import type { Logger } from 'pino';

/** What an engine has to say beside its events, kept with its run: JSON lines in `engine.log`. */
export interface EngineLog {
  note(text: string): void;
  /** After what was noted is in the file. */
  close(): Promise<void>;
}

/** The log is opened, and its library loaded, with the first note: most runs have none. */
export function engineLog(path: string, run: string): EngineLog {
  let logger: Promise<Logger> | undefined;
  const open = async () => {
    const { pino } = await import('pino');
    const base = { run, pid: process.pid };
    // Synchronous: the last words before a crash are the ones that matter.
    const file = pino.destination({ dest: path, sync: true });
    return pino({ base, timestamp: pino.stdTimeFunctions.isoTime }, file);
  };
  return {
    note(text) {
      logger ??= open();
      void logger.then((opened) => opened.warn(text));
    },
    async close() {
      await logger;
    },
  };
}
