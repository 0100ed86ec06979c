import type { DatabaseSync } from 'node:sqlite';
import type { Diagnostic } from '../../dsl/index.ts';
import type { Close, Journal, RunId } from '../ports.ts';
import { connectForReading } from './connection.ts';
import { lastEvent, latestSnapshot, readEvents } from './event-table.ts';
import { type Lease, readLease } from './lease.ts';
import { JOURNAL_MIGRATIONS, metaOf, versionOf } from './schema.ts';
import { damaged, openingDiagnostic } from './sqlite-error.ts';
import { JournalUnreadable } from './unreadable.ts';

/** How often `watch` looks whether another process has written (one small read). */
const WATCH_MS = 100;

/** A run's journal as other processes see it: they read, only its engine writes. */
export interface JournalReader extends Pick<Journal, 'read' | 'latest' | 'watch' | 'path'> {
  readonly run: RunId;
  /** The last event when a backup took the place of a damaged journal; 0 if none ever did. */
  readonly restoredAt: number;
  /** Sequence number of the last event now; 0 if there is none. */
  last(): number;
  /** Who has the run; `leaseState` says whether it still lives. */
  lease(): Lease;
  close(): void;
}

export type OpenedReader =
  | { readonly kind: 'opened'; readonly reader: JournalReader }
  | { readonly kind: 'unusable'; readonly diagnostic: Diagnostic };

/** Opens the journal of a run, live or ended, without disturbing its engine. */
export function openForReading(path: string): OpenedReader {
  let db: DatabaseSync | undefined;
  try {
    db = connectForReading(path);
    const version = versionOf(db);
    const isKnown = version > 0 && version <= JOURNAL_MIGRATIONS.length;
    const run = isKnown ? metaOf(db, 'run') : undefined;
    if (run !== undefined) return { kind: 'opened', reader: reader(db, run, path) };
    db.close();
    return { kind: 'unusable', diagnostic: unreadable(path, version) };
  } catch (error) {
    if (db?.isOpen) db.close();
    const diagnostic = openingDiagnostic(path, error);
    if (diagnostic === undefined) throw error;
    return { kind: 'unusable', diagnostic };
  }
}

function reader(db: DatabaseSync, run: RunId, path: string): JournalReader {
  const watches = new Set<Close>();
  const told = (error: unknown) => unreadableError(path, error);
  const readable = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw told(error);
    }
  };
  return {
    run,
    path,
    restoredAt: readable(() => Number(metaOf(db, 'restored') ?? 0)),
    async *read(fromSeq) {
      try {
        yield* readEvents(db, fromSeq);
      } catch (error) {
        throw told(error);
      }
    },
    latest: async () => readable(() => latestSnapshot(db)),
    last: () => readable(() => lastEvent(db).seq),
    lease: () => readable(() => readLease(db)),
    watch(sink) {
      const stop = watch(db, sink);
      watches.add(stop);
      return () => {
        watches.delete(stop);
        return stop();
      };
    },
    close() {
      for (const stop of watches) stop();
      db.close();
    },
  };
}

/** Calls `sink` when the last event's number has grown. `data_version` costs no read of the file. */
function watch(db: DatabaseSync, sink: (seq: number) => void): Close {
  const version = db.prepare('PRAGMA data_version');
  const versionNow = () => (version.get() as { data_version: number }).data_version;
  let seenVersion = versionNow();
  let seenSeq = lastEvent(db).seq;
  const timer = setInterval(() => {
    const now = versionNow();
    if (now === seenVersion) return;
    seenVersion = now;
    const seq = lastEvent(db).seq;
    if (seq === seenSeq) return;
    seenSeq = seq;
    sink(seq);
  }, WATCH_MS);
  return () => clearInterval(timer);
}

function unreadableError(path: string, error: unknown): unknown {
  const diagnostic = openingDiagnostic(path, error);
  return diagnostic === undefined ? error : new JournalUnreadable(diagnostic, error);
}

function unreadable(path: string, version: number): Diagnostic {
  if (version <= JOURNAL_MIGRATIONS.length) return damaged(path, 'it holds no run');
  return {
    code: 'E1103',
    severity: 'error',
    message: `the journal \`${path}\` was written by a later release of braid (form ${version})`,
    hint: 'use that release: a journal only goes forward',
  };
}
