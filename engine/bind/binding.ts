import type { Diagnostic, Key, Value } from '../../dsl/index.ts';
import type { AttemptFile } from '../attempt.ts';
import type { OpenRow, Plan } from '../plan/plan.ts';
import type { Cause, Resources } from '../ports.ts';

/** What an instance that succeeded (now or in an earlier run) left for its readers. */
export interface Result {
  readonly fingerprint: string;
  /** Absolute path of the `work/` directory that holds its outputs. */
  readonly directory: string;
  /** Values of outputs that are no files, as JSON. */
  readonly values: Readonly<Record<string, JsonValue>>;
  /** Files and directories: path relative to `directory`; size and time at the end of the attempt. */
  readonly files: readonly {
    readonly name: string;
    readonly path: string;
    readonly size: number;
    readonly mtimeMs: number;
  }[];
}

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonRecord;
export interface JsonRecord {
  readonly [name: string]: JsonValue;
}

/** How an instance stands for those that read it. */
export type Standing =
  | { readonly kind: 'result'; readonly result: Result }
  /** Skipped, failed within its step's budget, or blocked only by absent ones. */
  | { readonly kind: 'absent' }
  /** It will run (or has not ended): its values are not known yet. Only `plan --why` meets this. */
  | { readonly kind: 'unknown'; readonly fingerprint: string | undefined };

export interface Standings {
  of(instance: number): Standing;
  /**
   * Another number whenever a standing that was given before may have changed (a rollback, a retry of
   * what had failed). With it, lists of gathered members are kept and shared; without, made each time.
   */
  generation?(): number;
}

/** One part of a fingerprint by name, so that `why` can say which one changed. */
export interface Component {
  /** `script`, `key`, `environment`, `outputs`, `vars`, `input NAME`, `value NAME`. */
  readonly name: string;
  readonly digest: string;
  /** Short text for people (a value, a producer), where there is one. */
  readonly text: string;
}

export type Binding =
  /** Its `when` is false. */
  | { readonly kind: 'skipped' }
  /** An input is absent, or there is nothing to gather; absent-only, so that it does not fail the run. */
  | { readonly kind: 'blocked'; readonly reason: string }
  /** An expression could not be evaluated: the instance fails with cause `invalid`. */
  | { readonly kind: 'invalid'; readonly diagnostic: Diagnostic }
  /** Something that it hinges on is not known yet (`plan --why` only). */
  | { readonly kind: 'unknown'; readonly because: string }
  | {
      readonly kind: 'ready';
      /** Hex; equal fingerprints mean equal results. */
      readonly fingerprint: string;
      readonly components: readonly Component[];
      readonly resources: Resources;
      /** Larger first. */
      readonly priority: number;
      /** Absent: none. */
      readonly environment: string | undefined;
    };

export interface AttemptRequest {
  readonly instance: number;
  readonly number: number;
  readonly run: string;
  readonly submission: string;
  readonly epoch: number;
  /** Absolute path of the attempt's directory. */
  readonly directory: string;
  /** After escalation and `--with`. */
  readonly resources: Resources;
  /** Lines that enter the prepared environment. */
  readonly setup: readonly string[];
  /** Runs the step's `undo`, whose outputs are those that an attempt left in this `work/` directory. */
  readonly undo?: { readonly work: string };
}

export interface PreparedAttempt {
  readonly file: AttemptFile;
  /** Absent for `exec`. */
  readonly script: string | undefined;
  /** Lines of `script` before the first line of its body, as `failedLine` needs them. */
  readonly preludeLines?: number;
  /** Tables and `filelist`s that the script reads: to be written as well, `path` in the attempt's directory. */
  readonly lists?: readonly { readonly path: string; readonly text: string }[];
}

/** What `retry` says of a bad end; pure. */
export type RetryAdvice =
  | { readonly kind: 'retry'; readonly resources: Resources; readonly waitMs: number }
  | { readonly kind: 'give up' };

/** What a row of a dynamic step is expanded to: its new keys by dimension, and which element each is. */
export type Expansion =
  | {
      readonly kind: 'rows';
      readonly dimensions: readonly string[];
      readonly keys: readonly (readonly Key[])[];
      readonly at: readonly number[];
    }
  | { readonly kind: 'invalid'; readonly diagnostic: Diagnostic };

/** An entry for the data catalogue. */
export interface Registration {
  /** Of the step. */
  readonly output: string;
  /** The type that the catalogue gives it. */
  readonly type: string;
  /** In the catalogue. */
  readonly path: string;
  /** Absolute. */
  readonly file: string;
  readonly size: number;
  readonly fingerprint: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Why an instance is skipped, where its own text says so. */
export type SkipReason =
  | {
      readonly kind: 'when';
      /** As it is written, in one line. */
      readonly condition: string;
      /** What it speaks of: `v.band` and its value in a few words. */
      readonly values: readonly { readonly name: string; readonly value: string }[];
    }
  /** The member of the gather that it stands for is absent: `input` reads it. */
  | { readonly kind: 'member'; readonly input: string };

export interface Binder {
  /**
   * From now on `plan` counts, which grows while the run goes on, with the standings of that run. Only
   * asked for where steps fan out at run time.
   */
  follow?(plan: Plan, standings: Standings): void;
  /** The elements of a row whose sources are there. */
  expand?(row: OpenRow): Expansion;
  bind(instance: number, standings: Standings): Binding;
  /** Only for an instance whose binding was `ready`. */
  prepare(request: AttemptRequest, standings: Standings): PreparedAttempt;
  /**
   * `number` tries have been made, of which `charged` count against `retry n`; `ofCause` ended with this
   * cause. Preempted, lost and infrastructure have a budget of their own (5).
   */
  retry(
    instance: number,
    failed: {
      readonly cause: Cause;
      readonly resources: Resources;
      readonly number: number;
      readonly charged: number;
      readonly ofCause: number;
    },
  ): RetryAdvice;
  /**
   * The values of outputs that a script leaves in files (`json("x").y`), read through `read` (paths
   * relative to `work/`); or what does not fit its type (cause `invalid`) or is not there (`missing`).
   */
  collect(
    instance: number,
    directory: string,
    read: (path: string) => Promise<Uint8Array | undefined>,
  ): Promise<
    | {
        readonly kind: 'values';
        readonly values: Result['values'];
        /** Files that values name, relative to `directory`: they have to be there as well. */
        readonly files?: readonly { readonly name: string; readonly path: string }[];
        /** For people: a result is of another size than its step expects. */
        readonly warnings?: readonly string[];
      }
    | { readonly kind: 'missing' | 'invalid'; readonly diagnostic: Diagnostic }
  >;
  /** What of an earlier result, which is about to be used again, is of another size than its step expects now. */
  surprises?(
    instance: number,
    values: Result['values'],
  ): { readonly diagnostics: readonly Diagnostic[]; readonly isStrict: boolean };
  /** What an instance that succeeded has for the data catalogue; or what could not be evaluated. */
  registrations?(
    instance: number,
    standings: Standings,
  ): readonly Registration[] | { readonly invalid: Diagnostic };
  /** For an instance that is skipped; undefined if its text does not say it. */
  whySkipped?(instance: number, standings: Standings): SkipReason | undefined;
  /** `phosim[visit=230, sensor=R22_S11]` */
  name(instance: number): string;
  /** Values hidden from logs: none of them is ever in a fingerprint or an attempt file. */
  secrets(): Readonly<Record<string, Value>>;
}
