import { heap } from '../../engine/run/heap.ts';

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly f: () => void;
  cancelled: boolean;
}

/** Time that goes from one thing to do to the next; nothing ever waits for the machine. */
export interface VirtualTime {
  nowMs(): number;
  at(atMs: number, f: () => void): () => void;
  after(delayMs: number, f: () => void): () => void;
  sleep(delayMs: number): Promise<void>;
  /** Runs until `done` holds or `untilMs` is past; true if `done` held. */
  run(done: () => boolean, untilMs: number): Promise<boolean>;
}

export function virtualTime(startMs: number): VirtualTime {
  const entries = heap<Entry>(
    (a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order),
  );
  let now = startMs;
  let order = 0;
  const at = (atMs: number, f: () => void) => {
    const entry = { atMs: Math.max(now, atMs), order: order++, f, cancelled: false };
    entries.push(entry);
    return () => {
      entry.cancelled = true;
    };
  };
  const time: VirtualTime = {
    nowMs: () => now,
    at,
    after: (delayMs, f) => at(now + delayMs, f),
    sleep: (delayMs) =>
      new Promise((resolve) => {
        at(now + delayMs, resolve);
      }),
    async run(done, untilMs) {
      await idle(done);
      while (!done()) {
        // Before a long leap, what needs no time is given all it needs.
        const leapMs = (entries.peek()?.atMs ?? now) - now;
        if (leapMs > LEAP_MS) await idle(done);
        if (done()) break;
        const entry = entries.pop();
        if (!entry) {
          await idle(() => done() || entries.size > 0);
          if (entries.size === 0) return done();
          continue;
        }
        if (entry.atMs > untilMs) return false;
        if (entry.cancelled) continue;
        now = entry.atMs;
        entry.f();
        await microtasks();
      }
      return true;
    },
  };
  return time;
}

const LEAP_MS = 1_000;

/** Where nothing waits for time, what needs none is given all it needs. */
const IDLE_ROUNDS = 20;

async function idle(done: () => boolean): Promise<void> {
  for (let round = 0; round < IDLE_ROUNDS && !done(); round++) await microtasks();
}

/** More than any chain of promises between two waits of the engine is long. */
const MICROTASK_ROUNDS = 20;

/**
 * Lets what follows of the last entry run before time goes on. Rounds of the microtask queue, since a turn
 * of the event loop costs ten times as much; a longer chain would only end a little later, and as surely.
 */
async function microtasks(): Promise<void> {
  for (let round = 0; round < MICROTASK_ROUNDS; round++) await undefined;
}
