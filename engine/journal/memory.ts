import {
  Fenced,
  type Journal,
  JournalFull,
  LEASE_MS,
  type Snapshot,
  type StoredEvent,
} from '../ports.ts';
import { type Holder, type Liveness, livenessOf } from './holder.ts';
import { type Lease, leaseState } from './lease.ts';

/** What a journal's file is to `openJournal`: outlives the engines that open it, and can be broken. */
export interface MemoryStore {
  readonly events: StoredEvent[];
  readonly snapshots: Snapshot[];
  lease: Lease;
  /** Faults for tests: `full` makes every write throw `JournalFull`. */
  readonly faults: { full: boolean };
}

export function memoryStore(): MemoryStore {
  return {
    events: [],
    snapshots: [],
    lease: { epoch: 0, holder: undefined, renewedAtMs: 0 },
    faults: { full: false },
  };
}

export type OpenedMemoryJournal =
  | { readonly kind: 'opened'; readonly journal: Journal; readonly before: Lease }
  | { readonly kind: 'held'; readonly lease: Lease };

/** The semantics of `openJournal` without a disk. */
export function openMemoryJournal(
  store: MemoryStore,
  options: {
    readonly holder: Holder;
    readonly takeOver?: boolean;
    readonly leaseMs?: number;
    readonly wallMs?: () => number;
    readonly liveness?: (holder: Holder) => Liveness;
  },
): OpenedMemoryJournal {
  const { holder, leaseMs = LEASE_MS, wallMs = Date.now, liveness = livenessOf } = options;
  const before = store.lease;
  if (leaseState(before, wallMs(), leaseMs, liveness) === 'live' && !options.takeOver) {
    return { kind: 'held', lease: before };
  }
  const epoch = before.epoch + 1;
  store.lease = { epoch, holder, renewedAtMs: wallMs() };
  return { kind: 'opened', journal: memoryJournal(store, epoch, wallMs), before };
}

function memoryJournal(store: MemoryStore, epoch: number, wallMs: () => number): Journal {
  const sinks = new Set<(seq: number) => void>();
  const guard = () => {
    if (store.lease.epoch !== epoch) throw new Fenced(`epoch ${epoch} of this run has ended`);
    if (store.faults.full) throw new JournalFull('no space is left for the journal');
    store.lease = { ...store.lease, renewedAtMs: wallMs() };
  };
  return {
    epoch,
    async append(events) {
      if (events.length === 0) return store.events.length;
      guard();
      for (const { at, runMs, event } of events) {
        // Through JSON, as on disk: what does not survive that is found in a unit test.
        const copy = JSON.parse(JSON.stringify(event)) as StoredEvent['event'];
        store.events.push({ seq: store.events.length + 1, epoch, at, runMs, event: copy });
      }
      const seq = store.events.length;
      for (const sink of sinks) queueMicrotask(() => sinks.has(sink) && sink(seq));
      return seq;
    },
    async *read(fromSeq) {
      const events = store.events.slice(Math.max(0, fromSeq - 1));
      if (events.length > 0) yield events;
    },
    async snapshot(state, seq) {
      guard();
      store.snapshots.push({ seq, state: Uint8Array.from(state) });
    },
    async latest() {
      return store.snapshots.reduce<Snapshot | undefined>(
        (best, one) => (best === undefined || one.seq >= best.seq ? one : best),
        undefined,
      );
    },
    watch(sink) {
      sinks.add(sink);
      return () => void sinks.delete(sink);
    },
    isOurs: () => store.lease.epoch === epoch,
    async close() {
      sinks.clear();
      if (store.lease.epoch === epoch) store.lease = { ...store.lease, holder: undefined };
    },
  };
}
