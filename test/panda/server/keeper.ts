import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How to start a process of the server. */
export interface Start {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
  /** Who it runs as; default who we are. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** The signal that ends it; `KILL` for one that takes its time and has nothing to lose. */
  readonly endsWith?: 'TERM' | 'INT' | 'KILL';
  readonly isRestarted?: boolean;
}

/**
 * Processes that do not outlive this one: each is a group of its own, and a guard process ends them and removes
 * `directory` when `stop` is called or when this process is gone, killed even.
 */
export interface Keeper {
  /** Appends its output to `logs/NAME.log` of the directory. */
  start(start: Start): void;
  /** Process ids by name. */
  pids(): Readonly<Record<string, number>>;
  /** How often a process was started again, by name. */
  restarts(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

const RESTART_MS = 300;

export function newKeeper(directory: string): Keeper {
  for (const part of ['groups', 'logs']) mkdirSync(join(directory, part), { recursive: true });
  const script = fileURLToPath(new URL('guard.sh', import.meta.url));
  const guard = spawn('/bin/sh', [script, directory], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
    cwd: '/',
  });
  const running = new Map<string, ChildProcess>();
  const restarts: Record<string, number> = {};
  let isStopping = false;

  function start(how: Start): void {
    const log = openSync(join(directory, 'logs', `${how.name}.log`), 'a');
    const [command, ...args] = how.command;
    const child = spawn(command, args, {
      stdio: ['ignore', log, log],
      detached: true,
      cwd: directory,
      env: how.env ?? process.env,
      ...how.user,
    });
    const group = join(directory, 'groups', `${child.pid}`);
    if (child.pid) writeFileSync(group, how.endsWith ?? 'TERM');
    running.set(how.name, child);
    child.on('error', (error) => process.stderr.write(`${how.name}: ${error.message}\n`));
    child.on('exit', () => {
      if (isStopping) return;
      running.delete(how.name);
      // Its children may still run: the group stays on the guard's list unless it starts again.
      if (!how.isRestarted) return;
      rmSync(group, { force: true });
      restarts[how.name] = (restarts[how.name] ?? 0) + 1;
      setTimeout(() => isStopping || start(how), RESTART_MS);
    });
  }

  return {
    start,
    pids: () => Object.fromEntries([...running].map(([name, child]) => [name, child.pid ?? -1])),
    restarts: () => ({ ...restarts }),
    stop: () =>
      new Promise((resolve) => {
        isStopping = true;
        guard.on('exit', () => resolve());
        if (guard.exitCode !== null) resolve();
        guard.stdin.end();
      }),
  };
}
