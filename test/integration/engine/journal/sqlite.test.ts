import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { thisHolder } from '../../../../engine/journal/holder.ts';
import { openForReading } from '../../../../engine/journal/reader.ts';
import { migrate, versionOf } from '../../../../engine/journal/schema.ts';
import { openJournal } from '../../../../engine/journal/sqlite.ts';
import { openingDiagnostic } from '../../../../engine/journal/sqlite-error.ts';
import { Fenced, type Journal } from '../../../../engine/ports.ts';
import { eventsOf, journalConformance, kindsIn } from '../../../conformance/journal.ts';

const run = 'abcdefghij';
const writerFile = join(import.meta.dirname, 'writer.ts');
let root: string;
let made = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'braid-journal-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function newPath(): string {
  const directory = join(root, String(made++));
  mkdirSync(directory);
  return join(directory, 'journal.db');
}

function open(path: string, options: { takeOver?: boolean } = {}): Journal {
  const opened = openJournal({ path, run, holder: thisHolder(), ...options });
  if (opened.kind !== 'opened') throw new Error(opened.diagnostic.message);
  return opened.journal;
}

function openReader(path: string) {
  const opened = openForReading(path);
  if (opened.kind !== 'opened') throw new Error(opened.diagnostic.message);
  return opened.reader;
}

