import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What Linux's `/proc` says of processes. A process is known by boot, pid and start time together. */
export interface Identity {
  readonly host: string;
  readonly bootId: string;
  readonly pid: number;
  /** Clock ticks since boot: field 22 of `/proc/<pid>/stat`. */
  readonly processStart: string;
}

/** `gone` is proved; `unseen` is a process of another host. */
export type Liveness = 'alive' | 'gone' | 'unseen';

let boot: string | undefined;

export function bootId(): string {
  boot ??= readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return boot;
}

/** `/proc/uptime` counts in steps of 10 ms; what it is more than this ahead of the monotonic clock, the machine slept. */
const AWAKE_MS = 20;
const READINGS = 10;

/**
 * Wall time at the boot of the machine, by this moment's wall clock: lanes add `/proc/uptime` to it, so that the same
 * moment is the same in all of them. A reading during which the process was put aside is made again.
 */
export function bootTimeMs(nowMs: () => number): number {
  for (let reading = 1; ; reading++) {
    const before = nowMs();
    const monotonicMs = Number(process.hrtime.bigint()) / 1e6;
    const upMs = Number(readText('/proc/uptime')?.split(' ')[0] ?? 0) * 1000;
    const after = nowMs();
    if (after - before > 1 && reading < READINGS) continue;
    const isExact = Math.abs(upMs - monotonicMs) < AWAKE_MS;
    return Math.round(after - (isExact ? monotonicMs : upMs));
  }
}

export function liveness(process: Identity): Liveness {
  if (process.host !== hostname()) return 'unseen';
  if (process.bootId !== bootId() || process.pid <= 0) return 'gone';
  return startOf(process.pid) === process.processStart ? 'alive' : 'gone';
}

/** The start time of a live process; undefined for one that is gone or only waits to be reaped. */
export function startOf(pid: number): string | undefined {
  const stat = readStat(pid);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : stat.start;
}

/** Live processes of the session `session`: a lane and whatever its payloads started and did not set apart. */
export function sessionMembers(session: number): number[] {
  const members: number[] = [];
  for (const pid of allPids()) {
    const stat = readStat(pid);
    if (stat?.session === session && stat.state !== 'Z' && stat.state !== 'X') members.push(pid);
  }
  return members;
}

/**
 * Finds the members of several sessions again and again at small cost: a process found to be of another
 * session is not looked at again for a while, as sessions hardly change.
 */
export function sessionScanner(): (sessions: ReadonlySet<number>) => ReadonlyMap<number, number[]> {
  const foreign = new Map<number, number>();
  let round = 0;
  return (sessions) => {
    round++;
    const members = new Map<number, number[]>();
    for (const session of sessions) members.set(session, []);
    for (const pid of allPids()) {
      if ((foreign.get(pid) ?? 0) > round) continue;
      const stat = readStat(pid);
      const list = stat && members.get(stat.session);
      if (list) list.push(pid);
      else foreign.set(pid, round + 20);
    }
    if (round % 100 === 0)
      for (const [pid, until] of foreign) if (until <= round) foreign.delete(pid);
    return members;
  };
}

/**
 * Memory that processes hold together. Of several, each page that they share is counted once (`Pss`), so
 * that a program which forks is not charged many times for the same memory.
 */
export function memoryOf(pids: readonly number[]): number {
  let kib = 0;
  for (const pid of pids) {
    const shared = pids.length > 1 ? readText(`/proc/${pid}/smaps_rollup`) : undefined;
    const text = shared ?? readText(`/proc/${pid}/status`) ?? '';
    kib += Number(/^(?:Pss|VmRSS):\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
  }
  return kib * 1024;
}

/** How often the kernel has killed for lack of memory since boot. */
export function oomKills(): number {
  return Number(/^oom_kill (\d+)/m.exec(readText('/proc/vmstat') ?? '')?.[1] ?? 0);
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

interface Stat {
  readonly state: string;
  readonly session: number;
  readonly start: string;
}

/** The program's name stands in parentheses and may hold anything: fields count from the last `)`. */
function readStat(pid: number): Stat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? 'X', session: Number(fields[3]), start: fields[19] ?? '' };
}

function allPids(): number[] {
  const pids: number[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (pid > 0) pids.push(pid);
  }
  return pids;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
