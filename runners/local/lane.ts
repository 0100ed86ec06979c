import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Failpoint } from '../../engine/index.ts';
import { wrapperText } from '../wrapper/shell.ts';
import type { Item, Unit } from './item.ts';
import { type HeldWriter, heldWriter, makeLaneDirectory, writeIdentity } from './lane-record.ts';
import { bootId, type Identity, startOf } from './processes.ts';

/**
 * A lane: one `/bin/sh` in a session of its own that takes launch texts from its standard input, runs
 * them one after another and prints one line at each end: the JSON of `exit.json`, `duplicate` or
 * `unreachable`. A start needs no line: it follows from the end before it.
 *
 * It outlives the engine: at the end of its input (the engine has closed it or died) it finishes what it
 * has got, ends whatever its payloads left behind in its process group, and exits. It traps the signals
 * with which a group is stopped, so that it still writes `exit.json`; children get them undisturbed. After
 * an attempt with a `stop` file it exits as well, so that a signal meant for that attempt can never hit
 * the next one: see stop.ts.
 */
export interface Lane {
  readonly identity: Identity;
  /** In the order handed over; the first is what it runs. */
  readonly entries: Entry[];
  /** False once it is being stopped. */
  open: boolean;
  give(entries: readonly Entry[]): void;
  /** No more input; it ends when it has finished what it holds. */
  finish(): Promise<void>;
}

export interface Entry {
  readonly item: Item;
  readonly unit: Unit;
  /** A copy went to another lane; this one will most likely find the claim taken. */
  withdrawn: boolean;
}

export interface LaneEvents {
  line(lane: Lane, line: string): void;
  /** The process is gone and all its lines have been told. */
  exit(lane: Lane): void;
}

/** What stands before a hand-over. */
export interface Guard {
  /** False once another engine has the run: nothing is given to a lane any more. */
  mayStart(): boolean;
  readonly failpoint: Failpoint | undefined;
}

const LOOP = String.raw`
trap : HUP INT TERM PIPE
trap 'trap "" TERM; kill -TERM 0' EXIT
__braid_next() {
  printf '%s\n' "$__braid_line"
  if [ -e ../stop ] && [ "$__braid_line" != duplicate ]; then exit 0; fi
}
`;

/** Throws where no process can be started (no memory, too many processes, no disk). */
export function startLane(
  lanesDirectory: string,
  environment: NodeJS.ProcessEnv,
  /** Wall time at the boot of the machine. */
  baseMs: number,
  events: LaneEvents,
  guard: Guard,
): Lane {
  const { failpoint } = guard;
  failpoint?.('lane.before');
  const directory = makeLaneDirectory(lanesDirectory);
  const log = openSync(join(directory, 'log'), 'a');
  const child = spawn('/bin/sh', ['-s'], {
    detached: true,
    cwd: directory,
    env: environment,
    stdio: ['pipe', 'pipe', log],
  });
  closeSync(log);
  child.on('error', () => {});
  if (child.pid === undefined) throw new Error('a lane cannot be started: /bin/sh did not run');
  const identity: Identity = {
    host: hostname(),
    bootId: bootId(),
    pid: child.pid,
    processStart: startOf(child.pid) ?? '',
  };
  failpoint?.('lane.after');
  try {
    writeIdentity(directory, identity);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const setting = {
    host: identity.host,
    bootId: identity.bootId,
    baseMs,
    scratch: directory,
  };
  child.stdin?.on('error', () => {});
  child.stdin?.write(wrapperText(setting) + LOOP);
  const lane = laneOf(child, identity, heldWriter(directory), guard);
  listen(child, lane, events);
  return lane;
}

function laneOf(
  child: ChildProcess,
  identity: Identity,
  held: HeldWriter,
  { mayStart, failpoint }: Guard,
): Lane {
  const entries: Entry[] = [];
  let unwritten: Item[] = [];
  let ended = false;
  const write = () => {
    const items = unwritten;
    unwritten = [];
    if (ended || items.length === 0) return;
    failpoint?.('handover.before');
    // Here at last: a process that was stopped goes on wherever it was.
    if (!mayStart()) return;
    child.stdin?.write(items.map(({ text }) => `${text}__braid_next\n`).join(''));
    failpoint?.('handover.after');
    try {
      held.append(items);
    } catch {
      // A full disk: an engine that comes later may hand these out again, and their claims decide.
    }
  };
  child.once('close', () => {
    ended = true;
    held.close();
  });
  return {
    identity,
    entries,
    open: true,
    give(more) {
      entries.push(...more);
      // What comes together is written together: each write wakes the lane.
      if (unwritten.length === 0) queueMicrotask(write);
      unwritten.push(...more.map(({ item }) => item));
    },
    async finish() {
      this.open = false;
      write();
      const { stdin, stdout } = child;
      await new Promise<void>((resolve) => {
        if (ended || !stdin || stdin.destroyed) resolve();
        else {
          stdin.once('close', resolve);
          stdin.once('error', () => resolve());
          stdin.end(() => stdin.destroy());
        }
      });
      stdout?.destroy();
      child.unref();
    },
  };
}

function listen(child: ChildProcess, lane: Lane, events: LaneEvents): void {
  let rest = '';
  child.stdout?.setEncoding('utf8');
  child.stdout?.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) events.line(lane, line);
  });
  child.once('close', () => events.exit(lane));
}
