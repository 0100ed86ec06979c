import { resolve } from 'node:path';
import type { Diagnostic } from '../dsl/index.ts';

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

/** Wrong usage, exit 2: said in one line, or by diagnostics that point into an argument. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
  constructor(message: string, hint?: string, diagnostics: readonly Diagnostic[] = []) {
    super(message);
    this.hint = hint;
    this.diagnostics = diagnostics;
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
