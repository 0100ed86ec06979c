import { numberOf, numbersOf } from '../plan/instance.ts';
import { forEachConsumer, forEachItem, forEachOfGroup } from '../plan/relation.ts';
import { tellJoint, tellJointAfter } from './fan-out/meet.ts';
import { type Known, look, passAbsent } from './previous.ts';
import {
  agrees,
  badness,
  block,
  isSettled,
  resolve,
  type Standing,
  skip,
  standingOf,
  type Wave,
  wakeUp,
} from './standing.ts';
import { hasFailed, isExceeded, ordinalOf, type RunState, stateOf } from './state.ts';
import type { AfterRule, Link } from './wiring.ts';

/**
 * What follows of an end: counters of groups and instances fall, dependants become ready, blocked or
 * skipped, without recursion. The cost is the groups of the ended plus the consumers of completed groups.
 */

/** Tells the dependants of all that has ended, and theirs, until nothing follows. */
export function spread(state: RunState, wave: Wave): void {
  for (;;) {
    for (let at = wave.ended.pop(); at !== undefined; at = wave.ended.pop())
      tellAll(state, at, wave);
    const step = wave.steps.pop();
    if (step !== undefined) {
      tellUndecided(state, step, wave);
      continue;
    }
    if (state.closed || state.mainOpen > 0) return;
    openGates(state, wave);
  }
}

function tellAll(state: RunState, instance: number, wave: Wave): void {
  const step = state.wiring.stepOf[instance] ?? 0;
  const ordinal = ordinalOf(state, instance);
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
  const planned = state.plan.steps[step]!;
  for (const ordinal of ordinals) {
    for (const link of state.wiring.from[step] ?? []) {
      if (link.after || link.immediate) continue;
      const standing = standingOf(state, numberOf(planned, ordinal), false);
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
  const joint = state.fan?.joints.get(link.index);
  if (joint) {
    tellJoint(state, link, joint, ordinal, standing, wave);
    return;
  }
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

// --- after ---

function tellAfter(
  state: RunState,
  link: Link,
  rule: AfterRule,
  instance: number,
  ordinal: number,
  wave: Wave,
): void {
  const joint = state.fan?.joints.get(link.index);
  if (joint) {
    tellJointAfter(state, link, joint, rule, instance, ordinal, wave);
    return;
  }
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
      for (const i of numbersOf(step)) {
        state.instances.waits[i]!--;
        if (holds) wakeUp(state, i, wave);
        else skip(state, i, wave);
      }
    }
  }
}
