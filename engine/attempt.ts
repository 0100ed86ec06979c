/** Ten characters of `[a-z0-9]`. */
export type RunId = string;
/** `<instance>.<number>`: the plan's number of the instance and the number of the try, from 1. */
export type AttemptId = `${number}.${number}`;

export function attemptId(instance: number, number: number): AttemptId {
  return `${instance}.${number}`;
}

export function parseAttemptId(id: AttemptId): { instance: number; number: number } {
  const dot = id.indexOf('.');
  return { instance: Number(id.slice(0, dot)), number: Number(id.slice(dot + 1)) };
}

export interface Resources {
  readonly cpus: number;
  readonly memoryBytes: number | undefined;
  readonly timeMs: number | undefined;
  readonly diskBytes: number | undefined;
  readonly gpus: number;
}

/**
 * `attempt.json`: all that a runner needs to run an attempt, written into its directory before it is
 * offered. The directory of an attempt:
 *
 *     attempt.json   this
 *     script         the rendered script, if it has one
 *     claim          made with O_EXCL by the wrapper before the payload
 *     duplicates     a line of every copy that found the claim taken
 *     stdout stderr  of the payload
 *     work/          its scratch directory: where it runs and where its outputs are
 *     failed-line    the script's line that failed, where the interpreter could tell
 *     exit.json      how it ended; complete when it parses and ends in a newline
 */
export interface AttemptFile {
  readonly format: 1;
  readonly run: RunId;
  readonly attempt: AttemptId;
  readonly submission: string;
  readonly epoch: number;
  readonly step: string;
  /** As it is always printed: `phosim[visit=230, sensor=R22_S11]`. */
  readonly instance: string;
  /** It takes back what an earlier attempt did. */
  readonly undo?: true;
  /** The whole argv; run in `work/`, so that the script is `../script`. */
  readonly command: readonly string[];
  /** Lines before the first line of the body in `script`, to map a failing line back. */
  readonly preludeLines?: number;
  /** Added to the environment: BRAID_* and `vars` that are no secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that hold a secret, with its name: the value goes to the payload only, never to a disk. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Shell lines before the payload: they enter the environment. */
  readonly setup: readonly string[];
  readonly resources: Resources;
  /** Symbolic links made in `work/` before the payload: `path` is relative to it. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** `path` relative to `work/`; a marker or a value has none. */
  readonly outputs: readonly {
    readonly name: string;
    readonly path: string;
    readonly kind: 'file' | 'dir';
    readonly optional: boolean;
  }[];
}

/** `exit.json`, one line of JSON. */
export interface ExitFile {
  readonly format: 1;
  readonly attempt: AttemptId;
  readonly externalId: string;
  /** Exit code of the payload; 128 + signal where a signal ended it. */
  readonly code: number;
  /** The wrapper's own word where it knows more than the code. */
  readonly cause: 'timeout' | 'oom' | 'cancelled' | 'infrastructure' | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly cpuMs: number | undefined;
  readonly peakMemoryBytes: number | undefined;
  /** Names of declared outputs that are not there. */
  readonly missing: readonly string[];
  readonly host: string;
}
