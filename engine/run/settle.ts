import { forEachConsumer, forEachItem, forEachOfGroup } from '../plan/relation.ts';
import { type Known, look, passAbsent } from './previous.ts';
import {
  flag,
  hasFailed,
  hasFlag,
  isExceeded,
  move,
  type RunState,
  setFlag,
  stateOf,
} from './state.ts';
import { isPending } from './states.ts';
import type { AfterRule, Link } from './wiring.ts';

/**
 * What follows of an end: counters of groups and instances fall, dependants become ready, blocked or
 * skipped, without recursion. The cost is the groups of the ended plus the consumers of completed groups.
 */

/** How an instance stands for a link: not known, a result, absent, or a failure that blocks. */
export type Standing = 'open' | 'present' | 'absent' | 'blocks';

/** Instances that have ended and whose dependants have not been told; and all that changed. */
export interface Wave {
  readonly ended: number[];
  readonly touched: number[];
}

export function standingOf(state: RunState, instance: number, immediate: boolean): Standing {
  switch (stateOf(state, instance)) {
    case 'succeeded':
      return 'present';
    case 'skipped':
    case 'retired':
      return 'absent';
    case 'blocked':
      return hasFlag(state, instance, flag.absent) ? 'absent' : 'blocks';
    case 'cancelled':
      return 'blocks';
    case 'failed': {
      const step = state.wiring.stepOf[instance] ?? 0;
      if (state.spoiled.has(instance) || isExceeded(state, step)) return 'blocks';
      return immediate || isSettled(state, step) ? 'absent' : 'open';
    }
    default:
      return 'open';
  }
}

function isSettled(state: RunState, step: number): boolean {
  return state.ended[step] === state.plan.steps[step]?.count;
}

/** Tells the dependants of all that has ended, and theirs, until nothing follows. */
export function spread(state: RunState, wave: Wave): void {
  for (;;) {
    for (let at = wave.ended.pop(); at !== undefined; at = wave.ended.pop())
      tellAll(state, at, wave);
    if (state.closed || state.mainOpen > 0) return;
    openGates(state, wave);
  }
}

function tellAll(state: RunState, instance: number, wave: Wave): void {
  const step = state.wiring.stepOf[instance] ?? 0;
  const ordinal = instance - (state.plan.steps[step]?.first ?? 0);
  for (const link of state.wiring.from[step] ?? []) {
    if (link.after) tellAfter(state, link, link.after, instance, ordinal, wave);
    else {
      const standing = standingOf(state, instance, link.immediate);
      if (standing !== 'open') tell(state, link, ordinal, standing, wave);
    }
  }
  if (stateOf(state, instance) === 'failed' && standingOf(state, instance, false) === 'open') {
    const waiting = state.undecided.get(step);
    if (waiting) waiting.push(ordinal);
    else state.undecided.set(step, [ordinal]);
  }
  tellUndecided(state, step, wave);
}

/** Once a step's budget is exceeded or its last instance has ended, its failures have a standing. */
function tellUndecided(state: RunState, step: number, wave: Wave): void {
  const ordinals = state.undecided.get(step);
  if (!ordinals || !(isExceeded(state, step) || isSettled(state, step))) return;
  state.undecided.delete(step);
  const first = state.plan.steps[step]?.first ?? 0;
  for (const ordinal of ordinals) {
    for (const link of state.wiring.from[step] ?? []) {
      if (link.after || link.immediate) continue;
      const standing = standingOf(state, first + ordinal, false);
      if (standing !== 'open') tell(state, link, ordinal, standing, wave);
    }
  }
}

function tell(
  state: RunState,
  link: Link,
  ordinal: number,
  standing: Exclude<Standing, 'open'>,
  wave: Wave,
): void {
  const { reverse } = link;
  const first = state.plan.steps[link.consumer]?.first ?? 0;
  if (link.relation.kind === 'previous') {
    tellPrevious(state, link, ordinal, standing, wave);
    return;
  }
  if (reverse.kind !== 'groups') {
    forEachConsumer(reverse, ordinal, (consumer) =>
      resolve(state, first + consumer, standing, wave),
    );
    return;
  }
  const counters = state.links[link.index]!;
  forEachItem(reverse.groups, ordinal, (group) => {
    counters.open[group]!--;
    if (counters.mark[group] !== 0) return;
    if (standing !== 'blocks' && counters.open[group] !== 0) return;
    counters.mark[group] = standing === 'blocks' ? 2 : 1;
    forEachOfGroup(reverse, group, (consumer) =>
      resolve(state, first + consumer, standing === 'blocks' ? 'blocks' : 'present', wave),
    );
  });
}

/** Those that look at `ordinal` are decided by it, or look further back where it is absent. */
function tellPrevious(
  state: RunState,
  link: Link,
  ordinal: number,
  standing: Exclude<Standing, 'open'>,
  wave: Wave,
): void {
  const { relation } = link;
  const counters = state.links[link.index];
  if (relation.kind !== 'previous' || !counters) return;
  if (standing === 'absent') passAbsent(relation, counters, ordinal);
  let consumer = counters.firstWaiter[ordinal] ?? -1;
  counters.firstWaiter[ordinal] = -1;
  while (consumer >= 0) {
    const following = counters.nextWaiter[consumer] ?? -1;
    if (standing === 'absent')
      lookBack(state, link, consumer, relation.before[ordinal] ?? -1, wave);
    else resolve(state, consumerOf(state, link, consumer), standing, wave);
    consumer = following;
  }
}

