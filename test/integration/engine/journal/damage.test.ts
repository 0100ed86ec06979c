import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foldJournal } from '../../../../engine/drive/fold.ts';
import { thisHolder } from '../../../../engine/journal/holder.ts';
import { openForReading } from '../../../../engine/journal/reader.ts';
import { restoreJournal } from '../../../../engine/journal/restore.ts';
import { JOURNAL_MIGRATIONS, migrate, versionOf } from '../../../../engine/journal/schema.ts';
import { type JournalOptions, openJournal } from '../../../../engine/journal/sqlite.ts';
import type { Journal, NewEvent } from '../../../../engine/ports.ts';
import { eventsOf, kindsIn } from '../../../conformance/journal.ts';
import { flipBytes } from '../../../fuzz/flips.ts';
import { created } from '../../../simulator/scenario.ts';
import { tinyPlan } from '../../../simulator/tiny-plan.ts';

const run = 'abcdefghij';
let root: string;
let made = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'braid-damage-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function newPath(): string {
  const directory = join(root, String(made++));
  mkdirSync(directory);
  return join(directory, 'journal.db');
}

function open(path: string, options: Partial<JournalOptions> = {}): Journal {
  const opened = openJournal({ path, run, holder: thisHolder(), ...options });
  if (opened.kind !== 'opened') throw new Error(opened.diagnostic.message);
  return opened.journal;
}

function change(path: string, ...statements: readonly string[]): void {
  const db = new DatabaseSync(path);
  for (const statement of statements) db.exec(statement);
  db.close();
}

async function seen(path: string): Promise<string[]> {
  const opened = openForReading(path);
  if (opened.kind !== 'opened') throw new Error(opened.diagnostic.message);
  const kinds = await kindsIn(opened.reader);
  opened.reader.close();
  return kinds;
}

/** The diagnostic that a reading of all events ends with. */
async function complaint(path: string) {
  const opened = openForReading(path);
  if (opened.kind !== 'opened') return opened.diagnostic;
  const { plan, rules } = tinyPlan([{ name: 'a', count: 2 }]);
  const error = await foldJournal(opened.reader, plan, rules).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  opened.reader.close();
  return (error as { diagnostic?: { code: string; message: string; hint?: string } }).diagnostic;
}

test('a byte changed in 200 copies: refused, or without effect', async () => {
  const { refused, harmless, wrong } = await flipBytes(200, 20_260);
  expect(wrong).toEqual([]);
  expect(refused).toBeGreaterThan(50);
  expect(harmless).toBeGreaterThan(50);
}, 120_000);

describe('an event that is not as it was written', () => {
  async function journal(): Promise<string> {
    const path = newPath();
    const opened = open(path);
    await opened.append(eventsOf('run.created', 'a', 'b', 'c', 'd'));
    await opened.close();
    return path;
  }

  test.each([
    [
      'its text',
      `UPDATE events SET json = replace(json, 'b', 'x') WHERE seq = 3`,
      'event 3 is not',
    ],
    ['its time', 'UPDATE events SET run_ms = run_ms + 1 WHERE seq = 4', 'event 4 is not'],
    ['its epoch', 'UPDATE events SET epoch = 7 WHERE seq = 2', 'event 2 is not'],
    ['its checksum', 'UPDATE events SET sum = NULL WHERE seq = 2', 'event 2 is not'],
    ['it is gone', 'DELETE FROM events WHERE seq = 3', 'events 3 to 3 are missing'],
    ['it is the first', 'DELETE FROM events WHERE seq = 1', 'events 1 to 1 are missing'],
  ])('%s', async (_, statement, text) => {
    const path = await journal();
    change(path, statement);
    const opened = openForReading(path);
    if (opened.kind !== 'opened') throw new Error('not opened');
    await expect(kindsIn(opened.reader)).rejects.toMatchObject({
      diagnostic: { code: 'E1101', message: expect.stringContaining(text) },
    });
    opened.reader.close();
  });

  test('a snapshot that is not as it was written is left out', async () => {
    const path = newPath();
    const opened = open(path);
    await opened.append(eventsOf('a', 'b'));
    await opened.snapshot(Uint8Array.of(1), 1);
    await opened.snapshot(Uint8Array.of(2), 2);
    expect((await opened.latest())?.seq).toBe(2);
    change(path, "UPDATE snapshots SET state = x'07' WHERE seq = 2");
    expect((await opened.latest())?.seq).toBe(1);
    await opened.close();
  });
});

