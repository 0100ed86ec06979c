import type { Random } from './random.ts';

/**
 * What can go wrong, and how often. The fault model:
 *
 * - The engine stops at any await: before or after the effect of any call of a port. A new one starts.
 * - It is paused at any await for longer than its successor takes to start; then it goes on, unknowing.
 * - A submit is accepted and the reply lost; accepted slowly, after the call was given up; refused.
 * - Hints of a site and reports of a worker are lost, doubled and late, so that they arrive out of order.
 * - A request to cancel is lost. A question is answered by "unknown".
 * - A lane dies with its payload: there is no `exit.json`, and a listing says so later.
 * - The journal's disk is full for a while; a write of a directory fails; an append fails after or
 *   before it became durable, which ends that engine.
 * - The index of results is locked; a channel does not answer.
 * - The clock goes on; it never goes back (the run's clock is monotonic by contract).
 *
 * Not in the model: a file that lies (torn writes of files that parse), a site that says "absent" of a job
 * that it holds, two sites for one run.
 */
export interface Faults {
  /** A chance per port call. */
  readonly crash: number;
  readonly pause: number;
  readonly lostReply: number;
  readonly slowAccept: number;
  readonly refusal: number;
  readonly lostReport: number;
  readonly doubledReport: number;
  readonly lateReport: number;
  readonly lostCancel: number;
  readonly unknownAnswer: number;
  readonly laneDeath: number;
  readonly diskFull: number;
  readonly failedWrite: number;
  readonly failedAppend: number;
  readonly lockedIndex: number;
  readonly deafChannel: number;
}

export const noFaults: Faults = {
  crash: 0,
  pause: 0,
  lostReply: 0,
  slowAccept: 0,
  refusal: 0,
  lostReport: 0,
  doubledReport: 0,
  lateReport: 0,
  lostCancel: 0,
  unknownAnswer: 0,
  laneDeath: 0,
  diskFull: 0,
  failedWrite: 0,
  failedAppend: 0,
  lockedIndex: 0,
  deafChannel: 0,
};

export const allFaults: Faults = {
  crash: 0.006,
  pause: 0.002,
  lostReply: 0.05,
  slowAccept: 0.05,
  refusal: 0.03,
  lostReport: 0.1,
  doubledReport: 0.1,
  lateReport: 0.15,
  lostCancel: 0.2,
  unknownAnswer: 0.1,
  laneDeath: 0.04,
  diskFull: 0.01,
  failedWrite: 0.02,
  failedAppend: 0.003,
  lockedIndex: 0.2,
  deafChannel: 0.2,
};

/**
 * Each seed has its own weather: some faults never happen, some as usual, some all the time. Rare
 * coincidences of two faults are met so, which the same mixture for all would hide.
 */
export function weatherOf(random: Random): Faults {
  const factors = Object.entries(allFaults).map(([name, chance]) => [
    name,
    Math.min(0.5, chance * random.pick([0, 1, 1, 6])),
  ]);
  return Object.fromEntries(factors) as unknown as Faults;
}

/** What a variant breaks on purpose, to show that the invariants are able to fail. */
export interface Breakage {
  /** Jobs start without asking whether another copy has. */
  readonly claim?: 'off';
  /** The site says that an absence counts at once. */
  readonly grace?: 'off';
  /** A site's "unknown" is taken for "absent". */
  readonly unknown?: 'absent';
  /** Intents and what follows of them stay in memory: the disk gets them only with the next append. */
  readonly intent?: 'off';
}
