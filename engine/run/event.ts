import type { Key } from '../../dsl/index.ts';
import type { Registration, Result } from '../bind/binding.ts';
import type { Slice } from '../plan/slice.ts';
import type { Cause, Outcome, Resources, RunId, Usage } from '../ports.ts';
import type { Ranges } from './ranges.ts';

/** Raised when a fold of old journals would need to know; an event without the field `v` has form 1. */
export const EVENT_FORM = 1;

/**
 * All that happens to a run, as the journal keeps it: small, JSON, applied by `reduce`, and a second
 * time without effect. What follows of itself (ready, blocked, how many wait) is not an event: the fold
 * finds it again.
 */
export type RunEvent =
  | WholeRunEvent
  | GrowthEvent
  | InstanceEvent
  | SubmissionEvent
  | AttemptEvent
  | RollbackEvent
  | FollowUpEvent
  | OtherEvent;

export type FailurePolicy = 'continue' | 'stop';

export interface RunCreated {
  readonly kind: 'run.created';
  readonly v: typeof EVENT_FORM;
  readonly workflow: string;
  /** Texts by name as they were read: the workflow first, then what it imports, tables, sites. */
  readonly sources: readonly { readonly name: string; readonly text: string }[];
  /** Digests of the files that were there before the run, by path; absent where there are very many. */
  readonly contents?: readonly (readonly [path: string, digest: string])[];
  /** What the command said: with the sources it makes the same plan again. */
  readonly settings: {
    readonly set: readonly (readonly [name: string, text: string])[];
    readonly paramsFile?: string | undefined;
    /** It may grow past the size that a plan may have without being asked for. */
    readonly allowLarge?: boolean;
    /** Its text is among the sources; without a path it is the built-in one. */
    readonly site?: { readonly path?: string | undefined; readonly name?: string | undefined };
    /** Absent: the whole plan. */
    readonly slice?: Slice;
    /** No script runs: every output is made up from its type. */
    readonly stub?: boolean;
    /** Absolute; where published outputs go, if the command said so. */
    readonly results?: string;
  };
  readonly planFingerprint: string;
  readonly engineVersion: string;
  /** `continue`: whatever does not need what failed goes on. `stop`: nothing new after a failure. */
  readonly policy: FailurePolicy;
  /** The site of instances that no `pin` places. */
  readonly site: string;
  /** The run that this one goes on with, from an edited text. */
  readonly continues?: RunId;
}

type WholeRunEvent =
  | RunCreated
  | {
      readonly kind: 'run.started';
      readonly epoch: number;
      readonly host: string;
      readonly pid: number;
    }
  /** No new work from here on; what is under way ends. */
  | { readonly kind: 'run.draining' }
  /** Everything that has not ended is to end as cancelled. */
  | { readonly kind: 'run.cancelled' }
  | {
      readonly kind: 'run.ended';
      readonly state: 'succeeded' | 'failed' | 'cancelled' | 'interrupted';
    };

/** What a row of a dynamic step has become (`plan.ts`, OpenRow), with the results named by `made`. */
export interface GrownRow {
  readonly row: number;
  readonly made: string;
  /** Number of the first new instance; at an earlier stage the id of the first new row. */
  readonly first: number;
  /** New keys by dimension, in key order; empty lists where nothing came of it. */
  readonly dimensions: readonly string[];
  readonly keys: readonly (readonly Key[])[];
  /** Which element of the manifest each is. */
  readonly at: readonly number[];
  /** Why it could not be expanded; the run fails with it. */
  readonly failed?: string;
  /** The run stops: it is not expanded. */
  readonly dropped?: boolean;
}

/** Rows of a step are expanded: keys that it had keep their instances, those that are gone are retired. */
export interface StepExpanded {
  readonly kind: 'step.expanded';
  /** Index of the step. */
  readonly step: number;
  readonly rows: readonly GrownRow[];
}

type GrowthEvent =
  | StepExpanded
  /** The run would have so many instances: nothing is expanded until somebody says that it is meant. */
  | { readonly kind: 'growth.held'; readonly step: number; readonly instances: number }
  /** The whole run is held by a person: what it fans out over waits as well. */
  | { readonly kind: 'growth.paused' }
  /** Ends both. */
  | { readonly kind: 'growth.released' }
  /** A result has another size than its step expects. */
  | { readonly kind: 'instance.warned'; readonly instance: number; readonly text: string };

type InstanceEvent =
  | {
      readonly kind: 'instance.reused';
      readonly instance: number;
      readonly fingerprint: string;
      readonly result: Result;
    }
  | { readonly kind: 'instance.skipped'; readonly instance: number }
  /** Blocked by what is only absent: this does not fail the run. */
  | { readonly kind: 'instance.blocked'; readonly instance: number; readonly reason: string }
  /** Without an attempt: its values do not fit, or no place can ever run it. */
  | {
      readonly kind: 'instance.failed';
      readonly instance: number;
      readonly cause: Cause;
      readonly text: string;
    }
  | { readonly kind: 'instance.held'; readonly instances: Ranges }
  | { readonly kind: 'instance.released'; readonly instances: Ranges }
  /** Those with an open attempt end as cancelled when it ends, unless it wins the race. */
  | { readonly kind: 'instance.cancelled'; readonly instances: Ranges; readonly because: string }
  /** Back to waiting with fresh budgets; whatever is blocked is considered again. */
  | {
      readonly kind: 'instance.retried';
      readonly instances: Ranges;
      /** Hold for these instances in this run; in no hash. */
      readonly with?: Partial<Resources>;
    }
  | {
      readonly kind: 'instance.prioritised';
      readonly instances: Ranges;
      readonly priority: number;
    };

