import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command of a job and what it may use. */
export interface Payload {
  readonly directory: string;
  readonly command: string;
  /** Resident memory of all its processes; 0 without limit. */
  readonly memoryBytes: number;
  /** 0 without limit. */
  readonly timeMs: number;
  readonly stopped: AbortSignal;
  readonly heartbeatMs: number;
  readonly isToBeKilled: () => Promise<boolean>;
  readonly groups?: string;
}

/** Why a payload ended; `exitCode` is 128 and the signal's number for one that a signal ended. */
export interface End {
  readonly kind: 'exit' | 'memory' | 'time' | 'killed' | 'stopped';
  readonly exitCode: number;
  readonly maxRssBytes: number;
  readonly cpuMs: number;
}

const LOOK_MS = 500;
const GRACE_MS = 3000;
const signals: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

/** Runs the command in a process group of its own until it ends or has to. */
export function runPayload(payload: Payload): Promise<End> {
  const out = openSync(join(payload.directory, 'payload.stdout'), 'w');
  const err = openSync(join(payload.directory, 'payload.stderr'), 'w');
  const child = spawn('/bin/sh', ['-c', payload.command], {
    cwd: payload.directory,
    stdio: ['ignore', out, err],
    detached: true,
  });
  for (const file of [out, err]) closeSync(file);
  const group = child.pid;
  const note = payload.groups && group ? join(payload.groups, `${group}`) : undefined;
  if (note) writeFileSync(note, 'KILL');
  let kind: End['kind'] = 'exit';
  let maxRssBytes = 0;
  let cpuMs = 0;
  const end = (why: End['kind']) => {
    if (kind !== 'exit' || !group) return;
    kind = why;
    signal(group, 'SIGTERM');
    setTimeout(() => signal(group, 'SIGKILL'), GRACE_MS).unref();
  };
  const started = Date.now();
  const look = setInterval(() => {
    const used = usageOf(group ?? -1);
    maxRssBytes = Math.max(maxRssBytes, used.rssBytes);
    cpuMs = Math.max(cpuMs, used.cpuMs);
    if (payload.memoryBytes > 0 && used.rssBytes > payload.memoryBytes) end('memory');
    if (payload.timeMs > 0 && Date.now() - started > payload.timeMs) end('time');
  }, LOOK_MS);
  let beating = Promise.resolve();
  const beat = () => {
    beating = beating.then(async () => {
      if (kind === 'exit' && (await payload.isToBeKilled())) end('killed');
    });
  };
  beat();
  const heartbeat = setInterval(beat, payload.heartbeatMs);
  const onStop = () => end('stopped');
  if (payload.stopped.aborted) onStop();
  payload.stopped.addEventListener('abort', onStop);
  return new Promise((resolve, reject) => {
    const over = () => {
      clearInterval(look);
      clearInterval(heartbeat);
      payload.stopped.removeEventListener('abort', onStop);
      // What it left running in the background is no part of the result.
      if (group) signal(group, 'SIGKILL');
      if (note) rmSync(note, { force: true });
    };
    child.on('error', (error) => {
      over();
      reject(error);
    });
    child.on('exit', (status, name) => {
      over();
      const why = kind;
      const exitCode = status ?? 128 + (signals[name ?? ''] ?? 0);
      // A heartbeat under way would arrive after the last report.
      void beating.then(() => resolve({ kind: why, exitCode, maxRssBytes, cpuMs }));
    });
  });
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // Already gone.
  }
}

/** Resident memory and processor time of the processes of a group that live now. */
function usageOf(group: number): { readonly rssBytes: number; readonly cpuMs: number } {
  const listed = spawnSync('ps', ['-A', '-o', 'pgid=,rss=,cputimes='], { encoding: 'utf8' });
  let rssBytes = 0;
  let cpuMs = 0;
  for (const line of (listed.stdout ?? '').split('\n')) {
    const [pgid, rssKb = 0, seconds = 0] = line.trim().split(/\s+/).map(Number);
    if (pgid !== group) continue;
    rssBytes += rssKb * 1024;
    cpuMs += seconds * 1000;
  }
  return { rssBytes, cpuMs };
}
