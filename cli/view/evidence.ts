import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { failedLine, lineText } from '../../dsl/index.ts';
import {
  type AttemptFile,
  attemptDirectory,
  locate,
  type Plan,
  type RunState,
} from '../../engine/index.ts';

const TAIL_BYTES = 8192;

/** What an attempt left that says why it failed. */
export interface Evidence {
  /** Absolute. */
  readonly directory: string;
  /** The line of the workflow's text, where it is known. */
  readonly place:
    | { readonly file: string; readonly line: number; readonly text: string }
    | undefined;
  /** The last lines of its stderr, without the empty ones at the end. */
  readonly stderr: readonly string[];
}

/** Reads the evidence of an attempt; what is not there is left out. `root` is the run's directory. */
export function evidenceOf(
  plan: Plan,
  state: RunState,
  root: string,
  instance: number,
  attempt: number,
): Evidence {
  const directory = attemptDirectory(state, root, instance, attempt);
  const stderr = tailOf(join(directory, 'stderr'));
  const file = attemptFile(directory);
  const { script: made, undo } = locate(plan, instance).step.step;
  const script = (file?.undo && undo) ?? made;
  const line = failedLine(
    script,
    { preludeLines: file?.preludeLines ?? 0 },
    { failedLine: tailOf(join(directory, 'failed-line')) || undefined, stderr },
  );
  const place =
    line !== undefined && script.form === 'inline'
      ? { file: script.source.name, line, text: lineText(script.source, line) }
      : undefined;
  return { directory, place, stderr: stderr.trimEnd().split('\n').filter(Boolean) };
}

/** `attempt.json` of an attempt; undefined if it was never written. */
export function attemptFile(directory: string): AttemptFile | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'attempt.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

function tailOf(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}
