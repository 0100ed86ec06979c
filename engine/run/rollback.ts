import { numberOf, numbersOf } from '../plan/instance.ts';
import type { PlannedStep, Relation } from '../plan/plan.ts';
import { forEachProducer } from '../plan/relation.ts';
import { withFollowers } from './followers.ts';
import { flag, hasFlag, ordinalOf, type RunState, stateOf } from './state.ts';
import { isEnded, isOpen, isPending } from './states.ts';
import type { Link } from './wiring.ts';

/** What a roll-back of some instances takes with it. */
export interface RollbackTargets {
  /**
   * All that is to be made anew: the chosen ones that have ended and whatever ended after them; and those that
   * wait for another attempt, since an earlier one may have left something for their `undo`.
   */
  readonly instances: ReadonlySet<number>;
  /** Those of them whose `undo` runs first. */
  readonly undo: readonly number[];
  /** Those that are under way and would have to go with them, or whose `undo` waits for what they read. */
  readonly underWay: readonly number[];
}

/**
 * The chosen ones that have ended, and what ended after them, closing steps included: these saw the end of
 * a workflow that goes on.
 */
export function rollbackTargets(state: RunState, chosen: readonly number[]): RollbackTargets {
  const codeOf = (i: number) => state.instances.state[i] ?? 0;
  const hasEnded = (i: number) => isEnded[codeOf(i)] === true && stateOf(state, i) !== 'retired';
  const waits = (i: number) => (state.instances.waits[i] ?? 0) > 0;
  const owes = (i: number) => isPending[codeOf(i)] === true && owesUndo(state, i);
  const canGo = (i: number) => hasEnded(i) || (owes(i) && !waits(i));
  const seeds = chosen.filter(canGo);
  const closing = seeds.length > 0 ? closingOnes(state) : [];
  seeds.push(...closing.filter(canGo));
  const open = (i: number) => isOpen[codeOf(i)] === true;
  const reached = withFollowers(state, seeds, (i) => stateOf(state, i) !== 'retired');
  const instances = new Set([...reached].filter(canGo));
  const undo = [...instances].filter((i) => owesUndo(state, i)).sort((a, b) => a - b);
  const isInTheWay = (i: number) => open(i) || (owes(i) && waits(i));
  const underWay = [...reached, ...chosen, ...closing].filter(isInTheWay);
  return { instances, undo, underWay: [...new Set(underWay)] };
}

function closingOnes(state: RunState): number[] {
  return state.plan.steps
    .filter(({ index }) => state.wiring.closing[index] === 1)
    .flatMap((step) => [...numbersOf(step)]);
}

/** It may have changed a store, and that has not been taken back. */
function owesUndo(state: RunState, instance: number): boolean {
  const step = state.plan.steps[state.wiring.stepOf[instance] ?? 0];
  if (step?.step.undo === undefined || hasFlag(state, instance, flag.undone)) return false;
  return (state.instances.attempts[instance] ?? 0) > 0 || hasFlag(state, instance, flag.reused);
}

/**
 * The order in which instances are taken back: lists whose members may go at the same time, readers before
 * what they read. A step goes as a whole, but for those in a loop along `previous`, whose instances are
 * ordered one by one. Made of the plan alone, so that it is the same after a restart.
 */
export function undoOrder(
  state: RunState,
  instances: ReadonlySet<number>,
  undo: ReadonlySet<number>,
): readonly (readonly number[])[] {
  const byStep = new Map<number, number[]>();
  for (const instance of [...instances].sort((a, b) => a - b)) {
    const step = state.wiring.stepOf[instance] ?? 0;
    const known = byStep.get(step);
    if (known) known.push(instance);
    else byStep.set(step, [instance]);
  }
  const levels = knotsOf(state)
    .reverse()
    .flatMap((knot) => {
      const members = knot.flatMap((step) => byStep.get(step) ?? []);
      const links = state.wiring.links.filter(
        (link) => knot.includes(link.producer) && knot.includes(link.consumer),
      );
      return links.length === 0 ? [members] : layers(state, members, links);
    });
  return levels
    .map((level) => level.filter((instance) => undo.has(instance)))
    .filter((level) => level.length > 0);
}

/** Steps in the plan's order; those of one loop together. */
function knotsOf({ plan, wiring }: RunState): number[][] {
  const place = new Map(plan.order.map((step, at) => [step, at]));
  const knots: number[][] = [];
  let reach = -1;
  plan.order.forEach((step, at) => {
    if (at > reach) knots.push([]);
    knots.at(-1)?.push(step);
    // What reads it although it comes no later in the order closes a loop: all up to here belong to it.
    for (const link of wiring.into[step] ?? []) {
      reach = Math.max(reach, place.get(link.producer) ?? -1);
    }
    reach = Math.max(reach, at);
  });
  return knots;
}

/** Kahn's algorithm from the last readers back, along the links inside one loop of steps. */
function layers(state: RunState, members: readonly number[], links: readonly Link[]): number[][] {
  const inside = new Set(members);
  const readers = new Map<number, number>(members.map((instance) => [instance, 0]));
  const producersOf = (instance: number): number[] => {
    const found: number[] = [];
    for (const link of links) {
      const producer = state.plan.steps[link.producer];
      if (!producer || state.wiring.stepOf[instance] !== link.consumer) continue;
      readFrom(link.relation, ordinalOf(state, instance), producer, inside, found);
    }
    return found;
  };
  for (const instance of members) {
    for (const producer of producersOf(instance)) {
      readers.set(producer, (readers.get(producer) ?? 0) + 1);
    }
  }
  const found: number[][] = [];
  let level = members.filter((instance) => readers.get(instance) === 0);
  while (level.length > 0) {
    found.push(level);
    const next: number[] = [];
    for (const producer of level.flatMap(producersOf)) {
      const left = (readers.get(producer) ?? 1) - 1;
      readers.set(producer, left);
      if (left === 0) next.push(producer);
    }
    level = next.sort((a, b) => a - b);
  }
  return found;
}

/** Adds the partners that are inside; along `previous` the nearest one that is. */
function readFrom(
  relation: Relation,
  consumer: number,
  producer: PlannedStep,
  inside: ReadonlySet<number>,
  found: number[],
): void {
  if (relation.kind !== 'previous') {
    forEachProducer(relation, consumer, (ordinal) => {
      const instance = numberOf(producer, ordinal);
      if (inside.has(instance)) found.push(instance);
    });
    return;
  }
  let at = relation.to[consumer] ?? -1;
  while (at >= 0 && !inside.has(numberOf(producer, at))) at = relation.before[at] ?? -1;
  if (at >= 0) found.push(numberOf(producer, at));
}
