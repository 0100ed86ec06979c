import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { createdEvent } from '../cli/compose/kept.ts';
import { type OwnRedis, startOwnRedis } from '../cli/compose/own-redis.ts';
import { bindWorkflow, planWorkflow } from '../cli/compose/workflow.ts';
import { processContext } from '../cli/context.ts';
import {
  diskFiles,
  drive,
  type Link,
  linkTo,
  openJournal,
  placeName,
  redisOffers,
  remoteRunner,
  systemClock,
  thisHolder,
  workersOf,
} from '../engine/index.ts';

/**
 * Dispatch through BullMQ: `node bench/redis.ts [--count 5000] [--rounds 3]`. A real engine with its journal hands
 * attempts that do nothing to one worker in a process of its own (redis-worker.ts), beside bare BullMQ (addBulk and a
 * Worker, in two processes as well) with the same Redis, in the same round, at the same concurrency. Then a chain:
 * from the end of an attempt to the start of the one that waits for it, as the worker sees it. Medians.
 */
const CONCURRENCY = 64;
const ground = mkdtempSync(join(process.env.BENCH_DIRECTORY ?? tmpdir(), 'braid-redis-'));
const count = option('--count', 5_000);
const rounds = option('--rounds', 3);
const hops = option('--hops', 1_000);
let places = 0;

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

async function linked(url: string): Promise<Link> {
  const result = await linkTo(url, { nowMs: systemClock().runMs });
  if (result.kind === 'refused') throw new Error(result.diagnostic.message);
  return result.link;
}

/** A helper process that says `ready`, does its part, and ends with a line of numbers. */
function helper(...args: string[]): { ready: Promise<void>; told: Promise<string>; end(): void } {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, 'redis-worker.ts'), ...args],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let text = '';
  let isReady: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const told = new Promise<string>((resolve) => {
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (text.includes('ready')) isReady();
    });
    child.once('close', () => resolve(text));
  });
  return { ready, told, end: () => void child.stdin?.end() };
}

/** Seconds for `count` jobs through bare BullMQ. */
async function bare(redis: OwnRedis): Promise<number> {
  const link = await linked(redis.url);
  const name = `bare-${places++}`;
  const theirs = helper('bare', redis.url, name, String(CONCURRENCY), String(count));
  await theirs.ready;
  const queue = new Queue(name, { connection: link.commands });
  const start = performance.now();
  for (let i = 0; i < count; i += 500) {
    const some = Math.min(500, count - i);
    await queue.addBulk(
      Array.from({ length: some }, (_, k) => ({
        name: 'x',
        data: { n: i + k },
        opts: { removeOnComplete: true },
      })),
    );
  }
  await theirs.told;
  const seconds = (performance.now() - start) / 1000;
  await queue.close();
  link.close();
  return seconds;
}

/** Seconds for a run of `text`, from the first offer to its end; and what the worker says. */
async function braid(redis: OwnRedis, text: string): Promise<{ seconds: number; told: string }> {
  const home = join(ground, String(places++));
  mkdirSync(join(home, 'run'), { recursive: true });
  writeFileSync(join(home, 'w.braid'), text);
  const settings = {
    set: [],
    paramsFile: undefined,
    slice: { only: undefined, sample: [] },
    stub: false,
  };
  const planned = await planWorkflow(processContext(), join(home, 'w.braid'), settings, {
    allowLarge: true,
  });
  if (!planned.value) throw new Error(JSON.stringify(planned.diagnostics));
  const { plan } = planned.value;
  const files = diskFiles();
  const { value: bound } = await bindWorkflow(planned.value, home, files);
  const run = `bench${String(places).padStart(5, '0')}`;
  const opened = openJournal({ path: join(home, 'journal.db'), run, holder: thisHolder() });
  if (opened.kind !== 'opened') throw new Error('no journal');
  const clock = systemClock();
  const link = await linked(redis.url);
  const place = placeName('local', home);
  const theirs = helper('braid', redis.url, place, String(CONCURRENCY), '0');
  await theirs.ready;
  const workers = workersOf(link, place, clock);
  const dispatcher = await redisOffers({
    link,
    run,
    clock,
    workers: new Map([['local', workers]]),
  });
  const runner = remoteRunner({
    link,
    site: 'local',
    epoch: opened.journal.epoch,
    workers,
    // Nothing of it is asked: the worker lives, and its attempts leave nothing.
    remains: {
      kind: 'bench',
      check: async () => [],
      prepare: async () => ({ kind: 'ready', setup: [] }),
      log: () => Promise.reject(new Error('no logs')),
      find: async () => new Map(),
      poll: async () => [],
    },
    capabilities: { bundles: false, arrays: false, sharedDirectory: false, graceMs: 2_000 },
  });
  while (!workers.room()) await new Promise((resolve) => setTimeout(resolve, 10));
  const start = performance.now();
  const driving = await drive({
    run,
    directory: join(home, 'run'),
    plan,
    rules: bound.rules,
    binder: bound.binder,
    journal: opened.journal,
    dispatcher,
    runners: new Map([['local', runner]]),
    files,
    clock,
    host: 'bench',
    pid: process.pid,
    created: createdEvent(planned.value, bound, settings, {
      engineVersion: '0',
      stop: false,
      site: 'local',
      allowLarge: true,
      results: undefined,
    }),
  });
  const left = await driving.left;
  const seconds = (performance.now() - start) / 1000;
  if (left.kind !== 'ended' || left.state !== 'succeeded') throw new Error(JSON.stringify(left));
  theirs.end();
  const told = await theirs.told;
  await dispatcher.close();
  await runner.close();
  await opened.journal.close();
  link.close();
  return { seconds, told };
}

const wide = `workflow wide
step t for each i in 1 .. ${count} {
  script exec ["true"]
}
`;
const chain = `workflow chain
step t for each i in 1 .. ${hops} {
  in before = previous t.x over i ?? none
  out x: file = "x"
  script bash """
    make @{before ?? ""} > @{x}
  """
}
`;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const started = await startOwnRedis();
if (started.kind === 'refused') throw new Error(started.diagnostic.message);
const { redis } = started;
try {
  const bares: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < rounds; round++) {
    bares.push(await bare(redis));
    ours.push((await braid(redis, wide)).seconds);
  }
  const [a, b] = [count / median(bares), count / median(ours)];
  console.log(
    `${count} that do nothing, a second: bare BullMQ ${a.toFixed(0)}, braid ${b.toFixed(0)}`,
  );
  console.log(`ratio ${(b / a).toFixed(2)} (goal: at least 0.4)`);
  const { told, seconds } = await braid(redis, chain);
  console.log(
    `a chain of ${hops}: ${seconds.toFixed(2)} s; end to next start: ${told.trim().split('\n').at(-1)}`,
  );
} finally {
  await redis.close();
  rmSync(ground, { recursive: true, force: true });
}
process.exit(0);
