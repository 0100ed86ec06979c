import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

export interface CommandResult {
  /** Undefined if it could not be started. */
  readonly code: number | undefined;
  /** The last lines of both streams. */
  readonly tail: readonly string[];
}

export interface CommandSetting {
  readonly environment: NodeJS.ProcessEnv;
  /** All output is appended here. */
  readonly logPath: string;
  readonly signal: AbortSignal;
  line(text: string): void;
}

const TAIL_LINES = 40;
/** What does not end when it is told to is killed. */
const KILL_MS = 5_000;

/** Runs a program without a shell; ends it (and its group) when the signal aborts. Never rejects. */
export async function runCommand(
  argv: readonly [string, ...string[]],
  setting: CommandSetting,
): Promise<CommandResult> {
  const [program, ...rest] = argv;
  const log = createWriteStream(setting.logPath, { flags: 'a' });
  log.on('error', () => {});
  log.write(`$ ${argv.join(' ')}\n`);
  const tail: string[] = [];
  let part = '';
  const hear = (text: string) => {
    log.write(text);
    const lines = (part + text).split('\n');
    part = lines.pop() ?? '';
    for (const line of lines) tell(line);
  };
  const tell = (line: string) => {
    if (line.trim() === '') return;
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    setting.line(line);
  };
  const code = await new Promise<number | undefined>((resolve) => {
    const child = spawn(program, rest, {
      detached: true,
      env: setting.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = (signal: 'SIGTERM' | 'SIGKILL') => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      try {
        process.kill(-child.pid, signal);
      } catch {
        // It has ended in this moment.
      }
    };
    const stop = () => {
      end('SIGTERM');
      setTimeout(() => end('SIGKILL'), KILL_MS).unref();
    };
    if (setting.signal.aborted) stop();
    else setting.signal.addEventListener('abort', stop, { once: true });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
    child.once('error', () => resolve(undefined));
    child.once('close', (status) => resolve(status ?? 128));
    child.once('exit', () => setting.signal.removeEventListener('abort', stop));
  });
  if (part !== '') tell(part);
  await new Promise<void>((resolve) => log.end(() => resolve()));
  return { code, tail };
}
