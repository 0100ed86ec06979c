import type { Result } from '../bind/binding.ts';
import type { Plan } from '../plan/plan.ts';
import type { AttemptId, Cause, Resources } from '../ports.ts';
import { attemptId } from '../ports.ts';
import type { IntendedAttempt, Left, RunCreated } from './event.ts';
import type { FanState } from './fan-out/fan-state.ts';
import { makeFan } from './fan-out/make-fan.ts';
import type { Ranges } from './ranges.ts';
import type { StepRules } from './rules.ts';
import {
  type AttemptState,
  code,
  type InstanceState,
  type InstanceTrigger,
  instanceMachine,
  instanceStates,
  isEnded,
  next,
  type RunStateName,
} from './states.ts';
import { type Wiring, wire } from './wiring.ts';

/** Bits of `Instances.flags`. */
export const flag = {
  /** An earlier run made its result. */
  reused: 1,
  /** Blocked only by what is absent, so that it is absent itself and does not fail the run. */
  absent: 2,
  /** To be cancelled when its attempt ends, and never tried again. */
  cancelling: 4,
  /** Held: whenever it would wait or be ready. */
  held: 8,
  /** What it did was taken back, and it has not begun since. */
  undone: 16,
  /** To be made anew: no result of before counts. */
  fresh: 32,
  /** Its key went while its attempt was open: that is cancelled, and whatever it comes to is not used. */
  gone: 64,
  /** Gone, and its key is there again: it waits to be made anew once that attempt has ended. */
  back: 128,
} as const;

/** Columns by instance; replaced by longer ones when the plan grows. */
export interface Instances {
  /** Index into `instanceStates`. */
  state: Uint8Array<ArrayBuffer>;
  flags: Uint8Array<ArrayBuffer>;
  /** Links that are not satisfied. */
  waits: Int32Array<ArrayBuffer>;
  /** Number of the last attempt; 0 before the first. */
  attempts: Uint16Array<ArrayBuffer>;
  /** Failed attempts that count against `retry n`, since the last reset. */
  charged: Uint16Array<ArrayBuffer>;
}

export interface OpenAttempt {
  readonly instance: number;
  readonly number: number;
  readonly key: string;
  readonly fingerprint: string;
  readonly resources: Resources;
  /** It takes back what the instance did, instead of making it. */
  readonly undo?: true;
  state: AttemptState;
  host: string | undefined;
  /** While it is suspect: since when (wall time as ISO text), and why. */
  suspicion?: { readonly since: string; readonly text: string } | undefined;
}

export interface OpenSubmission {
  readonly key: string;
  readonly site: string;
  readonly form: 'single' | 'bundle' | 'array';
  readonly shape: Resources;
  readonly priority: number;
  readonly environment: string | undefined;
  readonly attempts: readonly IntendedAttempt[];
  /** Of its attempts. */
  open: number;
  state: 'intended' | 'accepted' | 'returned' | 'unknown' | 'refused';
  externalId: string | undefined;
  /** Epoch of the last offer, and how many there were: one offer in this epoch leaves no doubt. */
  epoch: number;
  /** Epoch in which it was intended. */
  readonly firstEpoch: number;
  offers: number;
  /** The run's clock at the last offer. */
  offeredAtMs: number;
}

export interface Failure {
  readonly number: number;
  readonly cause: Cause;
  readonly text: string | undefined;
}

/** What an instance of this run left; its `Result` is made when asked for. */
export interface OwnResult {
  readonly number: number;
  readonly fingerprint: string;
  readonly left: Left | undefined;
}

/** A roll-back that is under way. */
export interface Rollback {
  readonly id: string;
  /** All that is to be made anew. */
  readonly instances: Ranges;
  /** Those whose `undo` runs first. */
  readonly undo: Ranges;
  /** Those that were named, for which `with` holds. */
  readonly chosen: Ranges;
  readonly with?: Partial<Resources>;
  /** One whose undo failed for good: no further one begins. */
  readonly failed?: number;
}