describe('an event that nobody can use is named, with the reason, and nothing is done with the run', () => {
  /** As an engine wrote it, checksums and all. */
  async function journal(...events: readonly unknown[]): Promise<string> {
    const path = newPath();
    const opened = open(path);
    const all = [created(), { kind: 'run.started', epoch: 1, host: 'h', pid: 1 }, ...events];
    await opened.append(all.map((event) => ({ at: '', runMs: 0, event }) as unknown as NewEvent));
    await opened.close();
    return path;
  }

  test.each([
    [
      'of no kind that is known',
      { kind: 'attempt.exploded' },
      'is no kind of event that this release knows',
    ],
    [
      'out of turn',
      { kind: 'submission.intended', key: 'braid-r-1', attempts: [{ instance: 0, number: 5 }] },
      'attempt 5 out of turn',
    ],
    ['without what it needs', { kind: 'submission.intended', key: 'braid-r-1' }, 'does not fit'],
  ])('%s', async (_, event, text) => {
    const path = await journal(event);
    for (let time = 0; time < 2; time++) {
      expect(await complaint(path)).toMatchObject({
        code: 'E1106',
        message: expect.stringMatching(new RegExp(`^event 3 of the journal .*${text}`)),
      });
    }
  });

  test('of a later form of events', async () => {
    const path = newPath();
    const opened = open(path);
    await opened.append([
      { at: '', runMs: 0, event: { ...created(), v: 2 } as unknown as NewEvent['event'] },
    ]);
    await opened.close();
    expect((await complaint(path))?.message).toContain('its events have form 2');
  });

  test.each([
    ['{"kind":', 'it is no JSON'],
    ['{"text":"x"}', 'it says no kind of event'],
    ['null', 'it says no kind of event'],
  ])('no JSON, or none of an event, where nothing has a checksum: %s', async (json, text) => {
    const path = newPath();
    const db = new DatabaseSync(path);
    migrate(db, path, JOURNAL_MIGRATIONS.slice(0, 1));
    db.exec(`INSERT INTO meta VALUES ('run', '${run}');
      INSERT INTO events VALUES (1, 1, '', 0, 'x', '${json}')`);
    db.close();
    expect(await complaint(path)).toMatchObject({
      code: 'E1106',
      message: expect.stringContaining(text),
    });
  });
});

describe('forms', () => {
  /** A journal as the release before checksums wrote it. */
  function older(): string {
    const path = newPath();
    const db = new DatabaseSync(path);
    migrate(db, path, JOURNAL_MIGRATIONS.slice(0, 1));
    db.exec(`INSERT INTO meta VALUES ('run', '${run}');
      INSERT INTO events VALUES (1, 1, '', 0, 'run.created', '{"kind":"run.created"}'),
                                (2, 1, '', 1, 'old', '{"kind":"old"}');
      INSERT INTO snapshots VALUES (2, x'01'); UPDATE lease SET epoch = 1`);
    db.close();
    return path;
  }

  test('an older one is read as it is, and brought forward with a copy when it is resumed', async () => {
    const path = older();
    expect(await seen(path)).toEqual(['1 1 run.created', '2 1 old']);
    const opened = openJournal({ path, run, holder: thisHolder() });
    if (opened.kind !== 'opened') throw new Error('not opened');
    expect(opened.notices.join()).toContain(`the old one is kept as \`${path}.v1\``);
    await opened.journal.append(eventsOf('new'));
    await opened.journal.close();
    expect(await seen(path)).toEqual(['1 1 run.created', '2 1 old', '3 2 new']);
    expect(await seen(`${path}.v1`)).toEqual(['1 1 run.created', '2 1 old']);
    const db = new DatabaseSync(path);
    expect(versionOf(db)).toBe(JOURNAL_MIGRATIONS.length);
    db.close();
    change(path, 'UPDATE events SET json = \'{"kind":"neu"}\' WHERE seq = 3');
    await expect(seen(path)).rejects.toThrow('event 3 is not as it was written');
  });

  test('a form that lies about itself is refused', async () => {
    for (const version of [0, 1]) {
      const path = newPath();
      await open(path).close();
      change(path, `PRAGMA user_version = ${version}`);
      const opened = openJournal({ path, run, holder: thisHolder() });
      expect(opened.kind === 'unusable' && opened.diagnostic.code).toBe('E1101');
    }
  });

  test('an epoch is never used twice, whatever the lease says', async () => {
    const path = newPath();
    await open(path).close();
    const second = open(path);
    await second.append(eventsOf('a'));
    await second.close();
    change(path, 'UPDATE lease SET epoch = 0');
    const third = open(path);
    expect(third.epoch).toBe(3);
    await third.close();
    change(path, "UPDATE lease SET holder = '{'");
    const opened = openJournal({ path, run, holder: thisHolder() });
    expect(opened.kind === 'unusable' && opened.diagnostic.message).toContain('names no engine');
  });
});

