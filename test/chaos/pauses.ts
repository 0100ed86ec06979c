import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FailpointName } from '../../engine/index.ts';
import type { Random } from '../simulator/random.ts';
import {
  begunRun,
  type Ended,
  type Engine,
  engine,
  type Field,
  holderOf,
  processState,
  runDirectory,
  textOf,
  until,
} from './field.ts';
import { addVerdict, strike, type Tally } from './tally.ts';
import { judge, lanesOf } from './verdict.ts';

export interface PauseOptions {
  readonly random: Random;
  /** At most so many engines of the run are stopped. */
  readonly pauses: number;
}

/** A fenced engine has to be gone so soon after it wakes. */
const LEAVE_MS = 5_000;
const PATIENCE_MS = 1_500;
const END_MS = 60_000;

/** Where an engine is stopped: what it would do next is what it must not do when it wakes. */
const STOPS: readonly FailpointName[] = [
  ...(['intent', 'ended', 'directories', 'offer', 'submit', 'handover', 'lane'] as const).flatMap(
    (name) => [`${name}.before`, `${name}.after`] as const,
  ),
  'report.before',
  'evidence.after',
  'find.after',
  'poll.after',
  'index.before',
  'snapshot.before',
  'running.before',
];

/** What is written there after it wakes says only what it had given before. */
const RECORD: FailpointName = 'handover.after';

/** An engine that is stopped, and what tells whether it does anything when it wakes. */
interface Stopped {
  readonly engine: Engine;
  readonly where: string;
  readonly lanes: readonly string[];
}

/**
 * Stops an engine (SIGSTOP), takes its run over with another, and wakes it (SIGCONT): it has to leave soon, without
 * having given anything to a lane. The other is stopped in its turn; the last brings the run to its end.
 */
export async function pauseRun(field: Field, tally: Tally, options: PauseOptions): Promise<void> {
  const { random } = options;
  const leaving: Promise<void>[] = [];
  let pauses = 0;
  let stopped: Stopped | undefined;
  for (let ended = false; !ended; ) {
    const failpoint =
      pauses < options.pauses && random.chance(0.7)
        ? `${random.pick(STOPS)}:${1 + Math.floor(random.next() ** 2 * 5)}`
        : '';
    if (stopped && random.chance(0.2)) await refuses(field, tally);
    const before = lanesHere(field);
    const next = engine(field, failpoint && `${failpoint}:stop`, stopped ? ['--take-over'] : []);
    tally.engines++;
    if (stopped && !(await holds(field, next, stopped))) {
      // It was stopped in the middle of a write: nobody can take the run, and it goes on itself.
      strike(tally, 'in a write');
      const { engine: again } = stopped;
      stopped = undefined;
      ended = await isGood(field, tally, again);
      continue;
    }
    if (stopped) leaving.push(wakes(field, tally, stopped, random.int(0, 300)));
    stopped = undefined;
    const where = pauses < options.pauses ? await stop(field, next, failpoint, random) : undefined;
    if (where === undefined) ended = await isGood(field, tally, next);
    else if (begunRun(field) === undefined) {
      ended = await isGood(field, tally, next);
    } else {
      pauses++;
      strike(tally, where);
      const lanes = lanesHere(field).filter((name) => !before.includes(name));
      stopped = { engine: next, where, lanes };
    }
  }
  await Promise.all(leaving);
  addVerdict(tally, await judge(field), field.directory);
}

/** Without being told to, nobody takes the run of an engine that lives. */
async function refuses(field: Field, tally: Tally): Promise<void> {
  const { code, stderr } = await engine(field).ended;
  if (code !== 1 || !stderr.includes('E1102')) {
    tally.violations.push(`${field.directory}: not refused: exit ${code}: ${stderr.slice(-500)}`);
  }
}

/** Lets it work for a while, then stops it, unless its failpoint does; undefined if it ended before. */
async function stop(
  field: Field,
  { process: child, pid, ended }: Engine,
  failpoint: string,
  random: Random,
): Promise<string | undefined> {
  const isStopped = () => processState(pid) === 'T' || processState(pid) === undefined;
  // On a busy machine it takes its time to begin.
  await until(() => isStopped() || holderOf(field) === pid, END_MS);
  await until(isStopped, failpoint ? PATIENCE_MS : random.int(150, 700));
  if (processState(pid) === 'T') return failpoint.split(':')[0];
  if (!child.kill('SIGSTOP')) return undefined;
  await until(isStopped, END_MS);
  if (processState(pid) === 'T') return 'random';
  await ended;
  return undefined;
}

/** Waits until the engine has taken the run; false if it could not, as its journal is locked. */
async function holds(field: Field, next: Engine, stopped: Stopped): Promise<boolean> {
  const isTaken = () => holderOf(field) !== stopped.engine.pid;
  await until(() => isTaken() || processState(next.pid) === undefined, END_MS);
  if (isTaken()) return true;
  const { code } = await next.ended;
  // The run had ended when it was stopped: it has yet to publish, or to leave.
  return code === 0;
}

/** Wakes an engine, again if a failpoint stops it once more, and waits for its end. */
async function awake({ process: child, pid, ended }: Engine): Promise<Ended> {
  const timer = setInterval(() => processState(pid) === 'T' && child.kill('SIGCONT'), 50);
  child.kill('SIGCONT');
  try {
    return await ended;
  } finally {
    clearInterval(timer);
  }
}

/** Wakes a stopped engine whose run another one has. */
async function wakes(
  field: Field,
  tally: Tally,
  { engine: old, where, lanes }: Stopped,
  afterMs: number,
): Promise<void> {
  await sleep(afterMs);
  const given = () => lanes.map((name) => heldIn(field, name)).join('');
  const before = given();
  const since = performance.now();
  const late = setTimeout(() => old.process.kill('SIGKILL'), 4 * LEAVE_MS);
  const { code, stderr } = await awake(old);
  clearTimeout(late);
  const tookMs = Math.round(performance.now() - since);
  tally.slowestLeaveMs = Math.max(tally.slowestLeaveMs, tookMs);
  const violate = (what: string) =>
    tally.violations.push(`${field.directory}: stopped at ${where}: ${what}`);
  if (tookMs > LEAVE_MS) violate(`left after ${tookMs} ms`);
  const isFenced = code === 1 && stderr.includes('another engine has taken run');
  if (!isFenced && code !== 0) violate(`exit ${code}: ${stderr.slice(-500)}`);
  if (given() === before || where === RECORD) return;
  tally.gaveAfterWaking++;
  // At a random moment that may be between the question whose the run is and the very next call: claims decide.
  if (where !== 'random') violate('it gave attempts to its lanes after it woke');
}

function lanesHere(field: Field): string[] {
  const run = begunRun(field);
  return run === undefined ? [] : [...lanesOf(field, run).keys()];
}

function heldIn(field: Field, lane: string): string {
  return textOf(join(runDirectory(field, begunRun(field) ?? ''), 'lanes', lane, 'held'));
}

/** Lets it go on to its end, which is good or is told. */
async function isGood(field: Field, tally: Tally, last: Engine): Promise<boolean> {
  const { code, stderr } = await awake(last);
  if (code === 0) return true;
  tally.violations.push(`${field.directory}: exit ${code}: ${stderr.slice(-500)}`);
  return true;
}
