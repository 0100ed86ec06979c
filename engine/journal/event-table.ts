import type { DatabaseSync } from 'node:sqlite';
import type { Snapshot, StoredEvent } from '../ports.ts';
import { eventSum, snapshotSum } from './checksum.ts';
import { hasSums, metaOf } from './schema.ts';
import { BadEvent, DamagedRecord } from './unreadable.ts';

/** Events handed out at once: bounds memory, and the time a read lock is held. */
const BATCH = 2_000;

type Row = [
  seq: number,
  epoch: number,
  at: string,
  runMs: number,
  json: string,
  sum: number | null,
];

/**
 * All events from `fromSeq` on, that one included, in order; ends at the last one there is. Each batch
 * is a read of its own, so that nothing is locked while the caller works. Throws `DamagedRecord` at what
 * is not as it was written, `BadEvent` at what is no event.
 */
export async function* readEvents(
  db: DatabaseSync,
  fromSeq: number,
): AsyncGenerator<readonly StoredEvent[], void> {
  const summed = hasSums(db);
  const select = db.prepare(
    `SELECT seq, epoch, at, run_ms, json, ${summed ? 'sum' : 'NULL'} FROM events WHERE seq >= ? ORDER BY seq LIMIT ?`,
  );
  select.setReturnArrays(true);
  const check = checkerOf(db, fromSeq, summed);
  for (let next = fromSeq; ; ) {
    const rows = select.all(next, BATCH) as unknown as Row[];
    if (rows.length === 0) return;
    yield rows.map((row) => {
      check(row);
      const [seq, epoch, at, runMs, json] = row;
      return { seq, epoch, at, runMs, event: eventOf(seq, json) };
    });
    if (rows.length < BATCH) return;
    next = (rows.at(-1)?.[0] ?? next) + 1;
  }
}

/** Checks rows one after another: none is missing, and each has the checksum that follows from the one before. */
function checkerOf(db: DatabaseSync, fromSeq: number, summed: boolean): (row: Row) => void {
  // Events of an earlier form have none.
  const firstSummed = summed ? Number(metaOf(db, 'summed') ?? 1) : Number.POSITIVE_INFINITY;
  let expected = fromSeq;
  let before = fromSeq > firstSummed ? sumAt(db, fromSeq - 1) : 0;
  return ([seq, epoch, at, runMs, json, sum]) => {
    if (seq !== expected) {
      throw new DamagedRecord(`events ${expected} to ${seq - 1} are missing`);
    }
    expected++;
    if (seq < firstSummed) return;
    if (eventSum(before, { seq, epoch, at, runMs }, json) !== sum) {
      throw new DamagedRecord(`event ${seq} is not as it was written`);
    }
    before = sum;
  };
}

function eventOf(seq: number, json: string): StoredEvent['event'] {
  let event: unknown;
  try {
    event = JSON.parse(json);
  } catch (error) {
    throw new BadEvent(seq, `it is no JSON: ${(error as Error).message}`, error);
  }
  if (typeof (event as { kind?: unknown } | null)?.kind !== 'string') {
    throw new BadEvent(seq, 'it says no kind of event');
  }
  return event as StoredEvent['event'];
}

/** Checksum of an event; 0 if it has none, as before the first. */
export function sumAt(db: DatabaseSync, seq: number): number {
  const row = db.prepare('SELECT sum FROM events WHERE seq = ?').get(seq);
  return Number(row?.sum ?? 0);
}

/** Sequence number and epoch of the last event; 0 if there is none. */
export function lastEvent(db: DatabaseSync): { readonly seq: number; readonly epoch: number } {
  const row = db.prepare('SELECT seq, epoch FROM events ORDER BY seq DESC LIMIT 1').get();
  return { seq: Number(row?.seq ?? 0), epoch: Number(row?.epoch ?? 0) };
}

/** The newest that is as it was written: one that is not saves no time, and does no harm. */
export function latestSnapshot(db: DatabaseSync): Snapshot | undefined {
  const summed = hasSums(db);
  const last = lastEvent(db).seq;
  const select = db.prepare(
    `SELECT seq, state, ${summed ? 'sum' : 'NULL AS sum'} FROM snapshots WHERE seq < ? ORDER BY seq DESC LIMIT 1`,
  );
  for (let below = last + 1; ; ) {
    const row = select.get(below) as
      | { seq: number; state: Uint8Array; sum: number | null }
      | undefined;
    if (!row) return undefined;
    if (row.sum === null ? !summed : snapshotSum(row.state) === row.sum) {
      return { seq: row.seq, state: row.state };
    }
    below = row.seq;
  }
}

/** Writes a snapshot and drops all but the one before it. */
export function writeSnapshot(db: DatabaseSync, state: Uint8Array, seq: number): void {
  db.prepare('INSERT OR REPLACE INTO snapshots (seq, state, sum) VALUES (?, ?, ?)').run(
    seq,
    state,
    snapshotSum(state),
  );
  db.exec(
    'DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT 2)',
  );
}
