import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { bootId, type Identity, liveness, startOf } from '../local/processes.ts';

/**
 * Runs `work` while holding the lock file `path`, one process of any host at a time. The lock appears with
 * its owner's identity in it (a link to a finished file). It is taken over from an owner proved dead on this
 * host, and from one of another host that has not touched it for a minute by this host's own clock.
 * Rejects with the signal's reason if aborted while waiting.
 */
export async function withLock<T>(
  path: string,
  signal: AbortSignal,
  waiting: (owner: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const mine = `${path}.${process.pid}.${++made}`;
  const identity: Identity = {
    host: hostname(),
    bootId: bootId(),
    pid: process.pid,
    processStart: startOf(process.pid) ?? '',
  };
  writeFileSync(mine, `${JSON.stringify(identity)}\n`);
  try {
    await acquire(path, mine, signal, waiting);
    const beat = setInterval(() => touch(path), BEAT_MS).unref();
    try {
      return await work();
    } finally {
      clearInterval(beat);
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

let made = 0;
const BEAT_MS = 5_000;
const STALE_MS = 60_000;
const LOOK_MS = 100;

async function acquire(
  path: string,
  mine: string,
  signal: AbortSignal,
  waiting: (owner: string) => void,
): Promise<void> {
  let seen = '';
  let seenSinceMs = 0;
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    if (linked(mine, path)) return;
    const owner = ownerOf(path);
    if (owner) {
      const mark = `${owner.text}${owner.mtimeMs}`;
      if (mark !== seen) {
        seen = mark;
        seenSinceMs = performance.now();
      }
      const life = liveness(owner.identity);
      const silent = performance.now() - seenSinceMs > STALE_MS;
      if (life === 'gone' || (life === 'unseen' && silent)) {
        evict(path, mine, owner.text);
        continue;
      }
      if (!told) waiting(`${owner.identity.host}, process ${owner.identity.pid}`);
      told = true;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function ownerOf(path: string): { identity: Identity; text: string; mtimeMs: number } | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return { identity: JSON.parse(text) as Identity, text, mtimeMs: statSync(path).mtimeMs };
  } catch {
    return undefined;
  }
}

/** Moves a dead owner's lock away; if another waiter was quicker and it is a new owner's, puts it back. */
function evict(path: string, mine: string, expected: string): void {
  const aside = `${mine}.old`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== expected) linked(aside, path);
  } catch {
    // Somebody else has moved it.
  }
  rmSync(aside, { force: true });
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // It was taken over; the finished mark decides what counts.
  }
}
