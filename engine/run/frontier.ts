import type { Answer, Resources } from '../ports.ts';
import { canaryName } from './canary.ts';
import type { Descent } from './descent.ts';
import { type Heap, heap } from './heap.ts';
import { type Ledger, ledger } from './ledger.ts';
import { isUnwanted, ordinalOf, type RunState, stateOf } from './state.ts';
import { isEnded } from './states.ts';

/**
 * What `decide` looks at instead of all instances: those that are ready, by where they stand, and what is
 * under way. It is `decide`'s own memory: derived from the state, kept up by the touched ids, made anew
 * after a restart, never in the journal.
 */
export interface Frontier {
  /** Where a ready instance stands; what is in a heap but stands elsewhere has left it. */
  readonly place: Map<number, Place>;
  /** Ready and not bound, in plan order. */
  readonly unbound: Heap<number>;
  /** Bound: larger priority first, then plan order. */
  readonly bound: Heap<Ranked>;
  readonly bindings: Map<number, Bound>;
  readonly due: Heap<{ readonly atMs: number; readonly instance: number }>;
  /** Those that wait for a limit or an environment, by its name. */
  readonly parked: Map<string, number[]>;
  /** A reuse was tried, and its files were not as recorded. */
  readonly notReusable: Set<number>;
  /** Under way by limit; and which limit each holds. */
  readonly limits: Map<string, number>;
  readonly limitOf: Map<number, string>;
  readonly slots: Map<number, { readonly key: string; readonly site: string }>;
  readonly ledgers: Map<string, Ledger>;
  readonly watches: Map<string, Watch>;
  /** Those flagged as cancelling while an attempt is open. */
  readonly cancelling: Set<number>;
  /** Succeeded, with something for the catalogue that may not have been said yet. */
  readonly unregistered: number[];
  /** The roll-back that is under way. */
  descent: Descent | undefined;
  /** Sites of which it was told that they have not said anything yet. */
  readonly silentSites: Set<string>;
  /** The best that did not fit, and since when others have been let past it. */
  passed: { readonly instance: number; readonly sinceMs: number } | undefined;
}

export type Place = 'unbound' | 'bound' | 'due' | 'parked' | 'verifying' | 'taken';

export interface Ranked {
  readonly instance: number;
  readonly priority: number;
}

export interface Bound {
  readonly fingerprint: string;
  readonly resources: Resources;
  readonly priority: number;
  readonly environment: string | undefined;
  readonly site: string;
}

/** What is known of a submission beside the journal. */
export interface Watch {
  /** Last sign of life. */
  heardMs: number;
  /** Last `find`. */
  askedMs: number;
  /** How often in a row the site said that it has no such job. */
  absences: number;
  /** Offers after which the site knew nothing of it, since this engine began. */
  unanswered: number;
  /** When it said so first. */
  absentMs: number;
  /** A refusal: its attempts end with it once no copy of them can start. */
  refusal: Extract<Answer, { kind: 'refused' }> | undefined;
  /** By instance: first report of a good end that has left no evidence. */
  readonly endedMs: Map<number, number>;
  /** First `withdraw`, first TERM, last KILL. */
  withdrawnMs: number | undefined;
  termMs: number | undefined;
  killMs: number | undefined;
}

export function frontierOf(state: RunState): Frontier {
  const frontier: Frontier = {
    place: new Map(),
    unbound: heap((a, b) => a < b),
    bound: heap(
      (a, b) => a.priority > b.priority || (a.priority === b.priority && a.instance < b.instance),
    ),
    bindings: new Map(),
    due: heap((a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.instance < b.instance)),
    parked: new Map(),
    notReusable: new Set(),
    limits: new Map(),
    limitOf: new Map(),
    slots: new Map(),
    ledgers: new Map(),
    watches: new Map(),
    cancelling: new Set(),
    unregistered: [],
    descent: undefined,
    silentSites: new Set(),
    passed: undefined,
  };
  const all = Array.from({ length: state.wiring.size }, (_, instance) => instance);
  follow(frontier, state, all);
  return frontier;
}

/** Takes in the instances that an event has touched. */
export function follow(frontier: Frontier, state: RunState, touched: readonly number[]): void {
  for (const instance of touched) {
    const attempt = state.attempts.get(instance);
    const slot = frontier.slots.get(instance);
    if (slot && slot.key !== attempt?.key) freeSlot(frontier, state, instance, slot);
    if (attempt) {
      if (!frontier.slots.has(instance)) takeSlot(frontier, state, instance, attempt.key);
      frontier.place.delete(instance);
      frontier.bindings.delete(instance);
      if (isUnwanted(state, instance)) frontier.cancelling.add(instance);
      continue;
    }
    frontier.cancelling.delete(instance);
    frontier.bindings.delete(instance);
    const step = state.wiring.stepOf[instance] ?? 0;
    const registers = state.plan.steps[step]?.step.registers.length ?? 0;
    if (registers > 0 && stateOf(state, instance) === 'succeeded') {
      frontier.unregistered.push(instance);
    }
    const isNews = slot !== undefined || isEnded[state.instances.state[instance] ?? 0];
    if (isNews && (state.rules[step]?.canary ?? 0) > 0) unpark(frontier, canaryName(step));
    if (stateOf(state, instance) === 'ready') queue(frontier, state, instance);
    else frontier.place.delete(instance);
  }
}

