import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buffered, command, type Engine, type Field, namesIn, textOf, until } from '../field.ts';

/** A `braid worker` on this machine, or on what passes for another. */
export interface Host extends Engine {
  readonly name: string;
}

/** Whether this process may make hosts: needs the right to make namespaces. */
export function mayMakeHosts(): boolean {
  return spawnSync('unshare', ['-un', 'hostname', 'tried']).status === 0;
}

/** A worker in this machine. */
export function worker(field: Field, url: string, more: readonly string[] = []): Engine {
  const site = field.shape.site ? ['--site', `${field.shape.site}.site`] : [];
  return command(field, ['worker', '--redis', url, '-j', '2', ...site, ...more]);
}

/**
 * A worker on a host of its own, as far as Braid can tell: another name and another network. (It shares its
 * processes with us, so that it can be killed from here.)
 */
export function hostWorker(
  field: Field,
  name: string,
  url: string,
  more: readonly string[] = [],
): Host {
  const args = ['worker', '--redis', url, '-j', '2', ...more].map((word) => `'${word}'`).join(' ');
  const text = `hostname ${name}; exec '${field.braid}' ${args}`;
  const child = spawn('unshare', ['-un', 'sh', '-c', text], {
    cwd: field.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { name, ...buffered(child) };
}

/** The home of a host's newest worker: `.braid/workers/<host>-<pid>-<start>`. */
export function homeOf(field: Field, host: Engine): string | undefined {
  const workers = join(field.directory, '.braid/workers');
  const name = namesIn(workers).find((id) => id.includes(`-${host.pid}-`));
  return name && join(workers, name);
}

/** Process ids of the lanes of a worker. */
export function lanesIn(home: string): number[] {
  const lanes = join(home, 'lanes');
  return namesIn(lanes).flatMap((name) => {
    const text = textOf(join(lanes, name, 'lane.json'));
    return text === '' ? [] : [(JSON.parse(text) as { pid: number }).pid];
  });
}

interface Process {
  readonly pid: number;
  readonly session: number;
  readonly command: string;
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return [];
      const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      return [{ pid, session: Number(fields[3]), command: words.join(' ') }];
    } catch {
      return [];
    }
  });
}

/** The watchdog of a worker. */
export function watchdogOf(home: string): number | undefined {
  return processes().find(({ command: text }) => text.includes(` watchdog ${home} `))?.pid;
}

/** All processes of a host: its worker, its watchdog, its lanes and what runs in them. As when its power fails. */
export function killHost(field: Field, host: Engine): number[] {
  const home = homeOf(field, host) ?? '';
  const lanes = new Set(lanesIn(home));
  const watchdog = watchdogOf(home);
  const all = processes();
  // The watchdog first: it would do its work on the rest.
  const pids = [
    ...(watchdog ? [watchdog] : []),
    host.pid,
    ...all.filter(({ session }) => lanes.has(session)).map(({ pid }) => pid),
  ];
  for (const pid of pids) kill(pid, 'SIGKILL');
  return pids;
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

/** Processes that work in a directory, or name it. */
export function atWorkIn(directory: string): string[] {
  return processes()
    .filter(({ pid, command: text }) => {
      if (pid === process.pid) return false;
      if (text.includes(`${directory}/`)) return true;
      try {
        return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${directory}/`);
      } catch {
        return false;
      }
    })
    .map(({ pid, command: text }) => `${pid} ${text.trim()}`);
}

/** Nothing is left once all is over: no lane, no payload, no watchdog. Tells what is. */
export async function leftIn(field: Field): Promise<string[]> {
  let left: string[] = [];
  await until(() => {
    left = atWorkIn(field.directory);
    return left.length === 0;
  }, 30_000);
  return left.map((text) => `left behind: ${text}`);
}

/** Asks a worker to leave; tells how it went if that is not as it should be. */
export async function dismiss(host: Engine): Promise<string[]> {
  host.process.kill('SIGTERM');
  const late = until(() => undefined, 30_000);
  const ended = await Promise.race([host.ended, late]);
  if (ended?.code === 0) return [];
  host.process.kill('SIGKILL');
  return [`a worker did not leave: ${JSON.stringify(ended)}`];
}