export type EnvironmentState =
  | { readonly kind: 'preparing'; readonly failures: number }
  | { readonly kind: 'prepared'; readonly setup: readonly string[] }
  | {
      readonly kind: 'failed';
      readonly text: string;
      readonly failures: number;
      /** Absent: given up. */
      readonly againAtMs: number | undefined;
    };

export interface InterventionState {
  readonly verb: string;
  answer: { readonly accepted: boolean; readonly text: string; readonly count: number } | undefined;
}

/** Counters and decisions of one link (`settle.ts`). */
export interface LinkState {
  /** Groups: members whose standing is open. */
  readonly open: Int32Array;
  /** Groups: 0 undecided, 1 holds, 2 cannot hold. */
  readonly mark: Uint8Array;
  /** Groups of an `after`: 1 something absent failed or was blocked, 2 something that fails the run. */
  readonly bad: Uint8Array;
  /** `previous`: the nearest producer at or before this one that is not known to be absent; -1 none. */
  readonly jump: Int32Array;
  /** `previous`: waiting consumers as linked lists by producer. */
  readonly firstWaiter: Int32Array;
  readonly nextWaiter: Int32Array;
}

/** The fold of a run's journal. Owned by `reduce`: nobody else changes it. */
export interface RunState {
  /** The run's own: where steps fan out at run time it grows with the fold. */
  readonly plan: Plan;
  readonly rules: readonly StepRules[];
  readonly wiring: Wiring;
  created: Omit<RunCreated, 'sources' | 'contents'> | undefined;
  run: RunStateName;
  cancelled: boolean;
  epoch: number;
  /** The run's clock when this epoch began: offers of earlier epochs are no younger. */
  epochAtMs: number;
  /** The run's clock at the last event: it never goes backwards. */
  runMs: number;
  startedAt: string | undefined;
  finishedAt: string | undefined;
  readonly instances: Instances;
  /** `step × state`: how many. */
  readonly counts: Int32Array;
  /** By step: reused ones; ended ones; blocked ones that fail the run. */
  readonly reused: Int32Array;
  readonly ended: Int32Array;
  readonly hardBlocked: Int32Array;
  /** Instances of steps that are not closing and have not ended. */
  mainOpen: number;
  /** The gates of closing steps have been decided. */
  closed: boolean;
  readonly links: LinkState[];
  /** Failures whose standing waits for their step's budget, by step. */
  readonly undecided: Map<number, number[]>;
  readonly attempts: Map<number, OpenAttempt>;
  readonly submissions: Map<string, OpenSubmission>;
  /** Submissions ever intended: the next key's number is one more. */
  submissionCount: number;
  readonly own: Map<number, OwnResult>;
  readonly borrowed: Map<number, Result>;
  /** Results from before a reset, which an unchanged fingerprint makes valid again. */
  readonly former: Map<number, OwnResult | Result>;
  /** Fingerprints of results from before those. */
  readonly past: Map<number, readonly string[]>;
  readonly failures: Map<number, Failure>;
  /** Ended attempts by cause (`exit(3)`, `oom`), since the last reset; only of those that failed. */
  readonly causes: Map<number, Record<string, number>>;
  /** Under way while what they read failed for good, and whether that fails the run: found again by counting. */
  readonly doomed: Map<number, boolean>;
  /** When a retry may begin, and with what. */
  readonly again: Map<number, { readonly atMs: number; readonly resources: Resources }>;
  readonly overrides: Map<number, Partial<Resources>>;
  readonly priorities: Map<number, number>;
  /** Why an instance is blocked or cancelled, where that is not what it reads. */
  readonly reasons: Map<number, string>;
  /** How often the run has ended. */
  endings: number;
  /** By their id. */
  readonly notices: Map<
    string,
    {
      readonly channel: string;
      readonly state: 'succeeded' | 'failed' | 'cancelled';
      ended: boolean;
    }
  >;
  /** The file that was registered for each path of the catalogue. */
  readonly registered: Map<string, string>;
  rollback: Rollback | undefined;
  /** Roll-backs that have ended, by their id. */
  readonly rolledBack: Map<string, 'succeeded' | 'failed' | 'cancelled'>;
  /** Those whose undo failed, and how: they block whatever their step tolerates. */
  readonly spoiled: Map<number, string>;
  /** Last attempt that was no undo, of steps that have one. */
  readonly tried: Map<number, number>;
  /** Raised when standings that were given may have changed. */
  generation: number;
  /** By `site/name`. */
  readonly environments: Map<string, EnvironmentState>;
  readonly interventions: Map<string, InterventionState>;
  /** Present where steps fan out at run time. */
  readonly fan: FanState | undefined;
}

