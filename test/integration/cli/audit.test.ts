import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findRun, type RunPaths } from '../../../cli/compose/run-files.ts';
import { type Context, processContext } from '../../../cli/context.ts';
import { audit } from '../../../cli/verbs/audit.ts';
import { eventSum, snapshotSum } from '../../../engine/journal/checksum.ts';

/** `again[i=1]` needs a second attempt; the others do not. Instances: again 0 to 2, all 3. */
const text = `workflow audited
step again for each i in 1..3 {
  out x: file = "x"
  retry 1 { on exit(75) }
  script bash """
    [ @{i} -ne 1 ] || [ -e ../../2 ] || exit 75
    echo @{i} > @{x}
  """
}
step all {
  in  xs = gather again.x
  out y: file = "y"
  script bash """
    cat @{xs} > @{y}
  """
}
`;

let home: string;
let good: string;
let dir: string;
let paths: RunPaths;
let made = 0;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'braid-audit-'));
  good = join(home, 'good');
  const bin = join(import.meta.dirname, '../../../bin/braid');
  mkdirSync(good);
  writeFileSync(join(good, 'audited.braid'), text);
  execFileSync(bin, ['run', '-j', '1', 'audited.braid'], { cwd: good, stdio: 'ignore' });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Each test has a copy of the run to spoil. */
beforeEach(() => {
  dir = join(home, String(made++));
  cpSync(good, dir, { recursive: true, verbatimSymlinks: true });
  paths = findRun(dir, 'last');
});

interface Document {
  readonly holds: boolean;
  readonly violations: readonly {
    readonly rule: string;
    readonly seq?: number;
    readonly instance?: string;
    readonly attempt?: number;
    readonly text: string;
  }[];
  readonly [count: string]: unknown;
}

async function shown(json: boolean): Promise<{ code: number; text: string }> {
  let text = '';
  const stdout = { write: (part: string) => (text += part) } as unknown as NodeJS.WriteStream;
  const context: Context = { ...processContext(), cwd: dir, stdout };
  return { code: await audit(context, 'last', { json }), text };
}

async function audited(): Promise<Document> {
  const { code, text } = await shown(true);
  const document = JSON.parse(text) as Document;
  expect(code).toBe(document.holds ? 0 : 1);
  expect(document.holds).toBe(document.violations.length === 0);
  return document;
}

/** `rule instance attempt`, of each violation. */
async function violations(): Promise<string[]> {
  const { violations: found } = await audited();
  return found.map(({ rule, instance, attempt }) =>
    [rule, instance, attempt].filter((part) => part !== undefined).join(' '),
  );
}

/** A file of an attempt of `again`. */
function file(ordinal: number, attempt: number, name: string): string {
  return join(paths.directory, '0', '0', String(ordinal), String(attempt), name);
}

function edit(path: string, change: (value: Record<string, unknown>) => void): void {
  const value = JSON.parse(readFileSync(path, 'utf8'));
  change(value);
  writeFileSync(path, `${JSON.stringify(value)}\n`);
}

/** Changes the journal by statements, and makes its checksums fit the lie. */
function doctor(...statements: readonly string[]): void {
  const db = new DatabaseSync(paths.journal);
  for (const statement of statements) db.exec(statement);
  const update = db.prepare('UPDATE events SET sum = ? WHERE seq = ?');
  let sum = 0;
  for (const row of db
    .prepare('SELECT seq, epoch, at, run_ms, json FROM events ORDER BY seq')
    .all()) {
    const [seq, epoch, at, runMs, json] = Object.values(row) as [
      number,
      number,
      string,
      number,
      string,
    ];
    sum = eventSum(sum, { seq, epoch, at, runMs }, json);
    update.run(sum, seq);
  }
  for (const { seq, state } of db.prepare('SELECT seq, state FROM snapshots').all()) {
    const bytes = state as Uint8Array;
    db.prepare('UPDATE snapshots SET sum = ? WHERE seq = ?').run(snapshotSum(bytes), Number(seq));
  }
  db.close();
}

