import type { Diagnostic } from '../dsl/index.ts';
import type { AttemptFile, AttemptId, Resources, RunId } from './attempt.ts';

/**
 * The engine's ports: all effects stand behind these, `drive` is their only caller. Shapes and words are
 * those of ARCHITECTURE.md. Times are milliseconds, sizes bytes.
 */

export type { AttemptId, Resources, RunId } from './attempt.ts';
export { attemptId, parseAttemptId } from './attempt.ts';

/** Why an attempt ended badly: what `retry on` names. */
export type Cause =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: number }
  | {
      readonly kind:
        | 'oom'
        | 'timeout'
        | 'lost'
        | 'preempted'
        | 'missing'
        | 'invalid'
        | 'infrastructure';
    };

export type Outcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly cause: Cause; readonly text?: string }
  /** `text`: where it is not certain that nothing of it runs any more. */
  | { readonly kind: 'cancelled'; readonly text?: string }
  | { readonly kind: 'duplicate' };

export interface Usage {
  readonly startedAtMs?: number;
  readonly wallMs?: number;
  readonly cpuMs?: number;
  /** Absent where it was not measured: never a guess. */
  readonly peakMemoryBytes?: number;
}

/** One call that hands 1..n attempts of equal shape to a site. */
export interface Submission {
  /** `braid-<run>-<n>`, `[a-z0-9-]`, at most 60 characters. */
  readonly key: string;
  readonly run: RunId;
  readonly epoch: number;
  readonly site: string;
  readonly shape: Resources;
  readonly form: 'single' | 'bundle' | 'array';
  /**
   * From 1: a later offer may have fewer items, and its copies beside those of an earlier one. A runner that finds an
   * attempt by its place in `items` keeps one list an offer.
   */
  readonly offer: number;
  readonly items: readonly {
    readonly attempt: AttemptId;
    readonly directory: string;
    /** What `attempt.json` says, where the runner is in this process and it has just been written. */
    readonly file?: AttemptFile;
  }[];
}

export type Answer =
  | {
      readonly kind: 'accepted';
      readonly key: string;
      readonly externalId: string;
      readonly url?: string;
    }
  /** Certain: nothing was started. */
  | { readonly kind: 'refused'; readonly key: string; readonly cause: Cause; readonly text: string }
  /** A timeout, a dropped reply: `find` will tell. */
  | { readonly kind: 'unknown'; readonly key: string; readonly text: string };

export type Found =
  | { readonly kind: 'found'; readonly externalId: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly text: string };

/**
 * Hints: they come at any time, twice and out of order. `exit.json` is the evidence. An attempt's id is of its
 * run; where a runner serves several, `key` of the submission says which.
 */
export type Observation = { readonly key?: string } & (
  | { readonly kind: 'waiting'; readonly attempt: AttemptId; readonly reason?: string }
  | { readonly kind: 'running'; readonly attempt: AttemptId; readonly host?: string }
  | {
      readonly kind: 'ended';
      readonly attempt: AttemptId;
      readonly outcome: Outcome;
      readonly usage: Usage;
      readonly evidence: 'exit' | 'accounting' | 'listing';
    }
  | { readonly kind: 'unknown'; readonly attempt: AttemptId; readonly text: string }
);

/** What was accepted, as `poll`, `cancel` and `log` need it. */
export interface Handle {
  readonly key: string;
  readonly externalId: string;
  readonly items: Submission['items'];
}

export interface Room {
  /** Cpus and bytes that may be given out now, beside what is running. */
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The whole place: what could never fit is refused at once. */
  readonly totalCpus: number;
  readonly totalMemoryBytes: number;
  /** Attempts it wants submitted ahead of those running (local: one a lane). */
  readonly ahead: number;
  /** More may join it: what does not fit now waits, and is not refused. */
  readonly open?: true;
}

export interface Capabilities {
  readonly bundles: boolean;
  readonly arrays: boolean;
  readonly sharedDirectory: boolean;
  /** After this long an absent submission may be offered again. */
  readonly graceMs: number;
  /** An accepted attempt of which nothing is heard for so long is suspect; default: the engine's. */
  readonly silenceMs?: number;
  /**
   * What a node wrote in a shared directory shows here after at most so long (attributes are kept by NFS for up
   * to a minute); default: the engine's `evidenceMs`.
   */
  readonly lagMs?: number;
}

/** An environment as the workflow and the site say it, strings evaluated. */
export interface Environment {
  readonly name: string;
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  readonly digest: string;
}

/** Shell lines that enter a prepared environment, run before the payload; or why it cannot be had. */
export type Prepared =
  | { readonly kind: 'ready'; readonly setup: readonly string[] }
  | {
      readonly kind: 'failed';
      readonly text: string;
      readonly hint?: string;
      /** Trying again is in vain: a person has to change something. */
      readonly permanent?: boolean;
    };

