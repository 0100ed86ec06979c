import type { DatabaseSync } from 'node:sqlite';
import type { Snapshot, StoredEvent } from '../ports.ts';

/** Events handed out at once: bounds memory, and the time a read lock is held. */
const BATCH = 2_000;

/**
 * All events from `fromSeq` on, that one included, in order; ends at the last one there is. Each batch
 * is a read of its own, so that nothing is locked while the caller works.
 */
export async function* readEvents(
  db: DatabaseSync,
  fromSeq: number,
): AsyncGenerator<readonly StoredEvent[], void> {
  const select = db.prepare(
    'SELECT seq, epoch, at, run_ms, json FROM events WHERE seq >= ? ORDER BY seq LIMIT ?',
  );
  select.setReturnArrays(true);
  for (let next = fromSeq; ; ) {
    const rows = select.all(next, BATCH) as unknown as [number, number, string, number, string][];
    if (rows.length === 0) return;
    yield rows.map(([seq, epoch, at, runMs, json]) => ({
      seq,
      epoch,
      at,
      runMs,
      event: JSON.parse(json) as StoredEvent['event'],
    }));
    if (rows.length < BATCH) return;
    next = (rows.at(-1)?.[0] ?? next) + 1;
  }
}

/** Sequence number of the last event; 0 if there is none. */
export function lastSeq(db: DatabaseSync): number {
  return (db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM events').get() as { seq: number })
    .seq;
}

export function latestSnapshot(db: DatabaseSync): Snapshot | undefined {
  const row = db.prepare('SELECT seq, state FROM snapshots ORDER BY seq DESC LIMIT 1').get() as
    | { seq: number; state: Uint8Array }
    | undefined;
  return row && { seq: row.seq, state: row.state };
}

/** Writes a snapshot and drops all but the one before it. */
export function writeSnapshot(db: DatabaseSync, state: Uint8Array, seq: number): void {
  db.prepare('INSERT OR REPLACE INTO snapshots (seq, state) VALUES (?, ?)').run(seq, state);
  db.exec(
    'DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT 2)',
  );
}

export function runOf(db: DatabaseSync): string | undefined {
  const row = db.prepare("SELECT value FROM meta WHERE name = 'run'").get() as
    | { value: string }
    | undefined;
  return row?.value;
}
