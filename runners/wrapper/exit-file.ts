import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptId, ExitFile, Observation, Outcome, Usage } from '../../engine/index.ts';

/** The text of an `exit.json`; undefined while it is not complete (it must parse and end in a newline). */
export function parseExit(text: string): ExitFile | undefined {
  if (!text.endsWith('\n')) return undefined;
  try {
    const exit = JSON.parse(text) as Partial<ExitFile> | null;
    return exit !== null && exit.format === 1 && typeof exit.code === 'number'
      ? ({ missing: [], ...exit } as ExitFile)
      : undefined;
  } catch {
    return undefined;
  }
}

/** How the attempt in `directory` ended, or undefined if it has not. */
export function readExit(directory: string): ExitFile | undefined {
  try {
    return parseExit(readFileSync(join(directory, 'exit.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * What an `exit.json` means. Success is code 0 and every declared output there. 137 stays `exit(137)`:
 * whoever saw the kernel or itself kill for memory says `oom` as the cause.
 */
export function outcomeOf(exit: ExitFile): Outcome {
  if (exit.cause === 'cancelled') return { kind: 'cancelled' };
  if (exit.cause !== undefined) return { kind: 'failed', cause: { kind: exit.cause } };
  if (exit.code === 137) {
    const text =
      'code 137 is 128 + 9: killed by SIGKILL, often for lack of memory; nothing here saw why';
    return { kind: 'failed', cause: { kind: 'exit', code: 137 }, text };
  }
  if (exit.code > 128 && exit.code < 160) {
    return { kind: 'failed', cause: { kind: 'signal', signal: exit.code - 128 } };
  }
  if (exit.code !== 0) return { kind: 'failed', cause: { kind: 'exit', code: exit.code } };
  if (exit.missing.length === 0) return { kind: 'succeeded' };
  return {
    kind: 'failed',
    cause: { kind: 'missing' },
    text: `declared but not there at the end: ${exit.missing.join(', ')}`,
  };
}

export function usageOf(exit: ExitFile): Usage {
  return {
    startedAtMs: exit.startedAtMs,
    wallMs: Math.max(0, exit.endedAtMs - exit.startedAtMs),
    ...(exit.cpuMs === undefined ? {} : { cpuMs: exit.cpuMs }),
    ...(exit.peakMemoryBytes === undefined ? {} : { peakMemoryBytes: exit.peakMemoryBytes }),
  };
}

export function endOf(attempt: AttemptId, exit: ExitFile): Observation & { kind: 'ended' } {
  return {
    kind: 'ended',
    attempt,
    outcome: outcomeOf(exit),
    usage: usageOf(exit),
    evidence: 'exit',
  };
}
