import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * One process, so that another one can tell later whether it still lives: a pid alone is reused, a pid
 * with its start time and the boot it belongs to is not. Empty strings where the system does not say.
 */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  /** Clock ticks from boot to the start of the process (field 22 of `/proc/PID/stat`). */
  readonly startTicks: string;
  readonly bootId: string;
  /** Two containers of one host share the boot but not their pids. */
  readonly pidNamespace: string;
}

/** This process. */
export function thisHolder(): Holder {
  return {
    host: hostname(),
    pid: process.pid,
    startTicks: startTicksOf('self') ?? '',
    bootId: readText('/proc/sys/kernel/random/boot_id') ?? '',
    pidNamespace: pidNamespace(),
  };
}

/** `elsewhere`: it lives on another host or in another container, so that only time can tell. */
export type Liveness = 'alive' | 'dead' | 'elsewhere';

/** Whether a holder lives, as seen from this process. */
export function livenessOf(holder: Holder, here: Holder = thisHolder()): Liveness {
  if (holder.host !== here.host) return 'elsewhere';
  if (holder.bootId !== here.bootId) return 'dead';
  if (holder.pidNamespace !== here.pidNamespace) return 'elsewhere';
  if (here.startTicks === '') return isSignalable(holder.pid) ? 'alive' : 'dead';
  return startTicksOf(holder.pid) === holder.startTicks ? 'alive' : 'dead';
}

/** For people: `process 4711 on roma012`. */
export function describeHolder(holder: Holder): string {
  return `process ${holder.pid} on ${holder.host}`;
}

// --- Internal helpers ---

/** Undefined if there is no such process, or only its remains (zombie). */
function startTicksOf(pid: number | 'self'): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The command name stands in parentheses and may hold anything; what follows it is regular.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  return state === 'Z' || state === 'X' ? undefined : fields[19];
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