describe('backup', () => {
  const some = (n: number) => eventsOf(...Array.from({ length: n }, (_, i) => `event ${i}`));

  /** Waits for the first backup, or the next. */
  async function backedUp(path: string, beforeMs = 0): Promise<number> {
    for (;;) {
      const stat = statSync(`${path}.backup`, { throwIfNoEntry: false });
      if (stat && stat.mtimeMs > beforeMs) return stat.mtimeMs;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  test('is made while the journal is written, whole each time, and again at the end', async () => {
    const path = newPath();
    const journal = open(path, { backupEveryMs: 15 });
    await journal.append(some(500));
    const first = await backedUp(path);
    let appended = 500;
    let longestMs = 0;
    for (; statSync(`${path}.backup`).mtimeMs === first; appended++) {
      const since = performance.now();
      await journal.append(some(1));
      longestMs = Math.max(longestMs, performance.now() - since);
      await new Promise((resolve) => setImmediate(resolve));
      const copy = await seen(`${path}.backup`);
      expect(copy.length).toBeGreaterThanOrEqual(500);
      expect(copy.length).toBeLessThanOrEqual(appended + 1);
    }
    expect(longestMs).toBeLessThan(1_000);
    await journal.append(some(3));
    await journal.close();
    expect(await seen(`${path}.backup`)).toHaveLength(appended + 3);
    expect(existsSync(`${path}.backup.new`)).toBe(false);
  });

  test('a short run has none', async () => {
    const path = newPath();
    const journal = open(path);
    await journal.append(some(5));
    await journal.close();
    expect(existsSync(`${path}.backup`)).toBe(false);
  });

  test('a damaged journal takes no good backup’s place, and its engine says so', async () => {
    const path = newPath();
    const notices: string[] = [];
    const journal = open(path, { backupEveryMs: 10, onNotice: (text) => notices.push(text) });
    await journal.append(some(10));
    await backedUp(path);
    change(path, "UPDATE events SET at = 'x' WHERE seq = 5");
    await journal.append(some(1));
    while (notices.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(notices[0]).toMatch(
      /^no backup of the journal could be made: .*event 5 is not as it was/,
    );
    expect((await seen(`${path}.backup`)).length).toBe(10);
    await journal.close();
  });

  test('is named by the refusal, put back on demand, and only for a damaged journal that nobody drives', async () => {
    const path = newPath();
    const dead = { ...thisHolder(), pid: 4_194_305 };
    const journal = open(path, { backupEveryMs: 10, holder: dead });
    await journal.append(some(600));
    await backedUp(path);
    expect(await restoreJournal(path, run)).toMatchObject({
      diagnostic: { code: 'E1107', message: expect.stringContaining('it is whole') },
    });
    await journal.close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, bytes.length >> 1, (bytes.length >> 1) + 4096);
    writeFileSync(path, bytes);
    const refused = openJournal({ path, run, holder: thisHolder() });
    expect(refused.kind === 'unusable' && refused.diagnostic).toMatchObject({
      code: 'E1101',
      hint: expect.stringMatching(/^`braid resume RUN --restore` goes on from its backup of 20/),
    });
    expect(await restoreJournal(path, 'zzzzzzzzzz')).toMatchObject({
      diagnostic: { message: expect.stringContaining('belongs to run abcdefghij') },
    });
    expect(await restoreJournal(path, run)).toEqual({
      kind: 'restored',
      events: 600,
      damaged: `${path}.damaged`,
    });
    expect(readFileSync(`${path}.damaged`).equals(bytes)).toBe(true);
    const opened = openForReading(path);
    expect(opened.kind === 'opened' && opened.reader.restoredAt).toBe(600);
    if (opened.kind === 'opened') opened.reader.close();
    const next = open(path);
    expect(await next.append(some(1))).toBe(601);
    await next.close();
  });

  test('without one, a log that is damaged loses what is behind the damage, and no more', async () => {
    const path = newPath();
    const journal = open(path);
    for (let n = 0; n < 40; n++) await journal.append(some(5));
    const other = newPath();
    for (const suffix of ['', '-wal']) writeFileSync(other + suffix, readFileSync(path + suffix));
    await journal.close();
    expect(await restoreJournal(path, run)).toMatchObject({ kind: 'refused' });
    const log = readFileSync(`${other}-wal`);
    log[log.length >> 1]! ^= 1;
    writeFileSync(`${other}-wal`, log);
    // As after a crash: its engine is gone.
    const options = { path: other, run, holder: thisHolder(), takeOver: true };
    const refused = openJournal(options);
    expect(refused.kind === 'unusable' && refused.diagnostic.message).toMatch(
      /its log is damaged before its last \d+ transactions/,
    );
  });
});