/** The state before any event; `recount` in `settle.ts` makes what is ready so. */
export function emptyState(planned: Plan, rules: readonly StepRules[]): RunState {
  const made = makeFan(planned);
  const plan = made?.plan ?? planned;
  const wiring = wire(plan, rules);
  made?.connect(wiring);
  const steps = plan.steps.length;
  const state: RunState = {
    plan,
    rules,
    wiring,
    created: undefined,
    run: 'planned',
    cancelled: false,
    epoch: 0,
    epochAtMs: 0,
    runMs: 0,
    startedAt: undefined,
    finishedAt: undefined,
    instances: {
      state: new Uint8Array(wiring.size),
      flags: new Uint8Array(wiring.size),
      waits: new Int32Array(wiring.size),
      attempts: new Uint16Array(wiring.size),
      charged: new Uint16Array(wiring.size),
    },
    counts: new Int32Array(steps * instanceStates.length),
    reused: new Int32Array(steps),
    ended: new Int32Array(steps),
    hardBlocked: new Int32Array(steps),
    mainOpen: 0,
    closed: false,
    links: [],
    undecided: new Map(),
    attempts: new Map(),
    submissions: new Map(),
    submissionCount: 0,
    own: new Map(),
    borrowed: new Map(),
    former: new Map(),
    past: new Map(),
    failures: new Map(),
    causes: new Map(),
    doomed: new Map(),
    again: new Map(),
    overrides: new Map(),
    priorities: new Map(),
    reasons: new Map(),
    endings: 0,
    notices: new Map(),
    registered: new Map(),
    rollback: undefined,
    rolledBack: new Map(),
    spoiled: new Map(),
    tried: new Map(),
    generation: 0,
    environments: new Map(),
    interventions: new Map(),
    fan: made?.fan,
  };
  for (const step of plan.steps) {
    for (let ordinal = 0; ordinal < step.count; ordinal++) {
      if (step.skipped?.[ordinal] === 1) state.instances.state[step.first + ordinal] = code.skipped;
    }
  }
  return state;
}

export class IllegalTransition extends Error {
  override readonly name = 'IllegalTransition';
}

export function stateOf(state: RunState, instance: number): InstanceState {
  return instanceStates[state.instances.state[instance] ?? 0] ?? 'waiting';
}

export function stepIndexOf(state: RunState, instance: number): number {
  return state.wiring.stepOf[instance] ?? 0;
}

/** Whether any of these bits is set. */
export function hasFlag(state: RunState, instance: number, bit: number): boolean {
  return ((state.instances.flags[instance] ?? 0) & bit) !== 0;
}

/** Its open attempt is to end: somebody cancelled it, or its key is gone. */
export function isUnwanted(state: RunState, instance: number): boolean {
  return hasFlag(state, instance, flag.cancelling | flag.gone);
}

export function setFlag(state: RunState, instance: number, bit: number, on: boolean): void {
  const flags = state.instances.flags[instance] ?? 0;
  state.instances.flags[instance] = on ? flags | bit : flags & ~bit;
}

