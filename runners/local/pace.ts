/**
 * How many attempts go ahead of each lane. One is enough that nothing stands between an end and the next
 * start, unless attempts are shorter than the engine's way to the next one: then a lane gets what lasts for
 * a while, and many ends share one commit. Not more: what stands ahead in one lane starts late in another.
 */
export interface Pace {
  /** An attempt has ended after so long. */
  took(wallMs: number): void;
  ahead(): number;
}

/** Work ahead of a lane, by time and by number. */
const LASTING_MS = 20;
const MOST = 16;
/** Before anything is known, attempts are taken to be long. */
const LONG_MS = 1_000;
/** Of the newest in the mean: the clock counts in steps of 10 ms, so a single one says little. */
const WEIGHT = 0.2;

export function paceOf(): Pace {
  let meanMs = LONG_MS;
  return {
    took(wallMs) {
      meanMs += (Math.min(wallMs, LONG_MS) - meanMs) * WEIGHT;
    },
    ahead: () => Math.max(1, Math.min(MOST, Math.floor(LASTING_MS / meanMs))),
  };
}