export interface IntendedAttempt {
  readonly instance: number;
  readonly number: number;
  readonly fingerprint: string;
  readonly resources: Resources;
  /** It runs the step's `undo`. */
  readonly undo?: true;
}

type SubmissionEvent =
  | {
      readonly kind: 'submission.intended';
      readonly key: string;
      readonly site: string;
      readonly form: 'single' | 'bundle' | 'array';
      readonly shape: Resources;
      /** Larger first, where the place can. */
      readonly priority: number;
      readonly environment?: string;
      readonly attempts: readonly IntendedAttempt[];
    }
  /** The same attempts are offered again after a doubt: the claim decides between two copies. */
  | {
      readonly kind: 'submission.repeated';
      readonly key: string;
      /** Offers that it may have had, this one included: 1 where no earlier one started anything. */
      readonly offers: number;
    }
  | {
      readonly kind: 'submission.accepted';
      readonly key: string;
      readonly externalId: string;
      readonly url?: string;
    }
  | {
      readonly kind: 'submission.refused';
      readonly key: string;
      readonly cause: Cause;
      readonly text: string;
    }
  /** It was not started, and waits to be offered again; uncharged. */
  | { readonly kind: 'submission.returned'; readonly key: string; readonly text: string }
  | { readonly kind: 'submission.unknown'; readonly key: string; readonly text: string };

/** A failed attempt that is tried again, not before `atMs` of the run's clock. */
export interface Again {
  readonly atMs: number;
  readonly resources: Resources;
}

/** What a success left; the rest of its `Result` follows from the attempt. */
export interface Left {
  readonly values: Result['values'];
  readonly files: Result['files'];
}

export interface AttemptEnded {
  readonly kind: 'attempt.ended';
  readonly instance: number;
  readonly number: number;
  readonly outcome: Outcome;
  readonly usage: Usage;
  /** Only of a success that left anything. */
  readonly left?: Left;
  /** Only of a failure that is tried again; without it the instance has failed. */
  readonly again?: Again;
  /** It ran the step's `undo`. */
  readonly undo?: true;
}

type AttemptEvent =
  | {
      readonly kind: 'attempt.running';
      readonly instance: number;
      readonly number: number;
      readonly host?: string;
    }
  | {
      readonly kind: 'attempt.suspected';
      readonly instance: number;
      readonly number: number;
      readonly text: string;
    }
  | AttemptEnded;

type RollbackEvent =
  /** From here on until it ends nothing begins but the `undo` of these. */
  | {
      readonly kind: 'rollback.begun';
      readonly id: string;
      /** All that is to be made anew. */
      readonly instances: Ranges;
      /** Those of them whose `undo` runs first. */
      readonly undo: Ranges;
      /** Those that were named; the others come after them. */
      readonly chosen: Ranges;
      /** Hold for the named ones in this run; in no hash. */
      readonly with?: Partial<Resources>;
    }
  /** Failed or cancelled: what was taken back is cancelled, the rest stays as it is. */
  | {
      readonly kind: 'rollback.ended';
      readonly id: string;
      readonly state: 'succeeded' | 'failed' | 'cancelled';
      /** The one whose undo failed, and what to do about it. */
      readonly instance?: number;
      readonly text?: string;
    };

type FollowUpEvent =
  | ({ readonly kind: 'file.registered'; readonly instance: number } & Registration)
  /** Durable before anything is sent: after a crash it is sent again, under the same id. */
  | {
      readonly kind: 'notification.intended';
      readonly id: string;
      readonly channel: string;
      /** How the run ends. */
      readonly state: 'succeeded' | 'failed' | 'cancelled';
    }
  | {
      readonly kind: 'notification.ended';
      readonly id: string;
      readonly delivered: boolean;
      /** What the channel said; never its address. */
      readonly text: string;
    };

type OtherEvent =
  | { readonly kind: 'environment.preparing'; readonly site: string; readonly name: string }
  | {
      readonly kind: 'environment.prepared';
      readonly site: string;
      readonly name: string;
      readonly setup: readonly string[];
    }
  | {
      readonly kind: 'environment.failed';
      readonly site: string;
      readonly name: string;
      readonly text: string;
      /** Tried again then; absent: given up, and what needs it fails. */
      readonly againAtMs?: number;
    }
  | {
      readonly kind: 'intervention.received';
      readonly id: string;
      readonly verb: string;
      readonly selector: string;
      readonly by: string;
    }
  | {
      readonly kind: 'intervention.answered';
      readonly id: string;
      readonly accepted: boolean;
      readonly text: string;
      /** Instances it touched. */
      readonly count: number;
    };
