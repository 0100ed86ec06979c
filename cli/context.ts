import { resolve } from 'node:path';

/** What a verb may use of the process it runs in. */
export interface Context {
  readonly cwd: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly color: { readonly stdout: boolean; readonly stderr: boolean };
}

/** 0 good · 1 errors, or a run that did not succeed · 2 wrong usage · 3 a bug of ours · 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 130;

export function processContext(): Context {
  const plain = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '';
  const colored = (stream: NodeJS.WriteStream) =>
    !plain && stream.isTTY === true && process.env.TERM !== 'dumb';
  return {
    cwd: process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
    color: { stdout: colored(process.stdout), stderr: colored(process.stderr) },
  };
}

let outlives = false;

/** From now on this process goes on when the reader of its output goes away: it drives a run. */
export function outliveReader(): void {
  outlives = true;
}

export function outlivesReader(): boolean {
  return outlives;
}

/** Wrong usage: said in one line, exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Data for programs: one JSON document, `format` first. */
export function printJson(context: Context, document: Readonly<Record<string, unknown>>): void {
  context.stdout.write(`${JSON.stringify({ format: 1, ...document }, null, 2)}\n`);
}

/** The directory that holds `.braid/`, absolute. */
export function workDirectory(context: Context, dir: string | undefined): string {
  return resolve(context.cwd, dir ?? '.');
}