/** Writers that a test has left behind would keep it, and this process, from ending. */
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that appends for ever, a batch of two at a time, and prints each number it was given. */
function startWriter(path: string) {
  const child = spawn(process.execPath, ['--no-warnings', writerFile, path, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let text = '';
  const waiting: (() => void)[] = [];
  child.stdout.on('data', (part) => {
    text += part;
    for (const wake of waiting.splice(0)) wake();
  });
  return {
    child,
    // The last line may be half printed.
    acknowledged: () => Number(text.split('\n').at(-2) ?? 0),
    async until(seq: number) {
      while (this.acknowledged() < seq) await new Promise<void>((wake) => waiting.push(wake));
    },
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

/** A disk of its own, where this user may mount one. */
function mountSmallDisk(directory: string): boolean {
  try {
    mkdirSync(directory);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', directory], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

/** Fills a disk to its last byte, or makes room again. */
function fill(directory: string, is: boolean): void {
  const filler = join(directory, 'filler');
  if (!is) {
    rmSync(filler);
    return;
  }
  const file = openSync(filler, 'w');
  for (let size = 65_536; size >= 1; ) {
    try {
      if (writeSync(file, new Uint8Array(size)) < size) size = size >> 1;
    } catch {
      size = size >> 1;
    }
  }
  closeSync(file);
}

describe('the journal in SQLite', () => {
  let disk = '';
  let mounted = false;
  beforeAll(() => {
    disk = join(root, 'disk');
    mounted = mountSmallDisk(disk);
  });
  afterAll(() => {
    if (mounted) execFileSync('umount', [disk]);
  });
  journalConformance(() => {
    const directory = mounted ? join(disk, String(made++)) : join(root, String(made++));
    mkdirSync(directory);
    const path = join(directory, 'journal.db');
    return {
      open: (options) => openJournal({ path, run, ...options }),
      full: mounted ? (is) => fill(directory, is) : undefined,
    };
  });
});

it('keeps all that was acknowledged when its writer is killed, and opens clean', async () => {
  const path = newPath();
  const writer = startWriter(path);
  await writer.until(100);
  await writer.kill();
  const acknowledged = writer.acknowledged();
  const journal = open(path);
  const kinds = await kindsIn(journal);
  expect(kinds.length).toBeGreaterThanOrEqual(acknowledged);
  // A batch is written whole or not at all.
  expect(kinds.length % 2).toBe(0);
  expect(journal.epoch).toBe(2);
  await journal.close();
});

it('refuses a run whose engine lives, and names it; fences that engine on `takeOver`', async () => {
  const path = newPath();
  const writer = startWriter(path);
  await writer.until(2);
  const second = openJournal({ path, run, holder: thisHolder() });
  expect(second.kind === 'held' && second.lease.holder?.pid).toBe(writer.child.pid);
  const third = open(path, { takeOver: true });
  const [code] = await once(writer.child, 'close');
  expect(code).toBe(75);
  await third.close();
});

it('is read by another process while it is written, without disturbing the writer', async () => {
  const path = newPath();
  const writer = startWriter(path);
  await writer.until(2);
  const reader = openReader(path);
  expect(reader.run).toBe(run);
  expect(reader.lease().holder?.pid).toBe(writer.child.pid);
  const before = reader.last();
  const seen = await new Promise<number>((resolve) => reader.watch(resolve));
  expect(seen).toBeGreaterThan(before);
  const kinds = await kindsIn(reader, seen);
  expect(kinds[0]).toBe(`${seen} 1 tick`);
  await writer.until(seen + 10);
  await writer.kill();
  reader.close();
});

it('throws JournalFull where a file may not grow, keeps what was acknowledged', async () => {
  const path = newPath();
  const writer = spawn(
    '/bin/sh',
    [
      '-c',
      'ulimit -f 400; exec "$@"',
      'sh',
      process.execPath,
      '--no-warnings',
      writerFile,
      path,
      run,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  writer.stdout.on('data', (part) => {
    text += part;
  });
  const [code] = await once(writer, 'close');
  expect(code).toBe(28);
  const acknowledged = Number(text.split('\n').at(-2));
  expect(acknowledged).toBeGreaterThan(10);
  const journal = open(path);
  expect((await kindsIn(journal)).length).toBe(acknowledged);
  await journal.close();
});

describe('a file that is no journal any more', () => {
  it('is named, with what to do, for each kind of damage', async () => {
    const path = newPath();
    const journal = open(path);
    await journal.append(eventsOf(...Array.from({ length: 2_000 }, () => 'x'.repeat(200))));
    await journal.close();
    const good = readFileSync(path);
    const size = statSync(path).size;
    for (const [from, to] of [
      [0, 100],
      [4_096, 4_200],
      [size >> 1, (size >> 1) + 4_096],
    ] as const) {
      const bytes = Uint8Array.from(good);
      bytes.fill(0xa5, from, to);
      const bad = newPath();
      writeFileSync(bad, bytes);
      const opened = openJournal({ path: bad, run, holder: thisHolder() });
      expect(opened.kind === 'unusable' && opened.diagnostic).toMatchObject({
        code: 'E1101',
        message: expect.stringContaining('is damaged'),
        hint: expect.stringContaining('copy'),
      });
    }
    writeFileSync(path, good.subarray(0, size - 8_192));
    expect(openJournal({ path, run, holder: thisHolder() }).kind).toBe('unusable');
  });

  it('is told where another process keeps it locked', async () => {
    const path = newPath();
    await open(path).close();
    const stopped = new DatabaseSync(path);
    stopped.exec('BEGIN IMMEDIATE');
    const db = new DatabaseSync(path, { timeout: 0 });
    let refused: unknown;
    try {
      db.exec('BEGIN IMMEDIATE');
    } catch (error) {
      refused = error;
    }
    for (const one of [stopped, db]) one.close();
    expect(openingDiagnostic(path, refused)).toMatchObject({
      code: 'E1105',
      hint: expect.stringContaining('kill -CONT'),
    });
  });

  it('knows from one append to the next whether the run is still its own', async () => {
    const path = newPath();
    const first = open(path);
    expect(first.isOurs?.()).toBe(true);
    const taken = openJournal({ path, run, holder: thisHolder(), takeOver: true });
    // Answers of the last moment may be repeated.
    await expect.poll(() => first.isOurs?.()).toBe(false);
    await expect(first.append(eventsOf('late'))).rejects.toThrow(Fenced);
    await first.close();
    if (taken.kind === 'opened') await taken.journal.close();
  });

  it('is told from the journal of another run, of a later release, and none at all', async () => {
    const path = newPath();
    await open(path).close();
    const other = openJournal({ path, run: 'zzzzzzzzzz', holder: thisHolder() });
    expect(other.kind === 'unusable' && other.diagnostic.message).toContain('abcdefghij');
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const later = openJournal({ path, run, holder: thisHolder() });
    expect(later.kind === 'unusable' && later.diagnostic.code).toBe('E1103');
    const read = openForReading(path);
    expect(read.kind === 'unusable' && read.diagnostic.code).toBe('E1103');
    const none = openForReading(join(root, 'nowhere.db'));
    expect(none.kind === 'unusable' && none.diagnostic.code).toBe('E1105');
  });
});

it('goes forward to a new form and keeps a copy of the old one', () => {
  const path = newPath();
  const db = new DatabaseSync(path);
  const steps = [
    "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('old')",
    'ALTER TABLE t ADD b TEXT',
  ];
  expect(migrate(db, path, steps.slice(0, 1))).toBeUndefined();
  expect(migrate(db, path, steps)).toBe(`${path}.v1`);
  expect(migrate(db, path, steps)).toBeUndefined();
  expect(versionOf(db)).toBe(2);
  expect(db.prepare('SELECT * FROM t').get()).toEqual({ a: 'old', b: null });
  db.close();
  const copy = new DatabaseSync(`${path}.v1`, { readOnly: true });
  expect(copy.prepare('SELECT * FROM t').get()).toEqual({ a: 'old' });
  copy.close();
});

it('leaves the file as it was when a step to a new form fails', () => {
  const path = newPath();
  const db = new DatabaseSync(path);
  migrate(db, path, ['CREATE TABLE t (a TEXT)']);
  expect(() => migrate(db, path, ['', 'CREATE TABLE u (a TEXT); BROKEN'])).toThrow();
  expect(versionOf(db)).toBe(1);
  expect(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'u'").get()).toEqual({
    n: 0,
  });
  db.close();
});
