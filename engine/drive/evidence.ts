import type { AttemptFile, ExitFile } from '../attempt.ts';
import type { Binder } from '../bind/binding.ts';
import { attemptId, type Cause, type Files, type Outcome, type Usage } from '../ports.ts';
import type { Ending } from '../run/advice.ts';

/** What a runner reported of an end. */
export interface Hint {
  readonly outcome: Outcome;
  readonly usage: Usage;
}

export interface Evidence {
  readonly files: Files;
  readonly binder: Binder;
  readonly instance: number;
  readonly number: number;
  /** Absolute path of the attempt's directory. */
  readonly directory: string;
  /** Declared outputs; read from `attempt.json` where they are not known any more. */
  readonly outputs: AttemptFile['outputs'] | undefined;
  readonly hint: Hint | undefined;
  /** It ran an `undo`, which leaves nothing. */
  readonly undo?: boolean;
}

/**
 * How an attempt ended, by its `exit.json`; undefined if that is not there (yet). A success has all its
 * outputs: their sizes and times become the result, values are read and checked.
 */
export async function readEvidence(evidence: Evidence): Promise<Ending | undefined> {
  const exit = await readExit(evidence);
  if (!exit) return undefined;
  const usage = usageOf(exit);
  const outcome = outcomeOf(exit, evidence.hint);
  if (outcome.kind !== 'succeeded' || evidence.undo) return { outcome, usage, left: undefined };
  return collect(evidence, usage);
}

async function readExit({ files, directory, instance, number }: Evidence) {
  const text = await readText(files, `${directory}/exit.json`);
  // Complete when it parses and ends in a newline.
  if (text === undefined || !text.endsWith('\n')) return undefined;
  const exit = parse(text) as ExitFile | undefined;
  return exit?.attempt === attemptId(instance, number) ? exit : undefined;
}

function outcomeOf(exit: ExitFile, hint: Hint | undefined): Outcome {
  const text =
    hint?.outcome.kind === 'failed' && hint.outcome.text !== undefined
      ? { text: hint.outcome.text }
      : {};
  if (exit.cause === 'cancelled') return { kind: 'cancelled' };
  if (exit.cause !== undefined) return { kind: 'failed', cause: { kind: exit.cause }, ...text };
  if (exit.code !== 0) return { kind: 'failed', cause: causeOf(exit.code, hint), ...text };
  if (exit.missing.length > 0) return missing(exit.missing);
  return { kind: 'succeeded' };
}

/** 137 stays `exit(137)`, unless the site saw that it was for lack of memory. */
function causeOf(code: number, hint: Hint | undefined): Cause {
  if (code === 137) {
    const seen = hint?.outcome.kind === 'failed' && hint.outcome.cause.kind === 'oom';
    return seen ? { kind: 'oom' } : { kind: 'exit', code };
  }
  return code > 128 && code < 160 ? { kind: 'signal', signal: code - 128 } : { kind: 'exit', code };
}

function missing(names: readonly string[], why = 'not made'): Outcome {
  const text = `${why}: ${names.join(', ')}`;
  return { kind: 'failed', cause: { kind: 'missing' }, text };
}

function usageOf(exit: ExitFile): Usage {
  return {
    startedAtMs: exit.startedAtMs,
    wallMs: exit.endedAtMs - exit.startedAtMs,
    ...(typeof exit.cpuMs === 'number' ? { cpuMs: exit.cpuMs } : {}),
    ...(typeof exit.peakMemoryBytes === 'number' ? { peakMemoryBytes: exit.peakMemoryBytes } : {}),
  };
}

async function collect(evidence: Evidence, usage: Usage): Promise<Ending> {
  const { files, binder, instance, directory } = evidence;
  const work = `${directory}/work`;
  const outputs = evidence.outputs ?? (await readAttempt(files, directory))?.outputs ?? [];
  const found = outputs.length > 0 ? await files.stat(outputs.map((o) => `${work}/${o.path}`)) : [];
  const absent = outputs.filter((output, at) => !output.optional && found[at] === undefined);
  if (absent.length > 0) {
    return { outcome: missing(absent.map((output) => output.name)), usage, left: undefined };
  }
  const directories = outputs.filter(({ kind }, at) => kind === 'file' && found[at]?.directory);
  if (directories.length > 0) {
    const names = directories.map((output) => output.name);
    return { outcome: missing(names, 'a directory instead of a file'), usage, left: undefined };
  }
  const collected = await binder.collect(instance, work, (path) =>
    readBytes(files, `${work}/${path}`),
  );
  if (collected.kind !== 'values') {
    const { code, message } = collected.diagnostic;
    const text = `[${code}] ${message}`;
    const outcome: Outcome = { kind: 'failed', cause: { kind: collected.kind }, text };
    return { outcome, usage, left: undefined };
  }
  const named = collected.files ?? [];
  const there = named.length > 0 ? await files.stat(named.map((f) => `${work}/${f.path}`)) : [];
  const lost = named.filter((_, at) => there[at] === undefined);
  if (lost.length > 0) {
    return { outcome: missing(lost.map(({ path }) => path)), usage, left: undefined };
  }
  const stats = [...found, ...there];
  const left = {
    values: collected.values,
    files: [...outputs, ...named].flatMap(({ name, path }, at) => {
      const stat = stats[at];
      return stat ? [{ name, path, size: stat.size, mtimeMs: stat.mtimeMs }] : [];
    }),
  };
  const { warnings } = collected;
  return { outcome: { kind: 'succeeded' }, usage, left, ...(warnings ? { warnings } : {}) };
}

/** `attempt.json`, if it is there and whole. */
export async function readAttempt(
  files: Files,
  directory: string,
): Promise<AttemptFile | undefined> {
  const text = await readText(files, `${directory}/attempt.json`);
  return text === undefined ? undefined : (parse(text) as AttemptFile | undefined);
}

async function readText(files: Files, path: string): Promise<string | undefined> {
  try {
    return await (files.readText?.(path) ?? files.read(path).then(decode));
  } catch {
    return undefined;
  }
}

const decoder = new TextDecoder();

function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A file that cannot be read is not there, as far as evidence goes: it is looked for again. */
async function readBytes(files: Files, path: string): Promise<Uint8Array | undefined> {
  try {
    return await files.read(path);
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
