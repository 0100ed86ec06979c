import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisHolder } from '../../engine/journal/holder.ts';
import { openForReading } from '../../engine/journal/reader.ts';
import { openJournal } from '../../engine/journal/sqlite.ts';
import { JournalUnreadable } from '../../engine/journal/unreadable.ts';
import type { Journal } from '../../engine/ports.ts';
import { randomOf } from '../simulator/random.ts';

/**
 * Copies of a journal with a byte changed: `node test/fuzz/flips.ts [--count 1000] [--seed 1]`. Each is to
 * be refused with a diagnostic, when it is opened or when it is read, or to read as if nothing had happened;
 * where the write-ahead log is hit, as if the last transactions had not been.
 */
export interface FlipResult {
  readonly refused: number;
  readonly harmless: number;
  /** What was neither, with the place of the byte. */
  readonly wrong: readonly string[];
}

const run = 'abcdefghij';
const EVENTS = 400;
/** Pages that hold the schema, what is said of the whole journal, the lease. */
const HEAD_BYTES = 6 * 4096;

interface Read {
  readonly events: string;
  readonly snapshot: string;
}

async function readAll(journal: Pick<Journal, 'read' | 'latest'>): Promise<Read> {
  const events: unknown[] = [];
  for await (const batch of journal.read(1)) events.push(...batch);
  const snapshot = await journal.latest();
  return {
    events: events.map((event) => JSON.stringify(event)).join('\n'),
    snapshot: snapshot ? `${snapshot.seq} ${Buffer.from(snapshot.state).toString('base64')}` : '',
  };
}

/** A journal with snapshots; with `open` as a killed engine leaves it, its log beside it. */
async function makeJournal(
  directory: string,
  isOpen: boolean,
): Promise<{ good: string; read: Read }> {
  const path = join(directory, 'made.db');
  const opened = openJournal({ path, run, holder: thisHolder() });
  if (opened.kind !== 'opened') throw new Error(opened.diagnostic.message);
  const { journal } = opened;
  for (let n = 0; n < EVENTS; n += 8) {
    const batch = Array.from({ length: 8 }, (_, i) => ({
      at: new Date(1_767_225_600_000 + n + i).toISOString(),
      runMs: 1_767_225_600_000.25 + n + i,
      event: { kind: 'instance.warned', instance: n + i, text: 'x'.repeat((n * 7 + i) % 90) },
    }));
    const seq = await journal.append(batch);
    if (n % 200 === 0)
      await journal.snapshot(new TextEncoder().encode(`state ${seq} `.repeat(60)), seq);
  }
  const read = await readAll(journal);
  const good = join(directory, 'good.db');
  if (!isOpen) await journal.close();
  for (const suffix of ['', '-wal']) {
    if (existsSync(path + suffix)) copyFileSync(path + suffix, good + suffix);
  }
  if (isOpen) await journal.close();
  return { good, read };
}

/** How a journal opens and reads; `prefix` where only the last transactions are missing. */
async function judge(
  path: string,
  { events, snapshot }: Read,
  prefix: boolean,
): Promise<'refused' | 'harmless' | string> {
  const isGood = (read: Read) => {
    const same = prefix ? events.startsWith(read.events) : read.events === events;
    // A snapshot that is left out only costs time.
    return (
      same &&
      (prefix ||
        snapshot === read.snapshot ||
        read.snapshot.length < snapshot.length ||
        read.snapshot.split(' ')[0] !== snapshot.split(' ')[0])
    );
  };
  try {
    const seen = openForReading(path);
    if (seen.kind === 'opened') {
      try {
        if (!isGood(await readAll(seen.reader))) return 'a reader is told something else';
      } catch (error) {
        if (!(error instanceof JournalUnreadable)) throw error;
      } finally {
        seen.reader.close();
      }
    }
    const opened = openJournal({ path, run, holder: thisHolder() });
    if (opened.kind === 'held') return 'harmless';
    if (opened.kind === 'unusable') return 'refused';
    try {
      if (!isGood(await readAll(opened.journal))) return 'the engine is told something else';
      const event = { kind: 'run.draining' };
      await opened.journal.append([{ at: '', runMs: 0, event }]);
      await readAll(opened.journal);
      return opened.journal.epoch >= 2 ? 'harmless' : 'an epoch is used twice';
    } finally {
      await opened.journal.close();
    }
  } catch (error) {
    if (error instanceof JournalUnreadable) return 'refused';
    return `it throws ${(error as Error).stack}`;
  }
}

/** Changes one byte in each of `count` copies. */
export async function flipBytes(count: number, seed: number): Promise<FlipResult> {
  const root = mkdtempSync(join(tmpdir(), 'braid-flips-'));
  const random = randomOf(seed);
  const found = { refused: 0, harmless: 0, wrong: [] as string[] };
  try {
    const made = [];
    for (const isOpen of [false, true]) {
      const directory = join(root, String(isOpen));
      mkdirSync(directory);
      made.push(await makeJournal(directory, isOpen));
    }
    for (let n = 0; n < count; n++) {
      // Every fifth is hit in its log.
      const inLog = n % 5 === 4;
      const { good, read } = made[inLog ? 1 : 0]!;
      const path = join(root, 'flipped.db');
      for (const suffix of ['', '-wal', '-shm']) {
        rmSync(path + suffix, { force: true });
        if (existsSync(good + suffix)) copyFileSync(good + suffix, path + suffix);
      }
      const victim = inLog ? `${path}-wal` : path;
      const bytes = readFileSync(victim);
      const size = n % 2 === 0 || inLog ? bytes.length : Math.min(HEAD_BYTES, bytes.length);
      const at = random.int(0, size - 1);
      bytes[at] = (bytes[at] ?? 0) ^ random.int(1, 255);
      writeFileSync(victim, bytes);
      const verdict = await judge(path, read, inLog);
      if (verdict === 'refused' || verdict === 'harmless') found[verdict]++;
      else found.wrong.push(`${inLog ? 'log' : 'file'}, byte ${at} of copy ${n}: ${verdict}`);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
  return found;
}

if (import.meta.main) {
  const { values } = (await import('node:util')).parseArgs({
    options: { count: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
  });
  const { refused, harmless, wrong } = await flipBytes(Number(values.count), Number(values.seed));
  for (const line of wrong) process.stdout.write(`${line}\n`);
  process.stdout.write(`refused ${refused}, harmless ${harmless}, wrong ${wrong.length}\n`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
