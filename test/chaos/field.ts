import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Shape } from './shapes.ts';

/** Where one run of a shape is driven by one engine after another. */
export interface Field {
  readonly braid: string;
  readonly directory: string;
  readonly shape: Shape;
  /** What payloads append to. */
  readonly count: string;
  /** More options of `run` and `resume`. */
  readonly options: readonly string[];
  readonly nap: string;
}

/** The real engine in a process of its own. */
export interface Engine {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** So far. */
  said(): Pick<Ended, 'stderr' | 'stdout'>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly stdout: string;
}

const SITE = `site here {
  runner local { cores = 2 }
  channel "log" = ["sh", "-c", "cat >> told"]
}
`;

export function makeField(
  braid: string,
  directory: string,
  shape: Shape,
  { options = [], nap = '0.02' }: { options?: readonly string[]; nap?: string } = {},
): Field {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${shape.name}.braid`), shape.text);
  writeFileSync(join(directory, 'here.site'), SITE);
  return { braid, directory, shape, count: join(directory, 'count'), options, nap };
}

/** Runs `braid ARGS` in the field; its failpoint, if it has one, as `BRAID_FAILPOINT` says it. */
export function command(
  field: Field,
  args: readonly string[],
  failpoint = '',
  env: Readonly<Record<string, string>> = {},
): Engine {
  const child = spawn(field.braid, args, {
    cwd: field.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', BRAID_FAILPOINT: failpoint, ...env },
  });
  return buffered(child);
}

/** Keeps the end of what it says. */
export function buffered(child: ChildProcess): Engine {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] = (said[name] + text).slice(-100_000);
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    // Not `close`: lanes that live on are no reason to wait.
    child.on('exit', (code, signal) => {
      setImmediate(() => resolve({ code, signal, ...said }));
    });
  });
  // The launcher execs node: this is the engine's own pid.
  return { process: child, pid: child.pid ?? 0, ended, said: () => ({ ...said }) };
}

/** The next engine: begins the run, or goes on with it. */
export function engine(field: Field, failpoint = '', more: readonly string[] = []): Engine {
  const run = begunRun(field);
  const { shape, options, count, nap } = field;
  const how = run
    ? ['resume', run, '-j', '2', ...options, ...more]
    : [
        ...['run', `${shape.name}.braid`, '-j', '2', '--set', `count=${count}`],
        ...['--set', `nap=${nap}`, ...(shape.site ? ['--site', `${shape.site}.site`] : [])],
        ...options,
      ];
  return command(field, how, failpoint);
}

export function runDirectory(field: Field, run: string): string {
  return join(field.directory, '.braid/runs', run);
}

/** The newest run whose journal has an event; an engine that died before that has left a directory, but no run. */
export function begunRun(field: Field): string | undefined {
  const runs = namesIn(join(field.directory, '.braid/runs')).sort();
  return runs.findLast((run) => {
    try {
      return withJournal(field, run, (db) => {
        const { n } = db.prepare('SELECT count(*) AS n FROM events').get() as { n: number };
        return n > 0;
      });
    } catch {
      return false;
    }
  });
}

/** Reads a run's journal behind the engine's back. */
export function withJournal<T>(field: Field, run: string, read: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(runDirectory(field, run), 'journal.db'), { readOnly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

/** The process whose the run is by its journal. */
export function holderOf(field: Field): number | undefined {
  const run = begunRun(field);
  if (run === undefined) return undefined;
  return withJournal(field, run, (db) => {
    const { holder } = db.prepare('SELECT holder FROM lease').get() as { holder: string | null };
    return holder === null ? undefined : (JSON.parse(holder) as { pid: number }).pid;
  });
}

export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** `T` for a process that is stopped; undefined for none. */
export function processState(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0];
  return state === 'Z' || state === 'X' ? undefined : state;
}

/** Waits until `condition` gives something, and gives that; undefined after `timeoutMs`. */
export async function until<T>(
  condition: () => T | undefined | false,
  timeoutMs: number,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) return undefined;
    await sleep(5);
  }
}
