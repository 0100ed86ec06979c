import { hash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Binder, Component, Result } from '../bind/binding.ts';
import type { RunId } from '../ports.ts';
import { isNetworkFileSystem } from './file-system.ts';
import { isDamaged, isFull, isUnopenable, resultCode } from './sqlite-error.ts';

/** How a run stands, as `braid runs` lists it. */
export interface RunRow {
  readonly run: RunId;
  readonly workflow: string;
  readonly state: string;
  /** Wall times as ISO text; empty for one that has not come. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly instances: number;
  /** No script ran: what it made is made up. */
  readonly stub: boolean;
}

/** What an instance left that ended well in the run that made it (a reused one is not recorded again). */
export interface RecordedResult {
  readonly run: RunId;
  readonly workflow: string;
  /** `phosim[visit=230, sensor=R22_S11]` */
  readonly instance: string;
  readonly result: Result;
  /** So that `why` can say later which one changed. */
  readonly components: readonly Component[];
}

/** A cache over all journals of a directory; nothing is lost with it. */
export interface ResultIndex {
  /**
   * The results of earlier runs by fingerprint, newest first. There are several where instances of one
   * run were equal in meaning: `reuseLookup` deals them out.
   */
  lookupMany(
    fingerprints: readonly string[],
  ): ReadonlyMap<string, readonly Omit<RecordedResult, 'components'>[]>;
  /** The newest result of an instance by its name, whatever its fingerprint: for `why`. */
  previous(workflow: string, instance: string): RecordedResult | undefined;
  /** One transaction; a result that is there already is kept. False if the disk or a lock refused it. */
  record(results: readonly RecordedResult[]): boolean;
  recordRun(row: RunRow): boolean;
  /** Newest first. */
  runs(): readonly RunRow[];
  forget(run: RunId): boolean;
  /** Results of all runs with one of these fingerprints: what they say is not there any more. */
  forgetResults(fingerprints: readonly string[]): boolean;
  close(): void;
}

/** Asked for in one statement: half the time of one by one. */
const LOOKUP_BATCH = 5_000;

const VERSION = 2;
/** `key` and `name_key` are 48 bits of a hash: indices a third the size of text; rows say the rest. */
const SCHEMA = `
  CREATE TABLE results (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    name_key INTEGER NOT NULL,
    run TEXT NOT NULL,
    workflow TEXT NOT NULL,
    instance TEXT NOT NULL,
    result TEXT NOT NULL,
    components TEXT NOT NULL) STRICT;
  CREATE INDEX results_by_key ON results (key);
  CREATE INDEX results_by_name ON results (name_key);
  CREATE TABLE runs (
    run TEXT PRIMARY KEY,
    workflow TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    instances INTEGER NOT NULL,
    stub INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};`;

/**
 * Opens `.braid/index.db`, which several engines may do at once. A damaged file, or one of another
 * release, is made anew, and `empty` says that it wants to be filled again. Where no file can be
 * written the index is in memory. Nothing of it throws for a fault of the disk: it is only a cache.
 */
export function openIndex(path: string): { readonly index: ResultIndex; readonly empty: boolean } {
  try {
    return openAt(path);
  } catch (error) {
    if (isFull(error) || isUnopenable(error)) return openAt(':memory:');
    if (!isDamaged(error)) throw error;
    removeFiles(path);
    return openAt(path);
  }
}

/**
 * Looks results up for the instances of a run: only those of other runs (nothing is shared between the
 * instances of one), and none for two of them, since two equal seeds are still two draws. An instance
 * gets its own of before where there is one.
 */
export function reuseLookup(
  index: Pick<ResultIndex, 'lookupMany'>,
  binder: Pick<Binder, 'name'>,
  run: RunId,
): (
  asked: readonly { readonly instance: number; readonly fingerprint: string }[],
) => ReadonlyMap<number, Result> {
  const takenBy = new Map<string, number>();
  return (asked) => {
    const found = index.lookupMany(asked.map(({ fingerprint }) => fingerprint));
    const chosen = new Map<number, Result>();
    for (const { instance, fingerprint } of asked) {
      const candidates = found.get(fingerprint);
      if (candidates === undefined) continue;
      const free = candidates.filter(
        (one) => one.run !== run && (takenBy.get(one.result.directory) ?? instance) === instance,
      );
      const name = free.length > 1 ? binder.name(instance) : '';
      const one = free.find((candidate) => candidate.instance === name) ?? free[0];
      if (one === undefined) continue;
      takenBy.set(one.result.directory, instance);
      chosen.set(instance, one.result);
    }
    return chosen;
  };
}

// --- Internal helpers ---

