import type { Resources, Room } from '../ports.ts';

/** What a run has under way at one site, in the order in which it was intended. */
export interface Ledger {
  readonly size: number;
  take(key: string, shape: Resources): void;
  free(key: string): void;
  /** Whether one more of this shape may be offered: it fits beside the others, or goes ahead of them. */
  admits(room: Room, shape: Resources): boolean;
  /** It admits nothing, whatever its shape. */
  isFull(room: Room): boolean;
}

interface Use {
  cpus: number;
  memoryBytes: number;
}

export function ledger(): Ledger {
  const entries = new Map<string, Use>();
  let counted: { room: Room; used: Use; ahead: number } | undefined;

  /** Those that fit together are taken to be running, the rest to be submitted ahead. */
  const count = (room: Room) => {
    if (counted && sameTotals(counted.room, room)) return counted;
    const used = { cpus: 0, memoryBytes: 0 };
    let ahead = 0;
    for (const use of entries.values()) {
      if (fits(room, used, use)) add(used, use);
      else ahead++;
    }
    counted = { room, used, ahead };
    return counted;
  };
  return {
    get size() {
      return entries.size;
    },
    take(key, shape) {
      if (entries.has(key)) return;
      const use = useOf(shape);
      entries.set(key, use);
      if (!counted) return;
      if (fits(counted.room, counted.used, use)) add(counted.used, use);
      else counted.ahead++;
    },
    free(key) {
      if (entries.delete(key)) counted = undefined;
    },
    admits(room, shape) {
      const { used, ahead } = count(room);
      return fits(room, used, useOf(shape)) || ahead < room.ahead;
    },
    isFull(room) {
      const { used, ahead } = count(room);
      return used.cpus >= room.totalCpus && ahead >= room.ahead;
    },
  };
}

/** Nothing of this shape can ever run there. */
export function isTooLarge(room: Room, shape: Resources): boolean {
  return !room.open && !fits(room, { cpus: 0, memoryBytes: 0 }, useOf(shape));
}

function useOf(shape: Resources): Use {
  return { cpus: shape.cpus, memoryBytes: shape.memoryBytes ?? 0 };
}

function fits(room: Room, used: Use, use: Use): boolean {
  return (
    used.cpus + use.cpus <= room.totalCpus &&
    used.memoryBytes + use.memoryBytes <= room.totalMemoryBytes
  );
}

function add(used: Use, use: Use): void {
  used.cpus += use.cpus;
  used.memoryBytes += use.memoryBytes;
}

function sameTotals(a: Room, b: Room): boolean {
  return a.totalCpus === b.totalCpus && a.totalMemoryBytes === b.totalMemoryBytes;
}
