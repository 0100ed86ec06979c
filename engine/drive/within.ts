import type { Clock, Close } from '../ports.ts';

/**
 * What `work` comes to, or undefined when `afterMs` are over before it has: its signal is aborted then, and
 * whatever it still comes to is nobody's any more. Rejects as `work` does.
 */
export async function within<T>(
  clock: Clock,
  afterMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const abort = new AbortController();
  let close: Close = () => {};
  const over = new Promise<undefined>((resolve) => {
    close = clock.wake(clock.runMs() + afterMs, () => {
      abort.abort();
      resolve(undefined);
    });
  });
  try {
    return await Promise.race([work(abort.signal), over]);
  } finally {
    void close();
  }
}
