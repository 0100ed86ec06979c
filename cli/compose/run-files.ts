import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type JournalReader, leaseState, type RunId } from '../../engine/index.ts';
import { UsageError } from '../context.ts';

/** Where everything of a run is; all absolute. */
export interface RunPaths {
  readonly run: RunId;
  /** `.braid/` */
  readonly home: string;
  /** `.braid/runs/<run>`: its journal, inbox, lanes and logs are here. */
  readonly records: string;
  /** Its attempts are below it: the same, or where its site works. */
  readonly directory: string;
  readonly journal: string;
  readonly inbox: string;
  readonly lanes: string;
  readonly environments: string;
  /** Notices of its engines, as JSON lines. */
  readonly engineLog: string;
  /** What a detached engine printed. */
  readonly engineOut: string;
  readonly index: string;
}

export function runPaths(workDirectory: string, run: RunId): RunPaths {
  const home = join(workDirectory, '.braid');
  const records = join(home, 'runs', run);
  return {
    run,
    home,
    records,
    directory: pointedTo(records, 'work.path') ?? records,
    journal: pointedTo(records, 'journal.path') ?? join(records, 'journal.db'),
    inbox: join(records, 'inbox'),
    lanes: join(records, 'lanes'),
    environments: join(home, 'env'),
    engineLog: join(records, 'engine.log'),
    engineOut: join(records, 'engine.out'),
    index: join(home, 'index.db'),
  };
}

/**
 * What is kept elsewhere: a file in the run's directory says where. (SQLite's own files stand beside the
 * journal, so a symbolic link would not do.)
 */
function pointedTo(records: string, name: 'journal.path' | 'work.path'): string | undefined {
  const pointer = join(records, name);
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : undefined;
}

/** Directories for what a run does not keep in its own. Absolute. */
export interface Elsewhere {
  /** `--journal DIR`: a local disk for the journal. */
  readonly journal?: string | undefined;
  /** `storage { work }` of the site: a scratch file system for attempts. */
  readonly work?: string | undefined;
}

/** A run's directory under a new id that sorts after all others there. */
export function makeNewRun(workDirectory: string, elsewhere: Elsewhere = {}): RunPaths {
  makeDirectories(join(workDirectory, '.braid', 'runs'));
  for (;;) {
    try {
      const run = newRunId(runIds(workDirectory).at(-1));
      return makeRunDirectory(workDirectory, run, elsewhere);
    } catch (error) {
      // Another process took the same id in this moment.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Makes a run's directory, and what it keeps elsewhere. Throws EEXIST if there is such a run. */
export function makeRunDirectory(
  workDirectory: string,
  run: RunId,
  { journal, work }: Elsewhere = {},
): RunPaths {
  const { records, inbox } = runPaths(workDirectory, run);
  makeDirectories(dirname(records));
  mkdirSync(records);
  mkdirSync(inbox);
  if (journal !== undefined) {
    makeDirectories(journal);
    writeFileSync(join(records, 'journal.path'), `${join(journal, `${run}.db`)}\n`);
  }
  if (work !== undefined) {
    makeDirectories(join(work, run));
    writeFileSync(join(records, 'work.path'), `${join(work, run)}\n`);
  }
  return runPaths(workDirectory, run);
}

/**
 * Makes a directory and those above it. Node's own way never ends where the system says that a directory
 * whose parent is there cannot be made since it is not there, as below `/proc`.
 */
function makeDirectories(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectories(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it in this moment.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Seconds of 2020-01-01, from which run ids count. */
const EPOCH_SECONDS = 1_577_836_800;
const SUFFIX = 36 ** 4;

/** How far a run that begins in the same second as the one before is set behind it, at most. */
const STRIDE = 1000;

/**
 * A new run's id: six characters of time and four of chance, `[a-z0-9]`, so that ids sort by their
 * beginning. It sorts after `earlier`, even within its second and if the clock was set back.
 */
export function newRunId(earlier?: RunId, now: Date = new Date()): RunId {
  const seconds = Math.floor(now.getTime() / 1000) - EPOCH_SECONDS;
  const drawn = seconds * SUFFIX + randomInt(SUFFIX);
  const least = earlier === undefined ? 0 : Number.parseInt(earlier, 36) + 1;
  const id = drawn >= least ? drawn : least + randomInt(STRIDE);
  return id.toString(36).padStart(10, '0');
}

/** All runs of a directory, oldest first. */
export function runIds(workDirectory: string): RunId[] {
  const runs = join(workDirectory, '.braid', 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter((name) => /^[a-z0-9]{10}$/.test(name))
    .sort();
}

/** A run by its id, a unique prefix of it, or `last`. */
export function resolveRun(workDirectory: string, text: string): RunId {
  const ids = runIds(workDirectory);
  if (ids.length === 0) {
    throw new UsageError(
      `there are no runs in ${join(workDirectory, '.braid')}`,
      'give the directory of the run with `--dir`, or start one with `braid run FILE`',
    );
  }
  if (text === 'last') {
    // An engine that died before it had a journal has left a directory, but no run.
    const begun = ids.findLast((id) => existsSync(runPaths(workDirectory, id).journal));
    return begun ?? (ids.at(-1) as RunId);
  }
  const matching = ids.filter((id) => id.startsWith(text));
  if (matching.length === 1) return matching[0] as RunId;
  if (matching.length === 0) {
    throw new UsageError(`there is no run \`${text}\``, '`braid runs` lists them');
  }
  throw new UsageError(
    `\`${text}\` begins ${matching.length} runs: ${matching.slice(0, 5).join(', ')}`,
    'give more of it',
  );
}

/** The paths of a run by its id, a unique prefix of it, or `last`. */
export function findRun(workDirectory: string, text: string): RunPaths {
  return runPaths(workDirectory, resolveRun(workDirectory, text));
}

/** Whether an engine drives the run now. */
export function isLive(reader: Pick<JournalReader, 'lease'>): boolean {
  return leaseState(reader.lease(), Date.now()) === 'live';
}
