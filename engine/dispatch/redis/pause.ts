import type { Clock } from '../../ports.ts';

/** Resolves after so long on the run's clock. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.wake(clock.runMs() + ms, resolve));
}