/** The number of the event of a kind about an attempt, or the first of its kind. */
function seqOf(kind: string, instance?: number, number?: number): number {
  const db = new DatabaseSync(paths.journal);
  const rows = db.prepare('SELECT seq, json FROM events WHERE kind = ? ORDER BY seq').all(kind);
  db.close();
  const found = rows.find(({ json }) => {
    const event = JSON.parse(String(json));
    const subject = event.attempts?.[0] ?? event;
    return (
      (instance === undefined || subject.instance === instance) &&
      (number === undefined || subject.number === number)
    );
  });
  if (!found) throw new Error(`no ${kind} of ${instance}.${number}`);
  return Number(found.seq);
}

/** Takes an event out and closes the gap. */
function remove(seq: number): void {
  doctor(
    `DELETE FROM events WHERE seq = ${seq}`,
    `UPDATE events SET seq = -seq WHERE seq > ${seq}`,
    'UPDATE events SET seq = -seq - 1 WHERE seq < 0',
  );
}

/** Puts an event in front of another. */
function insert(before: number, event: object): void {
  doctor(
    `UPDATE events SET seq = -seq WHERE seq >= ${before}`,
    'UPDATE events SET seq = -seq + 1 WHERE seq < 0',
    `INSERT INTO events (seq, epoch, at, run_ms, kind, json)
       SELECT ${before}, epoch, at, run_ms, '', '${JSON.stringify(event)}'
       FROM events WHERE seq = ${before} - 1`,
  );
}

function eventAt(seq: number): Record<string, unknown> {
  const db = new DatabaseSync(paths.journal);
  const row = db.prepare('SELECT json FROM events WHERE seq = ?').get(seq);
  db.close();
  return JSON.parse(String(row?.json));
}

test('a run that was left alone: all holds, and what is counted', async () => {
  const { violations: found, ...counts } = await audited();
  expect(found).toEqual([]);
  expect(counts).toMatchObject({
    holds: true,
    state: 'succeeded',
    instances: 4,
    submissions: 5,
    attempts: 5,
    succeeded: 4,
    failed: 1,
    open: 0,
    epochs: 1,
    overlapping: 0,
    lost: 0,
    adopted: 0,
    duplicates: 0,
  });
  const { code, text: said } = await shown(false);
  expect(code).toBe(0);
  expect(said).toContain('4 instances, 5 attempts in 5 submissions');
  expect(said).toMatch(/all holds\n$/);
});