/** Moves an instance along its table and keeps the counts; throws `IllegalTransition`. */
export function move(state: RunState, instance: number, trigger: InstanceTrigger): void {
  const from = stateOf(state, instance);
  const to = next(instanceMachine, from, trigger);
  if (to === undefined) {
    throw new IllegalTransition(`instance ${instance}: ${trigger} while ${from}`);
  }
  const step = stepIndexOf(state, instance);
  const fromCode = code[from];
  const toCode = code[to];
  state.instances.state[instance] = toCode;
  const row = step * instanceStates.length;
  state.counts[row + fromCode]!--;
  state.counts[row + toCode]!++;
  const change = Number(isEnded[toCode]) - Number(isEnded[fromCode]);
  state.ended[step]! += change;
  if (state.wiring.closing[step] === 0) state.mainOpen -= change;
}

export function countOf(state: RunState, step: number, name: InstanceState): number {
  return state.counts[step * instanceStates.length + code[name]] ?? 0;
}

/** Failures that a step may have; of a share, as many as its instances allow once they are all known. */
export function toleratedOf(state: RunState, step: number): number {
  const rules = state.rules[step];
  if (rules?.tolerateShare === undefined) return rules?.tolerate ?? 0;
  if ((state.fan?.pending[step] ?? 0) > 0) return Number.POSITIVE_INFINITY;
  return Math.floor(rules.tolerateShare * (state.plan.steps[step]?.count ?? 0) + 1e-9);
}

/** Failed beyond what the step tolerates. */
export function isExceeded(state: RunState, step: number): boolean {
  return countOf(state, step, 'failed') > toleratedOf(state, step);
}

/** A row of the step could not be expanded. */
function hasFault({ fan }: RunState, step: number): boolean {
  if (!fan || fan.faults.size === 0) return false;
  return [...fan.faults.keys()].some(
    (id) => fan.growing.rows[id]?.step === step && fan.rows[id]?.standing === 'dead',
  );
}

/** Whether the run, closing steps aside, has what makes it fail. */
export function hasFailed(state: RunState): boolean {
  if (state.spoiled.size > 0) return true;
  return state.plan.steps.some(
    ({ index }) =>
      state.wiring.closing[index] === 0 &&
      (isExceeded(state, index) ||
        hasFault(state, index) ||
        (state.hardBlocked[index] ?? 0) > 0 ||
        countOf(state, index, 'cancelled') > 0),
  );
}

/** After a failure with the policy `stop`, only closing steps begin. */
export function isStopping(state: RunState): boolean {
  return state.created?.policy === 'stop' && hasFailed(state);
}

export function idOf(attempt: OpenAttempt): AttemptId {
  return attemptId(attempt.instance, attempt.number);
}

/** The word by which attempts are counted: `exit(3)`, `signal(9)`, `oom`. */
export function causeWord(cause: Cause): string {
  if (cause.kind === 'exit') return `exit(${cause.code})`;
  if (cause.kind === 'signal') return `signal(${cause.signal})`;
  return cause.kind;
}

/** These have a budget of their own and are not charged to `retry n`. */
export function isUncharged(cause: Cause): boolean {
  return cause.kind === 'preempted' || cause.kind === 'lost' || cause.kind === 'infrastructure';
}

/** The ordinal of an instance in its step. */
export function ordinalOf({ plan, wiring }: RunState, instance: number): number {
  const { growth } = plan;
  if (growth && instance >= growth.first) return growth.ordinalOf[instance - growth.first] ?? 0;
  return instance - (plan.steps[wiring.stepOf[instance] ?? 0]?.first ?? 0);
}

/** Step, ordinal and key of an instance's place in the plan. */
export function placeOf(state: RunState, instance: number): { step: number; ordinal: number } {
  const step = stepIndexOf(state, instance);
  return { step, ordinal: ordinalOf(state, instance) };
}
