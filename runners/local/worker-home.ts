import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { bootId, type Identity, liveness, startOf } from './processes.ts';

/**
 * What a worker leaves in the shared work directory, by which engines and other workers know what became of it:
 *
 *     .braid/workers/<id>/worker.json   which process it is
 *     .braid/workers/<id>/lanes/        its lanes, as a run's
 *     .braid/workers/<id>/beat          that its host lives, by its watchdog (watchdog.ts)
 *     .braid/workers/<id>/adopted-by    which worker of this host watches its lanes since it died
 *
 * The id is `<host>-<pid>-<start>`, so that a claim's external id (`<host>:<pid>:<start>:<key>`) names the worker.
 */
export interface WorkerHome {
  readonly id: string;
  readonly directory: string;
  readonly lanes: string;
}

export function workerIdOf(externalId: string): string {
  return externalId.split(':').slice(0, 3).join('-');
}

/** Makes the home of this process. */
export function makeWorkerHome(workersDirectory: string): WorkerHome {
  const identity: Identity = {
    host: hostname(),
    bootId: bootId(),
    pid: process.pid,
    processStart: startOf(process.pid) ?? '',
  };
  const id = `${identity.host}-${identity.pid}-${identity.processStart}`;
  const directory = join(workersDirectory, id);
  mkdirSync(directory, { recursive: true });
  replace(join(directory, 'worker.json'), `${JSON.stringify(identity)}\n`);
  return { id, directory, lanes: join(directory, 'lanes') };
}

/** Homes of all workers, dead ones included. */
export function workerHomes(workersDirectory: string): (WorkerHome & { identity: Identity })[] {
  const names = existsSync(workersDirectory) ? readdirSync(workersDirectory) : [];
  return names.flatMap((id) => {
    const directory = join(workersDirectory, id);
    const identity = readIdentity(join(directory, 'worker.json'));
    return identity ? [{ id, directory, lanes: join(directory, 'lanes'), identity }] : [];
  });
}

/** Homes of workers that died on this host and that no other worker watches, now watched by `mine`. */
export function takeOrphans(workersDirectory: string, mine: WorkerHome): WorkerHome[] {
  return workerHomes(workersDirectory).filter((home) => {
    if (home.id === mine.id || liveness(home.identity) !== 'gone') return false;
    if (home.identity.host !== hostname()) return false;
    const mark = join(home.directory, 'adopted-by');
    const adopter = readIdentity(
      join(workersDirectory, readText(mark)?.trim() ?? '', 'worker.json'),
    );
    if (adopter && liveness(adopter) === 'alive') return false;
    replace(mark, `${mine.id}\n`);
    return true;
  });
}

/** A dead worker's home is kept for so long: its claims are evidence while a run goes on. */
const KEPT_MS = 7 * 86_400_000;

/** Removes homes of workers that died long ago on this host. */
export function sweepHomes(workersDirectory: string, nowMs: number): void {
  for (const { directory, identity } of workerHomes(workersDirectory)) {
    if (identity.host !== hostname() || liveness(identity) !== 'gone') continue;
    const beat = join(directory, 'beat');
    const lastMs = statSync(existsSync(beat) ? beat : directory).mtimeMs;
    if (nowMs - lastMs > KEPT_MS) rmSync(directory, { recursive: true, force: true });
  }
}

function readIdentity(path: string): Identity | undefined {
  try {
    return JSON.parse(readText(path) ?? '') as Identity;
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}
