import type { Clock, Close, Room } from '../../ports.ts';
import type { Link } from './link.ts';
import { pause } from './pause.ts';
import { type Beat, type Held, parseBeat, workersKey } from './wire.ts';

/** A worker that stands still for so long, while Redis was there to hear it, is dead. */
const DEAD_MS = 3_000;
const LOOK_MS = 500;
/** Until the first worker is heard: it may just be starting. */
const FIRST_LOOK_MS = 100;
/** The remains of a worker that died are taken from Redis after so long. */
const FORGET_MS = 600_000;

/** The workers of one place as one run's engine hears them. */
export interface Workers {
  readonly place: string;
  /** What they have to give together; undefined until one was heard. Its totals do not shrink when one dies. */
  room(): Room | undefined;
  alive(): number;
  /** Whether a living worker has an attempt of this key. */
  holds(key: string): boolean;
  held(key: string): readonly Held[];
  /**
   * Resolves once every living worker was heard again after this call: true, or false where Redis is gone or a
   * worker stands still, so that nothing can be said of what is not there.
   */
  heardAll(): Promise<boolean>;
  changed(sink: () => void): Close;
  close(): Promise<void>;
}

interface Known {
  beat: Beat;
  /** The run's clock when this beat was first seen. */
  atMs: number;
  byKey: Map<string, Held[]>;
}

export function workersOf(link: Link, place: string, clock: Clock): Workers {
  const known = new Map<string, Known>();
  const sinks = new Set<() => void>();
  let totals: Pick<Room, 'totalCpus' | 'totalMemoryBytes'> | undefined;
  let stop: Close = () => {};
  let closed = false;
  let looking: Promise<boolean> | undefined;

  const isAlive = ({ atMs }: Known) => {
    const connectedMs = link.connectedMs();
    if (connectedMs === undefined) return true;
    return clock.runMs() - Math.max(atMs, connectedMs) < DEAD_MS;
  };
  const living = () => [...known.values()].filter(isAlive);

  const look = async (): Promise<boolean> => {
    if (link.connectedMs() === undefined) return false;
    const all = await link.commands.hgetall(workersKey(place));
    const nowMs = clock.runMs();
    for (const [id, text] of Object.entries(all)) {
      const beat = parseBeat(text);
      const before = known.get(id);
      if (!beat || before?.beat.n === beat.n) continue;
      known.set(id, { beat, atMs: nowMs, byKey: Map.groupBy(beat.held, ({ key }) => key) });
    }
    for (const [id, one] of known) {
      // One that has said good-bye is gone at once.
      if (all[id] === undefined && nowMs - one.atMs > 2 * LOOK_MS) known.delete(id);
      else if (nowMs - one.atMs > FORGET_MS) {
        known.delete(id);
        void link.commands.hdel(workersKey(place), id).catch(() => {});
      }
    }
    const rooms = living().map(({ beat }) => beat.room);
    const cpus = sum(rooms.map((room) => room.totalCpus));
    const memory = sum(rooms.map((room) => room.totalMemoryBytes));
    if (rooms.length > 0) totals = { totalCpus: cpus, totalMemoryBytes: memory };
    for (const sink of sinks) sink();
    return true;
  };
  const lookOnce = () => {
    looking ??= look()
      .catch(() => false)
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const again = () => {
    if (closed) return;
    const everyMs = totals ? LOOK_MS : FIRST_LOOK_MS;
    stop = clock.wake(clock.runMs() + everyMs, () => void lookOnce().then(again, again));
  };
  void lookOnce().then(again, again);

  return {
    place,
    room() {
      if (!totals) return undefined;
      const rooms = living().map(({ beat }) => beat.room);
      return {
        ...totals,
        cpus: sum(rooms.map((room) => room.cpus)),
        memoryBytes: sum(rooms.map((room) => room.memoryBytes)),
        ahead: sum(rooms.map((room) => room.ahead)),
        open: true,
      };
    },
    alive: () => living().length,
    holds: (key) => living().some(({ byKey }) => byKey.has(key)),
    held: (key) => living().flatMap(({ byKey }) => byKey.get(key) ?? []),
    async heardAll() {
      const askedMs = clock.runMs();
      for (let round = 0; round < 12; round++) {
        if (!(await lookOnce()) || closed) return false;
        const connectedMs = link.connectedMs() ?? Number.POSITIVE_INFINITY;
        // After an outage all may still be on their way back.
        const settled = clock.runMs() - connectedMs >= DEAD_MS;
        if (settled && living().every(({ atMs }) => atMs > askedMs)) return true;
        await pause(clock, LOOK_MS);
      }
      return false;
    },
    changed(sink) {
      sinks.add(sink);
      return () => void sinks.delete(sink);
    },
    async close() {
      closed = true;
      await stop();
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