function openAt(path: string): { index: ResultIndex; empty: boolean } {
  const db = new DatabaseSync(path, { timeout: 10_000 });
  try {
    const network = isNetworkFileSystem(dirname(path));
    db.exec(
      `PRAGMA journal_mode = ${network ? 'TRUNCATE' : 'WAL'}; PRAGMA synchronous = NORMAL;
       PRAGMA cache_size = -65536; PRAGMA mmap_size = ${network ? 0 : 268_435_456};`,
    );
    const empty = prepareSchema(db);
    return { index: shielded(indexOf(db), path), empty };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** True if it was made (again). */
function prepareSchema(db: DatabaseSync): boolean {
  const version = () =>
    (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (version() === VERSION) return false;
  return transact(db, () => {
    if (version() === VERSION) return false;
    db.exec(`DROP TABLE IF EXISTS results; DROP TABLE IF EXISTS runs; ${SCHEMA}`);
    return true;
  });
}

function removeFiles(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

/**
 * Opening reads the first pages only. Where damage shows later, nothing is known of what was asked for, and
 * the file is removed at the end, so that the next one is whole.
 */
function shielded(index: ResultIndex, path: string): ResultIndex {
  let isBad = false;
  const read = <T>(ask: () => T, none: T): T => {
    try {
      return ask();
    } catch (error) {
      if (!isDamaged(error) && !(error instanceof SyntaxError)) throw error;
      isBad = true;
      return none;
    }
  };
  return {
    ...index,
    lookupMany: (fingerprints) => read(() => index.lookupMany(fingerprints), new Map()),
    previous: (workflow, instance) => read(() => index.previous(workflow, instance), undefined),
    runs: () => read(() => index.runs(), []),
    close() {
      index.close();
      if (isBad && path !== ':memory:') removeFiles(path);
    },
  };
}

function indexOf(db: DatabaseSync): ResultIndex {
  const statements = prepare(db);
  return {
    lookupMany: (fingerprints) => lookupMany(statements, fingerprints),
    previous(workflow, instance) {
      const row = statements.previous.get(
        nameKey(workflow, instance),
        instance,
        workflow,
      ) as unknown as [string, string, string] | undefined;
      if (row === undefined) return undefined;
      const [run, result, components] = row;
      return {
        run,
        workflow,
        instance,
        result: JSON.parse(result) as Result,
        components: JSON.parse(components) as Component[],
      };
    },
    record(results) {
      return tried(db, () => {
        for (const { run, workflow, instance, result, components } of results) {
          const json = JSON.stringify(result);
          const parts = JSON.stringify(components);
          const key = keyOf(result.fingerprint);
          const name = nameKey(workflow, instance);
          statements.record.run(
            key,
            name,
            run,
            workflow,
            instance,
            json,
            parts,
            key,
            run,
            instance,
          );
        }
      });
    },
    recordRun({ run, workflow, state, startedAt, finishedAt, instances, stub }) {
      return tried(db, () => {
        const about = [run, workflow, state, startedAt, finishedAt, instances] as const;
        statements.recordRun.run(...about, stub ? 1 : 0);
      });
    },
    runs: () =>
      (statements.runs.all() as unknown as (Omit<RunRow, 'stub'> & { stub: number })[]).map(
        (row) => ({ ...row, stub: row.stub === 1 }),
      ),
    forget(run) {
      return tried(db, () => {
        db.prepare('DELETE FROM results WHERE run = ?').run(run);
        db.prepare('DELETE FROM runs WHERE run = ?').run(run);
      });
    },
    forgetResults(fingerprints) {
      const keys = JSON.stringify(fingerprints.map(keyOf));
      return tried(db, () => {
        db.prepare('DELETE FROM results WHERE key IN (SELECT value FROM json_each(?))').run(keys);
      });
    },
    close: () => db.close(),
  };
}

function keyOf(fingerprint: string): number {
  return Number.parseInt(fingerprint.slice(0, 12), 16);
}

function nameKey(workflow: string, instance: string): number {
  return keyOf(hash('sha256', `${workflow} ${instance}`, 'hex'));
}

function prepare(db: DatabaseSync) {
  const lookup = db.prepare(
    `SELECT asked.key, run, workflow, instance, result FROM json_each(?) AS asked
     JOIN results ON results.key = asked.value ORDER BY results.id DESC`,
  );
  lookup.setReturnArrays(true);
  const previous = db.prepare(
    `SELECT run, result, components FROM results WHERE name_key = ? AND instance = ? AND workflow = ?
     ORDER BY id DESC LIMIT 1`,
  );
  previous.setReturnArrays(true);
  return {
    lookup,
    isThere: db.prepare('SELECT 1 FROM results WHERE key = ? LIMIT 1'),
    previous,
    record: db.prepare(
      `INSERT INTO results (key, name_key, run, workflow, instance, result, components)
       SELECT ?, ?, ?, ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM results WHERE key = ? AND run = ? AND instance = ?)`,
    ),
    recordRun: db.prepare('INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)'),
    runs: db.prepare(
      `SELECT run, workflow, state, started_at AS startedAt, finished_at AS finishedAt, instances,
         stub
       FROM runs ORDER BY started_at DESC, run`,
    ),
  };
}

/** Position among those asked for, run, workflow, instance, result. */
type LookupRow = [number, string, string, string, string];

function lookupMany(
  { lookup, isThere }: { readonly lookup: StatementSync; readonly isThere: StatementSync },
  fingerprints: readonly string[],
): ReturnType<ResultIndex['lookupMany']> {
  const found = new Map<string, Omit<RecordedResult, 'components'>[]>();
  // A chain asks for one at a time, mostly in vain.
  if (fingerprints.length === 1 && !isThere.get(keyOf(fingerprints[0] ?? ''))) return found;
  for (let from = 0; from < fingerprints.length; from += LOOKUP_BATCH) {
    const asked = fingerprints.slice(from, from + LOOKUP_BATCH);
    const rows = lookup.all(JSON.stringify(asked.map(keyOf))) as unknown as LookupRow[];
    for (const [position, run, workflow, instance, json] of rows) {
      const result = JSON.parse(json) as Result;
      const fingerprint = asked[position];
      if (fingerprint === undefined || result.fingerprint !== fingerprint) continue;
      const same = found.get(fingerprint);
      if (same === undefined) found.set(fingerprint, [{ run, workflow, instance, result }]);
      // The same fingerprint may be asked for twice.
      else if (!same.some((one) => one.result.directory === result.directory)) {
        same.push({ run, workflow, instance, result });
      }
    }
  }
  return found;
}

function tried(db: DatabaseSync, write: () => void): boolean {
  try {
    transact(db, write);
    return true;
  } catch (error) {
    if (resultCode(error) === undefined) throw error;
    return false;
  }
}

function transact<T>(db: DatabaseSync, write: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const value = write();
    db.exec('COMMIT');
    return value;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
