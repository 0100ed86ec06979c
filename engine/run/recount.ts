import { numbersOf } from '../plan/instance.ts';
import { forEachOfGroup } from '../plan/relation.ts';
import { closeFan, isJoint, openFan, startFan } from './fan-out/open-fan.ts';
import { startJumps } from './previous.ts';
import { applyAfter, lookBack, spread } from './settle.ts';
import { resolve, type Wave, wakeUp } from './standing.ts';
import { countOf, flag, hasFlag, move, type RunState, stateOf } from './state.ts';
import { instanceStates, isEnded } from './states.ts';
import type { Link } from './wiring.ts';

/**
 * Counts everything anew from the states of instances: at the start, after a snapshot, after a reset.
 * Links begin as if nothing had ended; then all that has ended is told, as it is while the run goes on.
 * Linear in instances and members. Gives the instances whose state changed.
 */
export function recount(state: RunState): number[] {
  const wave: Wave = { ended: [], touched: [], steps: [] };
  countStates(state);
  state.undecided.clear();
  state.doomed.clear();
  state.links.length = 0;
  const ended: number[] = [];
  for (let i = 0; i < state.wiring.size; i++) {
    if (isEnded[state.instances.state[i] ?? 0]) ended.push(i);
  }
  for (const link of state.wiring.links) openLink(state, link);
  openFan(state);
  for (const step of state.plan.steps) {
    const gates = state.wiring.gates[step.index]?.length ?? 0;
    for (const i of numbersOf(step)) {
      state.instances.waits[i]! += gates;
      wakeUp(state, i, wave);
    }
  }
  for (const link of state.wiring.links) decideEmpty(state, link, wave);
  startFan(state, wave);
  for (const instance of ended) wave.ended.push(instance);
  spread(state, wave);
  if (state.cancelled) {
    closeFan(state, wave);
    spread(state, wave);
  }
  for (let i = 0; i < state.wiring.size; i++) {
    if ((state.instances.waits[i] ?? 0) > 0 && stateOf(state, i) === 'ready') {
      move(state, i, 'reset');
      wave.touched.push(i);
    }
  }
  return wave.touched;
}

function countStates(state: RunState): void {
  const { plan, instances } = state;
  state.counts.fill(0);
  state.reused.fill(0);
  state.ended.fill(0);
  state.mainOpen = 0;
  state.closed = false;
  instances.waits.fill(0);
  for (const step of plan.steps) {
    const row = step.index * instanceStates.length;
    let ended = 0;
    for (const i of numbersOf(step)) {
      const at = instances.state[i] ?? 0;
      state.counts[row + at]!++;
      if (isEnded[at]) ended++;
      if (hasFlag(state, i, flag.reused)) state.reused[step.index]!++;
    }
    state.ended[step.index] = ended;
    state.hardBlocked[step.index] = hardBlocked(state, step.index);
    if (state.wiring.closing[step.index] === 0) state.mainOpen += step.count - ended;
  }
}

function hardBlocked(state: RunState, index: number): number {
  const step = state.plan.steps[index];
  if (!step || countOf(state, index, 'blocked') === 0) return 0;
  let hard = 0;
  for (const i of numbersOf(step)) {
    if (stateOf(state, i) === 'blocked' && !hasFlag(state, i, flag.absent)) hard++;
  }
  return hard;
}

/** Every consumer waits for the link; every member of a group is open. */
function openLink(state: RunState, link: Link): void {
  const consumer = state.plan.steps[link.consumer]!;
  const { relation } = link;
  const groups = relation.kind === 'groups' ? relation.offsets.length - 1 : 0;
  const chain = relation.kind === 'previous' ? relation.before.length : 0;
  const counters = {
    open: new Int32Array(groups),
    mark: new Uint8Array(groups),
    bad: new Uint8Array(groups),
    jump: new Int32Array(chain),
    firstWaiter: new Int32Array(chain).fill(-1),
    nextWaiter: new Int32Array(relation.kind === 'previous' ? consumer.count : 0).fill(-1),
  };
  startJumps(counters);
  if (relation.kind === 'groups') {
    for (let g = 0; g < groups; g++) {
      counters.open[g] = relation.offsets[g + 1]! - relation.offsets[g]!;
    }
  }
  state.links[link.index] = counters;
  if (link.stage !== undefined) return;
  const { waits } = state.instances;
  for (const i of numbersOf(consumer)) waits[i]!++;
}

/** Links of consumers that nobody will ever tell: empty groups, no partner, nothing before. */
function decideEmpty(state: RunState, link: Link, wave: Wave): void {
  const consumer = state.plan.steps[link.consumer]!;
  const { relation, reverse } = link;
  if (isJoint(link)) return;
  if (relation.kind === 'previous') {
    for (let c = 0; c < consumer.count; c++) lookBack(state, link, c, relation.to[c] ?? -1, wave);
  } else if (relation.kind === 'map') {
    for (let c = 0; c < consumer.count; c++) {
      if ((relation.to[c] ?? -1) < 0) resolve(state, consumer.first + c, 'absent', wave);
    }
  } else if (relation.kind === 'groups' && reverse.kind === 'groups') {
    const counters = state.links[link.index]!;
    counters.open.forEach((open, g) => {
      if (open !== 0) return;
      counters.mark[g] = link.after?.quantifier === 'any' ? 2 : 1;
      if (link.after) applyAfter(state, link, link.after, g, wave);
      else forEachOfGroup(reverse, g, (c) => resolve(state, consumer.first + c, 'present', wave));
    });
  }
}
