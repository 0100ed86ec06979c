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

/** Up to this size a file is checked page by page when it is opened: about a tenth of a second. */
const WHOLE_CHECK_BYTES = 32 << 20;
/** The tables that stay small. */
const SMALL_TABLES = ['meta', 'lease', 'snapshots'];

/**
 * What `PRAGMA quick_check` finds; undefined if all is well. Throws where not even that can be read. A large
 * file is checked but for its events: each has a checksum that shows when it is read, and each
 * backup has read all of them. `whole` checks every page whatever the size.
 */
export function findDamage(
  db: DatabaseSync,
  { whole = false }: { readonly whole?: boolean } = {},
): string | undefined {
  const isSmall = whole || sizeOf(db) <= WHOLE_CHECK_BYTES;
  const checks = isSmall
    ? ['PRAGMA quick_check(1)']
    : SMALL_TABLES.map((table) => `PRAGMA quick_check(${table})`);
  for (const check of checks) {
    const rows = db.prepare(check).all() as { quick_check: string }[];
    const first = rows[0]?.quick_check;
    if (first !== 'ok') return first ?? 'no answer from `quick_check`';
  }
  return undefined;
}

function sizeOf(db: DatabaseSync): number {
  const pages = db.prepare('PRAGMA page_count').get() as { page_count: number };
  const size = db.prepare('PRAGMA page_size').get() as { page_size: number };
  return pages.page_count * size.page_size;
}
