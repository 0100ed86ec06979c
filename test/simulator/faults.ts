import type { Random } from './random.ts';

/**
 * What can go wrong, and how often. The fault model:
 *
 * - The engine stops at any await: before or after the effect of any call of a port; half-way through a file;
 *   with a call still under way, which has its effect later. A new one starts, from the journal or a snapshot.
 * - It is paused at any await for longer than its successor takes to start; then it goes on, unknowing.
 * - Queue: it outlives engines, loses all that it holds, delivers twice and late.
 * - Site: a submit is accepted and the reply lost; accepted slowly, after the call was given up and beyond the
 *   grace; takes long; is refused. One job starts twice. A question is answered by "unknown" or fails, does not
 *   show a new job yet, nor a job that has ended any more. It is down for a while. A request to cancel is lost. A lane dies with its payload.
 * - Hints of a site and reports of a worker are lost, doubled and late, so that they arrive out of order: an end
 *   before its acceptance, too.
 * - Disk: the journal's is full for a while; an append fails after or before it became durable, which ends that
 *   engine; reads, stats, listings and writes of files fail; what a site wrote shows late, or half of it first.
 * - The index of results is locked; a channel does not answer.
 * - The wall clock jumps by an hour either way; the run's clock is monotonic by contract.
 *
 * Not in the model: two sites for one run; a site that says "absent" of a job for longer than its grace though
 * it holds it; a shared disk that shows a file later than `lateFileMs` says.
 */
export interface Faults {
  /** A chance per port call, as of `pause`, `tornWrite` (per file) and `clockJump`. */
  readonly crash: number;
  readonly pause: number;
  readonly tornWrite: number;
  /** Of a call that a crash interrupts: it has its effect later. */
  readonly inFlight: number;
  /** Per start of an engine: a snapshot of some moment before is there. */
  readonly snapshot: number;
  readonly lostReply: number;
  readonly slowAccept: number;
  readonly slowReply: number;
  readonly refusal: number;
  readonly startedTwice: number;
  readonly lateListing: number;
  readonly forgottenEnd: number;
  readonly lostReport: number;
  readonly doubledReport: number;
  readonly lateReport: number;
  readonly lostCancel: number;
  readonly unknownAnswer: number;
  /** Per question: the site answers nothing for a while. */
  readonly outage: number;
  readonly failedCall: number;
  readonly laneDeath: number;
  /** Per offer: the queue loses all that it holds. */
  readonly flush: number;
  readonly doubledOffer: number;
  readonly lateOffer: number;
  readonly diskFull: number;
  readonly failedWrite: number;
  readonly failedAppend: number;
  readonly lockedIndex: number;
  readonly deafChannel: number;
  readonly failedRead: number;
  readonly failedStat: number;
  readonly lateFile: number;
  readonly tornFile: number;
  readonly clockJump: number;
}

export const allFaults: Faults = {
  crash: 0.006,
  pause: 0.002,
  tornWrite: 0.003,
  inFlight: 0.3,
  snapshot: 0.3,
  lostReply: 0.05,
  slowAccept: 0.05,
  slowReply: 0.05,
  refusal: 0.03,
  startedTwice: 0.04,
  lateListing: 0.1,
  forgottenEnd: 0.15,
  lostReport: 0.1,
  doubledReport: 0.1,
  lateReport: 0.15,
  lostCancel: 0.2,
  unknownAnswer: 0.1,
  outage: 0.004,
  failedCall: 0.03,
  laneDeath: 0.04,
  flush: 0.02,
  doubledOffer: 0.08,
  lateOffer: 0.1,
  diskFull: 0.01,
  failedWrite: 0.02,
  failedAppend: 0.003,
  lockedIndex: 0.2,
  deafChannel: 0.2,
  failedRead: 0.01,
  failedStat: 0.01,
  lateFile: 0.08,
  tornFile: 0.05,
  clockJump: 0.01,
};

export const noFaults = Object.fromEntries(
  Object.keys(allFaults).map((name) => [name, 0]),
) as unknown as Faults;

/** What the shared disk may keep back of what a site wrote: attribute caches of NFS hold it up to a minute. */
export const lateFileMs = 20_000;

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