/** The link of `consumer` is decided by the nearest present producer from `start` back, or waits. */
export function lookBack(
  state: RunState,
  link: Link,
  consumer: number,
  start: number,
  wave: Wave,
): void {
  const counters = state.links[link.index];
  if (link.relation.kind !== 'previous' || !counters) return;
  const first = state.plan.steps[link.producer]?.first ?? 0;
  const known: Known = look(link.relation, counters, consumer, start, (ordinal) =>
    standingOf(state, first + ordinal, link.immediate),
  );
  if (known !== 'open') resolve(state, consumerOf(state, link, consumer), known, wave);
}

function consumerOf(state: RunState, link: Link, ordinal: number): number {
  return (state.plan.steps[link.consumer]?.first ?? 0) + ordinal;
}

/** One link of an instance is decided. What is absent is for the binder to judge. */
export function resolve(
  state: RunState,
  consumer: number,
  standing: Exclude<Standing, 'open'>,
  wave: Wave,
): void {
  state.instances.waits[consumer]!--;
  if (standing === 'blocks') block(state, consumer, wave, true);
  else wakeUp(state, consumer, wave);
}

/** Ready, if nothing is left to wait for. */
export function wakeUp(state: RunState, instance: number, wave: Wave): void {
  if (state.instances.waits[instance] !== 0 || stateOf(state, instance) !== 'waiting') return;
  move(state, instance, 'satisfy');
  wave.touched.push(instance);
}

/** `hard`: it fails the run, unlike one that is blocked only by what is absent. */
export function block(state: RunState, instance: number, wave: Wave, hard: boolean): void {
  if (!isPending[state.instances.state[instance] ?? 0]) return;
  move(state, instance, 'block');
  setFlag(state, instance, flag.absent, !hard);
  if (hard) state.hardBlocked[state.wiring.stepOf[instance] ?? 0]!++;
  wave.ended.push(instance);
  wave.touched.push(instance);
}

function skip(state: RunState, instance: number, wave: Wave): void {
  if (!isPending[state.instances.state[instance] ?? 0]) return;
  move(state, instance, 'skip');
  wave.ended.push(instance);
  wave.touched.push(instance);
}

// --- after ---

function tellAfter(
  state: RunState,
  link: Link,
  rule: AfterRule,
  instance: number,
  ordinal: number,
  wave: Wave,
): void {
  const { reverse } = link;
  if (reverse.kind !== 'groups') return;
  const counters = state.links[link.index]!;
  const matches = agrees(state, rule, instance);
  forEachItem(reverse.groups, ordinal, (group) => {
    counters.open[group]!--;
    counters.bad[group] = Math.max(counters.bad[group] ?? 0, badness(state, instance));
    if (counters.mark[group] !== 0) return;
    const mark = decideGroup(rule, matches, counters.open[group] ?? 0);
    if (mark === 0) return;
    counters.mark[group] = mark;
    applyAfter(state, link, rule, group, wave);
  });
}

function agrees(state: RunState, rule: AfterRule, instance: number): boolean {
  return rule.statuses.has('finished') || rule.statuses.has(stateOf(state, instance));
}

/** 0 fine, 1 absent but not by its own will, 2 of the kind that fails the run. */
function badness(state: RunState, instance: number): number {
  const name = stateOf(state, instance);
  if (name !== 'failed' && name !== 'blocked' && name !== 'cancelled') return 0;
  return standingOf(state, instance, true) === 'blocks' ? 2 : 1;
}

function decideGroup(rule: AfterRule, matches: boolean, open: number): 0 | 1 | 2 {
  if (rule.quantifier === 'any') return matches ? 1 : open === 0 ? 2 : 0;
  return !matches ? 2 : open === 0 ? 1 : 0;
}

/** One that can no longer hold blocks if success was wanted of something that failed, else it skips. */
export function applyAfter(
  state: RunState,
  link: Link,
  rule: AfterRule,
  group: number,
  wave: Wave,
): void {
  const { reverse } = link;
  if (reverse.kind !== 'groups') return;
  const counters = state.links[link.index]!;
  const first = state.plan.steps[link.consumer]?.first ?? 0;
  const bad = rule.statuses.has('succeeded') ? (counters.bad[group] ?? 0) : 0;
  forEachOfGroup(reverse, group, (consumer) => {
    const instance = first + consumer;
    state.instances.waits[instance]!--;
    if (counters.mark[group] === 1) wakeUp(state, instance, wave);
    else if (bad > 0) block(state, instance, wave, bad === 2);
    else skip(state, instance, wave);
  });
}

/** The workflow has ended, closing steps aside: those of them whose gate holds may run. */
function openGates(state: RunState, wave: Wave): void {
  state.closed = true;
  const verdict = state.cancelled ? 'cancelled' : hasFailed(state) ? 'failed' : 'succeeded';
  for (const step of state.plan.steps) {
    for (const statuses of state.wiring.gates[step.index] ?? []) {
      const holds = statuses.has('finished') || statuses.has(verdict);
      for (let i = step.first; i < step.first + step.count; i++) {
        state.instances.waits[i]!--;
        if (holds) wakeUp(state, i, wave);
        else skip(state, i, wave);
      }
    }
  }
}
