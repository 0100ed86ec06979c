import type { Clock } from './ports.ts';

/** `setTimeout` counts in 31 bits: a longer wait is cut, and whoever was woken looks and waits again. */
const LONGEST_MS = 2 ** 31 - 1;

/** The machine's clock: wall time at its start plus monotonic time, so that it never goes backwards. */
export function systemClock(): Clock {
  const startedAt = Date.now() - performance.now();
  const runMs = () => startedAt + performance.now();
  return {
    runMs,
    wall: () => new Date(),
    wake(atMs, f) {
      const timer = setTimeout(f, Math.min(LONGEST_MS, Math.max(0, atMs - runMs())));
      return () => clearTimeout(timer);
    },
  };
}
