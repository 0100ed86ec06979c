import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Diagnostic } from '../../dsl/index.ts';
import type { RunId } from '../ports.ts';
import { backupPath } from './backup-file.ts';
import { connectForReading, findDamage } from './connection.ts';
import { lastEvent, readEvents } from './event-table.ts';
import { describeHolder } from './holder.ts';
import { leaseState, readLease } from './lease.ts';
import { findLogDamage } from './log-damage.ts';
import { type MetaName, metaOf } from './schema.ts';
import { openingDiagnostic } from './sqlite-error.ts';

export type Restored =
  /** What was there is kept as `damaged`; `events` are in the journal now. */
  | { readonly kind: 'restored'; readonly events: number; readonly damaged: string }
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic };

/**
 * Puts what can be had in the place of a damaged journal that nobody drives: its backup, or its own events
 * up to where its log is damaged, whichever has more. What happened since is found again in the directories of the
 * attempts.
 */
export async function restoreJournal(journal: string, run: RunId): Promise<Restored> {
  const refuse = (reason: string): Restored => ({
    kind: 'refused',
    diagnostic: {
      code: 'E1107',
      severity: 'error',
      message: `the journal \`${journal}\` cannot be restored: ${reason}`,
    },
  });
  const inLog = findLogDamage(journal);
  if ((inLog ?? (await whatIsWrong(journal, run))) === undefined) return refuse('it is whole');
  const copy = `${journal}.restored`;
  const copies: { readonly path: string; readonly events: number }[] = [];
  const wrong: string[] = [];
  for (const from of inLog === undefined ? [backupPath(journal)] : [backupPath(journal), journal]) {
    if (!existsSync(from)) {
      wrong.push('there is no backup of it');
      continue;
    }
    const path = `${copy}.${copies.length}`;
    const found = await copyOf(from, path, run);
    if (typeof found === 'number') copies.push({ path, events: found });
    else
      wrong.push(
        `${from === journal ? 'what is left of it' : 'its backup'} cannot be used: ${found}`,
      );
  }
  const best = copies.reduce<(typeof copies)[number] | undefined>(
    (most, one) => (most && most.events >= one.events ? most : one),
    undefined,
  );
  const holder = best && liveHolder(best.path);
  if (!best || holder !== undefined) {
    for (const { path } of copies) rmSync(path);
    return refuse(best ? `the run has an engine: ${holder}` : wrong.join('; '));
  }
  sign(best.path, best.events);
  for (const suffix of ['-wal', '-shm', '-journal', '']) {
    if (existsSync(journal + suffix)) renameSync(journal + suffix, `${journal}.damaged${suffix}`);
  }
  renameSync(best.path, journal);
  for (const { path } of copies) rmSync(path, { force: true });
  return { kind: 'restored', events: best.events, damaged: `${journal}.damaged` };
}

/** A copy in one file, of a whole journal; how many events it has, or what is wrong with it. */
async function copyOf(from: string, to: string, run: RunId): Promise<number | string> {
  for (const suffix of ['', '-wal', '-shm']) rmSync(to + suffix, { force: true });
  for (const suffix of ['', '-wal']) {
    if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  }
  const isMerged = merge(to);
  const wrong = isMerged ?? (await whatIsWrong(to, run));
  if (wrong === undefined) return eventsIn(to);
  for (const suffix of ['', '-wal', '-shm']) rmSync(to + suffix, { force: true });
  return wrong;
}

/** Takes the log into the file; what is wrong where that cannot be. */
function merge(path: string): string | undefined {
  try {
    const db = new DatabaseSync(path);
    try {
      db.exec('PRAGMA journal_mode = DELETE');
      return undefined;
    } finally {
      db.close();
    }
  } catch (error) {
    return (error as Error).message;
  }
}

function eventsIn(path: string): number {
  const db = connectForReading(path);
  try {
    return lastEvent(db).seq;
  } finally {
    db.close();
  }
}

/** In words; undefined for a journal of this run of which every page and every event is as it was written. */
async function whatIsWrong(path: string, run: RunId): Promise<string | undefined> {
  try {
    const db = connectForReading(path);
    try {
      const damage = findDamage(db, { whole: true });
      if (damage !== undefined) return damage;
      for await (const _ of readEvents(db, 1));
      readLease(db);
      const found = metaOf(db, 'run');
      return found === run ? undefined : `it belongs to run ${found}`;
    } finally {
      db.close();
    }
  } catch (error) {
    const diagnostic = openingDiagnostic(path, error);
    if (diagnostic === undefined) throw error;
    return (error as Error).message;
  }
}

function liveHolder(path: string): string | undefined {
  const db = connectForReading(path);
  try {
    const lease = readLease(db);
    if (leaseState(lease, Date.now()) !== 'live' || !lease.holder) return undefined;
    return describeHolder(lease.holder);
  } finally {
    db.close();
  }
}

/** Writes into a copy that it is one, with the last event that it has. */
function sign(path: string, events: number): void {
  const db = new DatabaseSync(path);
  try {
    const name = 'restored' satisfies MetaName;
    db.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)').run(name, String(events));
  } finally {
    db.close();
  }
}