describe('what attempts left', () => {
  test('no exit.json, one of another attempt, a bad code, an unfinished one', async () => {
    rmSync(file(1, 1, 'exit.json'));
    edit(file(2, 1, 'exit.json'), (exit) => {
      exit.attempt = '9.1';
    });
    edit(file(0, 2, 'exit.json'), (exit) => {
      exit.code = 1;
    });
    expect((await violations()).sort()).toEqual([
      'exit again[i=1] 2',
      'exit again[i=2] 1',
      'exit again[i=3] 1',
    ]);
    writeFileSync(file(1, 1, 'exit.json'), '{"format":1');
    const { violations: found } = await audited();
    expect(found.map(({ text }) => text)).toContain('it succeeded, and its exit.json is not whole');
    const { code, text: said } = await shown(false);
    expect(code).toBe(1);
    expect(said).toMatch(/\n {2}exit: again\[i=2\], attempt 1, event \d+: it succeeded, /);
    expect(said).toMatch(/3 violations\n$/);
  });

  test('an output that is gone, and one of another size', async () => {
    rmSync(file(1, 1, 'work/x'));
    appendFileSync(file(2, 1, 'work/x'), 'more');
    expect(await violations()).toEqual(['output again[i=2] 1', 'output again[i=3] 1']);
  });

  test('no claim, the engine’s own claim, that of another submission', async () => {
    rmSync(file(1, 1, 'claim'));
    edit(file(2, 1, 'claim'), (claim) => {
      claim.pid = 0;
    });
    edit(file(0, 2, 'claim'), (claim) => {
      claim.submission = 'braid-other-7';
    });
    const found = await violations();
    expect([...new Set(found)].sort()).toEqual([
      'claim again[i=1] 2',
      'claim again[i=2] 1',
      'claim again[i=3] 1',
    ]);
  });

  test('two attempts of one instance that ran at the same time', async () => {
    const { endedAtMs } = JSON.parse(readFileSync(file(0, 1, 'exit.json'), 'utf8'));
    edit(file(0, 2, 'claim'), (claim) => {
      claim.startedAtMs = endedAtMs - 200;
    });
    edit(file(0, 1, 'claim'), (claim) => {
      claim.startedAtMs = endedAtMs - 500;
    });
    expect(await violations()).toEqual(['overlap again[i=1] 2']);
    expect((await audited()).overlapping).toBe(1);
  });

  test('a failed attempt that went on after the journal had ended it', async () => {
    edit(file(0, 1, 'exit.json'), (exit) => {
      exit.endedAtMs = Number(exit.endedAtMs) + 3_600_000;
    });
    expect(await violations()).toContain('late again[i=1] 1');
  });

  test('copies that found the claim taken are counted', async () => {
    writeFileSync(file(1, 1, 'duplicates'), '{"attempt":"1.1"}\n{"attempt":"1.1"}\n');
    expect(await audited()).toMatchObject({ holds: true, duplicates: 2 });
  });
});

describe('the journal', () => {
  test('an event is gone: the gap is named', async () => {
    const seq = seqOf('submission.intended', 1);
    doctor(`DELETE FROM events WHERE seq = ${seq}`);
    await expect(audited()).rejects.toMatchObject({
      diagnostic: {
        code: 'E1101',
        message: expect.stringContaining(`events ${seq} to ${seq} are missing`),
      },
    });
  });

  test('an end was taken out: the attempt is lost, and so is its instance', async () => {
    remove(seqOf('attempt.ended', 3, 1));
    expect(await audited()).toMatchObject({ open: 1, lost: 2 });
    expect(await violations()).toEqual(['lost all 1', 'lost all']);
  });

  test('a second attempt is intended before the first has ended', async () => {
    const first = seqOf('attempt.ended', 0, 1);
    const second = seqOf('submission.intended', 0, 2);
    const intended = eventAt(second);
    remove(second);
    insert(first, intended);
    const found = await violations();
    expect(found[0]).toBe('overlap again[i=1] 2');
    expect((await audited()).overlapping).toBe(1);
  });

  test('an attempt ends twice; one ends that nobody intended; a number is left out', async () => {
    insert(seqOf('run.ended'), eventAt(seqOf('attempt.ended', 1, 1)));
    insert(seqOf('run.ended'), { ...eventAt(seqOf('attempt.ended', 1, 1)), number: 4 });
    const found = await violations();
    expect(found).toContain('order again[i=2] 1');
    expect(found).toContain('order again[i=2] 4');
    expect(found).toContain('twice again[i=2] 1');
  });

  test('epochs and the clock go back', async () => {
    doctor(
      'UPDATE events SET epoch = 2 WHERE seq = 3',
      'UPDATE events SET run_ms = -1 WHERE seq = 5',
    );
    const { violations: found } = await audited();
    const said = found.filter(({ rule }) => rule === 'epoch').map(({ text }) => text);
    expect(said).toContain('epoch 1 after 2');
    expect(said).toContain('the clock of the run goes back');
  });

  test('an event that does not fit, and one that is none', async () => {
    insert(seqOf('run.ended'), { kind: 'submission.intended', key: `braid-${paths.run}-99` });
    expect(await violations()).toEqual(['fold']);
  });

  test('a snapshot that is not what the events come to', async () => {
    doctor("INSERT INTO snapshots (seq, state) VALUES (3, x'7b7d0a')");
    expect(await violations()).toEqual(['snapshot']);
  });
});
