import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { backupPath } from './backup-file.ts';
import { connectForReading } from './connection.ts';
import { lastEvent, readEvents } from './event-table.ts';

/** More than any file has. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies a journal that is being written beside it and puts the copy in the place of the last one, once all
 * its events are known to be as they were written. The copying is done by another thread over a connection
 * of its own; the checking yields between small parts. Gives the number of the last event in it. Throws errors of
 * SQLite and the file system, and `DamagedRecord`; the last backup is still there then.
 */
export async function backUp(journal: string): Promise<number> {
  const made = `${backupPath(journal)}.new`;
  rmSync(made, { force: true });
  try {
    const source = connectForReading(journal);
    try {
      // In one step: a copy in many would begin again whenever the engine writes.
      await backup(source, made, { rate: ALL_PAGES });
    } finally {
      source.close();
    }
    const seq = await checkCopy(made);
    sync(made);
    renameSync(made, backupPath(journal));
    sync(dirname(journal));
    return seq;
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(made + suffix, { force: true });
    throw error;
  }
}

/** Reads all events of a copy that nobody else has; gives the number of the last one. */
async function checkCopy(path: string): Promise<number> {
  const copy = new DatabaseSync(path);
  try {
    // A copy is one file, whatever the journal has beside it.
    copy.exec('PRAGMA journal_mode = DELETE');
    for await (const _ of readEvents(copy, 1)) await nextTurn();
    return lastEvent(copy).seq;
  } finally {
    copy.close();
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