function queue(frontier: Frontier, state: RunState, instance: number): void {
  const again = state.again.get(instance);
  if (again && again.atMs > state.runMs) {
    frontier.place.set(instance, 'due');
    frontier.due.push({ atMs: again.atMs, instance });
  } else toUnbound(frontier, instance);
}

export function toUnbound(frontier: Frontier, instance: number): void {
  if (frontier.place.get(instance) === 'unbound') return;
  frontier.place.set(instance, 'unbound');
  frontier.unbound.push(instance);
}

/** Bound again, or put back after it did not fit. */
export function toBound(frontier: Frontier, instance: number): void {
  frontier.place.set(instance, 'bound');
  frontier.bound.push({ instance, priority: frontier.bindings.get(instance)?.priority ?? 0 });
}

/** The next in plan order that is not bound; it stands nowhere until it is placed again. */
export function takeUnbound(frontier: Frontier): number | undefined {
  for (;;) {
    const instance = frontier.unbound.pop();
    if (instance === undefined || mark(frontier, instance, 'unbound')) return instance;
  }
}

/** The best bound one; it stands nowhere until it is placed again. */
export function takeBound(frontier: Frontier): number | undefined {
  for (;;) {
    const instance = frontier.bound.pop()?.instance;
    if (instance === undefined || mark(frontier, instance, 'bound')) return instance;
  }
}

function mark(frontier: Frontier, instance: number, place: Place): boolean {
  if (frontier.place.get(instance) !== place) return false;
  frontier.place.set(instance, 'taken');
  return true;
}

export function park(frontier: Frontier, what: string, instance: number): void {
  frontier.place.set(instance, 'parked');
  const waiting = frontier.parked.get(what);
  if (waiting) waiting.push(instance);
  else frontier.parked.set(what, [instance]);
}

/** What instances that wait for an environment (`site/name`) are parked under. */
export function environmentName(id: string): string {
  return `environment ${id}`;
}

/** What they waited for has changed. */
export function unpark(frontier: Frontier, what: string): void {
  const waiting = frontier.parked.get(what);
  if (!waiting) return;
  frontier.parked.delete(what);
  for (const instance of waiting) {
    if (frontier.place.get(instance) === 'parked') toBound(frontier, instance);
  }
}

export function ledgerOf(frontier: Frontier, site: string): Ledger {
  const known = frontier.ledgers.get(site);
  if (known) return known;
  const made = ledger();
  frontier.ledgers.set(site, made);
  return made;
}

/** An attempt is under way: it counts in its site's ledger and in its step's limit. */
export function takeSlot(frontier: Frontier, state: RunState, instance: number, key: string): void {
  const submission = state.submissions.get(key);
  if (!submission) return;
  frontier.slots.set(instance, { key, site: submission.site });
  ledgerOf(frontier, submission.site).take(key, submission.shape);
  const limit = limitName(state, instance);
  if (limit === undefined) return;
  frontier.limitOf.set(instance, limit);
  frontier.limits.set(limit, (frontier.limits.get(limit) ?? 0) + 1);
}

function freeSlot(
  frontier: Frontier,
  state: RunState,
  instance: number,
  slot: { readonly key: string; readonly site: string },
): void {
  frontier.slots.delete(instance);
  if (!state.submissions.has(slot.key)) {
    ledgerOf(frontier, slot.site).free(slot.key);
    frontier.watches.delete(slot.key);
  }
  const limit = frontier.limitOf.get(instance);
  if (limit === undefined) return;
  frontier.limitOf.delete(instance);
  frontier.limits.set(limit, (frontier.limits.get(limit) ?? 1) - 1);
  unpark(frontier, limit);
}

/** `limit STEP/codes`: instances that agree on the `per` dimensions share one limit. */
export function limitName(state: RunState, instance: number): string | undefined {
  const step = state.wiring.stepOf[instance] ?? 0;
  const limit = state.rules[step]?.limit;
  return limit && `limit ${groupName(state, instance, limit.per)}`;
}

/** Instances of a step that agree on `dimensions` have one name. */
export function groupName(
  state: RunState,
  instance: number,
  dimensions: readonly string[],
): string {
  const step = state.wiring.stepOf[instance] ?? 0;
  const planned = state.plan.steps[step];
  const ordinal = ordinalOf(state, instance);
  const codes = dimensions.map(
    (name) => planned?.keys.find((key) => key.dimension === name)?.codes[ordinal] ?? 0,
  );
  return `${step}/${codes.join(',')}`;
}

export function watchOf(frontier: Frontier, key: string, nowMs: number): Watch {
  const known = frontier.watches.get(key);
  if (known) return known;
  const watch: Watch = {
    heardMs: nowMs,
    askedMs: Number.NEGATIVE_INFINITY,
    absences: 0,
    unanswered: 0,
    absentMs: nowMs,
    refusal: undefined,
    endedMs: new Map(),
    withdrawnMs: undefined,
    termMs: undefined,
    killMs: undefined,
  };
  frontier.watches.set(key, watch);
  return watch;
}
