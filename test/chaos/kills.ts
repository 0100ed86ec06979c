import { setTimeout as sleep } from 'node:timers/promises';
import { type FailpointName, failpointNames } from '../../engine/index.ts';
import type { Random } from '../simulator/random.ts';
import { begunRun, type Engine, engine, type Field, holderOf, textOf } from './field.ts';
import type { LosingRedis } from './redis/losing.ts';
import { addVerdict, strike, type Tally } from './tally.ts';
import { executionsIn, judge, lanesOf } from './verdict.ts';

export interface KillOptions {
  readonly random: Random;
  /** At most so many kills of engines in one run. */
  readonly kills: number;
  /** How often lanes are killed as well, of 1. */
  readonly lanes?: number;
  /** Over which the engines hand out; it has its own troubles. */
  readonly redis?: LosingRedis | undefined;
}

/** Those that a run passes only at its end, or only in a roll-back or the like. */
const END = ['notice', 'delivery', 'told', 'finished', 'publish', 'copy'];
const APART = ['reused', 'forget', 'rollback', 'inbox', 'answer', 'intervened', 'cancel', 'claim'];
const ENVIRONMENT = ['environment', 'prepared'];
const MANIFESTS = ['expanded'];
/** An engine that does not come to its failpoint is killed so long after it has taken the run. */
const PATIENCE_MS = 1_500;
const START_MS = 30_000;
const RUN_MS = 120_000;

/**
 * Kills engines of one run again and again, at failpoints and at random moments, goes on with it until it has
 * ended, and judges it.
 */
export async function killRun(field: Field, tally: Tally, options: KillOptions): Promise<void> {
  const { random } = options;
  const deadline = performance.now() + RUN_MS;
  let kills = 0;
  let lanesKilled = 0;
  for (;;) {
    const isLast = kills >= options.kills;
    const failpoint = !isLast && random.chance(0.65) ? chosen(field, random) : '';
    const started = engine(field, failpoint);
    tally.engines++;
    const timer = isLast ? undefined : killLater(field, started, failpoint, random);
    let withLanes = false;
    if (random.chance(options.lanes ?? 0)) {
      withLanes = !isLast && random.chance(0.3);
      lanesKilled += await killLanes(field, started, random, withLanes);
    }
    const ended = await started.ended;
    timer?.close();
    if (ended.signal === 'SIGKILL') {
      kills++;
      const isRandom = timer?.struck || failpoint === '' || withLanes;
      strike(tally, isRandom ? 'random' : (failpoint.split(':')[0] ?? ''));
    } else if (ended.code === 0) break;
    else
      tally.violations.push(`${field.directory}: exit ${ended.code}: ${ended.stderr.slice(-500)}`);
    if (performance.now() > deadline || (ended.code !== null && ended.code !== 0)) {
      tally.violations.push(`${field.directory}: the run does not end`);
      return;
    }
    if (random.chance(0.2)) await sleep(random.int(0, 150));
    await options.redis?.trouble(random, tally);
  }
  tally.lanesKilled += lanesKilled;
  addVerdict(tally, await judge(field, { lanesKilled }), field.directory);
}

/** Kills an engine at a random moment, or where it does not come to its failpoint. */
function killLater(field: Field, started: Engine, failpoint: string, random: Random) {
  const givenUpMs = performance.now() + START_MS;
  const timer = { struck: false, close: () => clearTimeout(handle) };
  const strikeNow = () => {
    timer.struck = started.process.kill('SIGKILL');
  };
  const wait = () => {
    // On a busy machine it takes its time to begin.
    const has = holderOf(field) === started.pid || performance.now() > givenUpMs;
    handle = has ? setTimeout(strikeNow, PATIENCE_MS) : setTimeout(wait, 100);
  };
  let handle = setTimeout(failpoint ? wait : strikeNow, failpoint ? 100 : random.int(60, 700));
  return timer;
}

/** A failpoint that this run can still come to, and at which passing. */
function chosen(field: Field, random: Random): string {
  const done = executionsIn(textOf(field.count)).length / field.shape.executions.size;
  const isLayered = field.shape.name === 'layered';
  const isOpen = (name: FailpointName) => {
    const [boundary = ''] = name.split('.');
    if (APART.includes(boundary)) return false;
    if (END.includes(boundary))
      return done > 0.8 && (isLayered || /^(fin|pub|copy)/.test(boundary));
    if (ENVIRONMENT.includes(boundary)) return isLayered && done === 0;
    return !MANIFESTS.includes(boundary) || (isLayered && done < 0.5);
  };
  const name = random.pick(failpointNames.filter(isOpen));
  return `${name}:${1 + Math.floor(random.next() ** 2 * 6)}`;
}

/** Kills lanes with all that runs in them, before, with or after their engine. */
async function killLanes(
  field: Field,
  started: Engine,
  random: Random,
  withEngine: boolean,
): Promise<number> {
  await Promise.race([sleep(random.int(150, 600)), started.ended]);
  const run = begunRun(field);
  if (run === undefined) return 0;
  const lanes = [...lanesOf(field, run).values()];
  if (withEngine) started.process.kill('SIGKILL');
  let killed = 0;
  for (const pid of lanes.slice(-2)) {
    if (random.chance(0.5)) continue;
    try {
      process.kill(pid, 'SIGKILL');
      killed++;
    } catch {
      // It has ended.
    }
  }
  return killed;
}
