import { rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** `application_id` of the files we make: "Brai" in ASCII. */
export const APPLICATION_ID = 0x42726169;

/**
 * The steps from one `user_version` to the next: entry `n` leads from version `n` to `n + 1`. Entries
 * are never edited once released; a journal of every release must open.
 */
export const JOURNAL_MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE events (
     seq INTEGER PRIMARY KEY,
     epoch INTEGER NOT NULL,
     at TEXT NOT NULL,
     run_ms REAL NOT NULL,
     kind TEXT NOT NULL,
     json TEXT NOT NULL) STRICT;
   CREATE TABLE lease (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     epoch INTEGER NOT NULL,
     holder TEXT,
     renewed_ms REAL NOT NULL) STRICT;
   INSERT INTO lease VALUES (1, 0, NULL, 0);
   CREATE TABLE snapshots (seq INTEGER PRIMARY KEY, state BLOB NOT NULL) STRICT;`,
  // Checksums: events from `summed` on have one. Snapshots are made anew.
  `ALTER TABLE events ADD COLUMN sum INTEGER;
   ALTER TABLE snapshots ADD COLUMN sum INTEGER;
   DELETE FROM snapshots;
   INSERT INTO meta SELECT 'summed', coalesce(max(seq), 0) + 1 FROM events;`,
];

/** Whether events and snapshots have checksums in the form that the file has now. */
export function hasSums(db: DatabaseSync): boolean {
  return versionOf(db) >= 2;
}

/** What is said of the journal as a whole. */
export type MetaName =
  /** The run's id. */
  | 'run'
  /** The first event that has a checksum. */
  | 'summed'
  /** The last event when a backup was put in the place of a damaged journal. */
  | 'restored';

export function metaOf(db: DatabaseSync, name: MetaName): string | undefined {
  return db.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.value?.toString();
}

export function versionOf(db: DatabaseSync): number {
  return Number((db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version);
}

/**
 * Brings a file to the version that `migrations` leads to; a file that is there already is nothing to
 * do. A file that holds something is copied first, to the path given back: by SQLite itself, since to
 * open and close the file here would drop its locks.
 */
export function migrate(
  db: DatabaseSync,
  path: string,
  migrations: readonly string[],
): string | undefined {
  const from = versionOf(db);
  if (from >= migrations.length) return undefined;
  const copy = from === 0 ? undefined : `${path}.v${from}`;
  if (copy !== undefined) {
    rmSync(copy, { force: true });
    db.prepare('VACUUM INTO ?').run(copy);
  }
  db.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have been faster while this one waited for the lock.
    for (let version = versionOf(db); version < migrations.length; version++) {
      db.exec(migrations[version] as string);
      db.exec(`PRAGMA user_version = ${version + 1}`);
    }
    if (from === 0) db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
  return copy;
}