export interface LogPart {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly size: number;
  readonly ended: boolean;
}

export type Close = () => void | Promise<void>;

export interface Runner {
  readonly kind: string;
  capabilities(): Capabilities;
  check(): Promise<readonly Diagnostic[]>;
  prepare(environment: Environment, signal: AbortSignal): Promise<Prepared>;
  /** One bounded call; never throws for the site's faults. */
  submit(batch: readonly Submission[], signal: AbortSignal): Promise<readonly Answer[]>;
  find(keys: readonly string[], sinceMs: number): Promise<ReadonlyMap<string, Found>>;
  /** One listing for all. */
  poll(handles: readonly Handle[]): Promise<readonly Observation[]>;
  observe?(sink: (observations: readonly Observation[]) => void): Close;
  /** A request; the end comes as an observation. */
  cancel(handles: readonly Handle[], how: 'term' | 'kill'): Promise<void>;
  log(
    handle: Handle,
    attempt: AttemptId,
    stream: 'out' | 'err',
    from: number,
    maxBytes: number,
  ): Promise<LogPart>;
  /** Undefined while nothing is known of the place: nothing is offered then. */
  room(): Promise<Room | undefined>;
  /** Leaves attempts running. */
  close(): Promise<void>;
}

/** What a worker says back of a submission it was offered. */
export type Report =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** It did not fit where it arrived; uncharged. */
  | { readonly kind: 'returned'; readonly key: string; readonly text: string }
  | { readonly kind: 'observations'; readonly observations: readonly Observation[] }
  | { readonly kind: 'room'; readonly site: string; readonly room: Room };

export interface Dispatcher {
  offer(submissions: readonly Submission[], priority: number): Promise<void>;
  withdraw(keys: readonly string[]): Promise<void>;
  reports(sink: (reports: readonly Report[]) => void): Close;
  close(): Promise<void>;
}

export interface StoredEvent {
  readonly seq: number;
  readonly epoch: number;
  /** Wall time, for people. */
  readonly at: string;
  /** The run's clock (`Clock.runMs`). */
  readonly runMs: number;
  /** An `Event` of `run/event.ts` as JSON text's value. */
  readonly event: { readonly kind: string };
}

export type NewEvent = Omit<StoredEvent, 'seq' | 'epoch'>;

export interface Snapshot {
  readonly seq: number;
  readonly state: Uint8Array;
}

/** Thrown by `Journal.append` when another engine has taken the run. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

/** Thrown by `Journal.append` when the disk is full; nothing of the batch was written. */
export class JournalFull extends Error {
  override readonly name = 'JournalFull';
}

/** How long an engine that cannot be asked (on another host) keeps its run without a renewal. */
export const LEASE_MS = 60_000;

export interface Journal {
  /** Its file, for people; absent where there is none. */
  readonly path?: string;
  readonly epoch: number;
  /** One durable transaction; gives the sequence number of the last event. Throws Fenced | JournalFull. */
  append(events: readonly NewEvent[]): Promise<number>;
  read(fromSeq: number): AsyncIterable<readonly StoredEvent[]>;
  snapshot(state: Uint8Array, seq: number): Promise<void>;
  latest(): Promise<Snapshot | undefined>;
  watch(sink: (seq: number) => void): Close;
  /**
   * False once another engine has taken the run: what a process that was stopped asks before it goes on. Cheap; may
   * repeat an answer of the last 100 ms. The claim of each attempt is what makes sure.
   */
  isOurs?(): boolean;
  close(): Promise<void>;
}

export interface Clock {
  /** The run's clock: never goes backwards. */
  runMs(): number;
  wall(): Date;
  wake(atMs: number, f: () => void): Close;
}

export interface FileStat {
  readonly size: number;
  readonly mtimeMs: number;
  readonly directory: boolean;
}

export interface Files {
  read(path: string): Promise<Uint8Array>;
  /** A small file as UTF-8, where that is quicker than its bytes. */
  readText?(path: string): Promise<string>;
  stat(paths: readonly string[]): Promise<readonly (FileStat | undefined)[]>;
  /** Names in a directory, sorted by code point; empty if there is none. */
  list(directory: string): Promise<readonly string[]>;
  /** Writes all files of one attempt's directory, made with its parents; an existing file is replaced. */
  write(files: readonly { readonly path: string; readonly text: string }[]): Promise<void>;
  /**
   * Makes a file with O_EXCL, and its parents; false if it is there already. With it the engine takes an attempt's claim,
   * so that no copy starts any more; without it only the site's word and the grace tell.
   */
  create?(path: string, text: string): Promise<boolean>;
}
