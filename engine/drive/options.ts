import type { Binder } from '../bind/binding.ts';
import type { Plan } from '../plan/plan.ts';
import type { Clock, Dispatcher, Environment, Files, Journal, RunId, Runner } from '../ports.ts';
import type { RunCreated } from '../run/event.ts';
import type { Select } from '../run/intervene.ts';
import type { NoticeMessage } from '../run/notify.ts';
import type { Recorded } from '../run/reduce.ts';
import type { StepRules } from '../run/rules.ts';
import type { Lookup, Timings } from '../run/scene.ts';
import type { RunState } from '../run/state.ts';

import type { Folded } from './fold.ts';
import type { Recorder } from './record.ts';

export interface DriveOptions {
  readonly run: RunId;
  /** Absolute path of the directory that attempts are below. */
  readonly directory: string;
  /** Absolute path of the directory that has `inbox/`; default: `directory`. */
  readonly records?: string;
  readonly plan: Plan;
  readonly rules: readonly StepRules[];
  readonly binder: Binder;
  readonly journal: Journal;
  /** What its events came to a moment ago, for the same plan: the engine's own from now on. */
  readonly folded?: Folded;
  readonly dispatcher: Dispatcher;
  /** By site. */
  readonly runners: ReadonlyMap<string, Runner>;
  readonly files: Files;
  readonly clock: Clock;
  readonly host: string;
  readonly pid: number;
  /** The first event of a run that is new; of no account in a run that has begun. */
  readonly created: RunCreated;
  /** An environment of the workflow as a site has it; undefined where it needs no preparing. */
  readonly environment?: (site: string, name: string) => Environment | undefined;
  readonly lookup?: Lookup;
  readonly select?: Select;
  /** Everything that has become durable, in order; `touched` are the instances whose state changed. */
  readonly onEvents?: (events: readonly Recorded[], touched: readonly number[]) => void;
  /** What is worth a line to people and no event: a full disk, a worker that fails. */
  readonly onNotice?: (text: string) => void;
  /** Successes of this run, for the index of results. */
  readonly record?: Recorder;
  /** Results that are being taken back: no run is to find them any more. False if that could not be done now. */
  readonly forget?: (fingerprints: readonly string[]) => boolean;
  /** Delivers a notice, bounded in time; says whether it arrived. Never throws for the channel's faults. */
  readonly notify?: (message: NoticeMessage) => Promise<Delivery>;
  /** Nothing is made in earnest: nothing is registered, and nobody is told. */
  readonly isRehearsal?: boolean;
  /** Instances past which the run grows only when it is told that this is meant; default: as for plans. */
  readonly largest?: number;
  /** Events between two snapshots of the state; default 50 000. */
  readonly snapshotEvents?: number;
  readonly timings?: Partial<Timings>;
}

export interface Delivery {
  readonly delivered: boolean;
  /** What the channel said, or why it could not be reached; never an address. */
  readonly text: string;
}

/** Why an engine left its run. */
export type Departure =
  /** The run has ended, or is interrupted after a drain. */
  | { readonly kind: 'ended'; readonly state: RunState['run'] }
  /** Another engine has the run; nothing was touched since. */
  | { readonly kind: 'fenced' }
  /** It was told to leave at once. */
  | { readonly kind: 'abandoned' }
  /** The journal failed: nothing was done of what it did not take. */
  | { readonly kind: 'stopped'; readonly error: unknown };

export interface Driving {
  /** The live fold; read only. */
  readonly state: RunState;
  readonly left: Promise<Departure>;
  /** No new work; leaves when what is under way has ended. */
  drain(): void;
  /** Ends everything as cancelled. */
  cancel(): void;
  /** Leaves at once; attempts go on and are found again by the next engine. */
  abandon(): Promise<void>;
}
