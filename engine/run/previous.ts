import type { Relation } from '../plan/plan.ts';
import type { LinkState } from './state.ts';

/**
 * Looking back along a chain for the nearest producer that is not absent. Absent stretches are jumped
 * over and the jumps are shortened (as in union-find), so that a chain of 100 000 skipped ones is no
 * quadratic walk.
 */
export type Known = 'open' | 'present' | 'absent' | 'blocks';
type Previous = Extract<Relation, { kind: 'previous' }>;

/** Nothing is known to be absent yet. */
export function startJumps(counters: LinkState): void {
  for (let p = 0; p < counters.jump.length; p++) counters.jump[p] = p;
}

/** From now on `ordinal` is looked past. */
export function passAbsent(relation: Previous, counters: LinkState, ordinal: number): void {
  counters.jump[ordinal] = relation.before[ordinal] ?? -1;
}

/** What decides `consumer`, from `start` back; where that is open, it is put among those who wait for it. */
export function look(
  relation: Previous,
  counters: LinkState,
  consumer: number,
  start: number,
  standing: (ordinal: number) => Known,
): Known {
  for (let at = nearest(counters.jump, start); at >= 0; at = nearest(counters.jump, at)) {
    const known = standing(at);
    if (known === 'open') {
      counters.nextWaiter[consumer] = counters.firstWaiter[at] ?? -1;
      counters.firstWaiter[at] = consumer;
      return 'open';
    }
    if (known !== 'absent') return known;
    passAbsent(relation, counters, at);
  }
  return 'absent';
}

/** The root of `start`, with every jump on the way halved. */
function nearest(jump: Int32Array, start: number): number {
  let at = start;
  while (at >= 0) {
    const to = jump[at]!;
    if (to === at) return at;
    if (to >= 0) jump[at] = jump[to]!;
    at = to;
  }
  return -1;
}
