import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { isNetworkFileSystem } from './file-system.ts';
import { isUnopenable } from './sqlite-error.ts';

/** How long a statement waits for another process's lock before it fails. */
const BUSY_TIMEOUT_MS = 10_000;

export interface Connection {
  readonly db: DatabaseSync;
  /** True where WAL is not safe, so that the rollback journal is used: slower, to be said once. */
  readonly network: boolean;
}

/**
 * Opens a file for writing: WAL on a local disk, the rollback journal on a network file system; each
 * commit is on the disk before it returns. Never in exclusive mode, so that others can read meanwhile;
 * the lease keeps a second writer away. Throws errors of SQLite.
 */
export function connect(path: string): Connection {
  const network = isNetworkFileSystem(dirname(path));
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.exec(
      network
        ? 'PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;'
        : 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;',
    );
    return { db, network };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens a file only to read it. The writer is not disturbed: in WAL readers block nobody, and with the
 * rollback journal each read is short. A directory that may not be written is read as it is.
 */
export function connectForReading(path: string): DatabaseSync {
  try {
    const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    // WAL needs to make a `-shm` file; where nobody can write, nobody writes.
    if (!isUnopenable(error) || !existsSync(path)) throw error;
    return new DatabaseSync(new URL(`${pathToFileURL(path)}?immutable=1`), { readOnly: true });
  }
}

/** What `PRAGMA quick_check` finds; undefined if all is well. Throws where not even that can be read. */
export function findDamage(db: DatabaseSync): string | undefined {
  const rows = db.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
  const first = rows[0]?.quick_check;
  return first === 'ok' ? undefined : (first ?? 'no answer from `quick_check`');
}
