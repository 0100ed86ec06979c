import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Diagnostic } from '../../dsl/index.ts';
import {
  type Clock,
  type Dispatcher,
  inProcessDispatcher,
  type Link,
  linkTo,
  placeName,
  type Runner,
  redisOffers,
  remoteRunner,
  runnerWithFailpoint,
  serveSite,
  systemClock,
  workersOf,
} from '../../engine/index.ts';
import {
  type LocalOptions,
  type LocalRunner,
  localRemains,
  localRunner,
  makeWorkerHome,
  sweepHomes,
  takeOrphans,
  type WorkerHome,
} from '../../runners/index.ts';
import { failpointHere } from './failpoint.ts';
import { startOwnRedis } from './own-redis.ts';
import type { RunPaths } from './run-files.ts';

/** What drives a run's submissions: a runner a site, and what hands them over. */
export interface Dispatching {
  readonly runners: ReadonlyMap<string, Runner>;
  readonly dispatcher: Dispatcher;
  /** Attempts go on. */
  close(): Promise<void>;
}

/** Runs attempts in lanes of this process. */
export function dispatchHere(site: string, runner: Runner): Dispatching {
  const runners = new Map([[site, runner]]);
  const dispatcher = inProcessDispatcher({ runners, clock: systemClock() });
  return {
    runners,
    dispatcher,
    async close() {
      await dispatcher.close();
      await runner.close();
    },
  };
}

export interface RedisLinked {
  readonly link: Link;
  close(): Promise<void>;
}

export type RedisResult =
  | { readonly kind: 'linked'; readonly redis: RedisLinked }
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic };

/** Connects to the Redis that `--redis` names; `auto` starts one of this process's own. */
export async function linkRedis(
  url: string,
  clock: Clock,
  say: (line: string) => void,
): Promise<RedisResult> {
  const own = url === 'auto' ? await startOwnRedis() : undefined;
  if (own?.kind === 'refused') return own;
  let told = false;
  const linked = await linkTo(own?.redis.url ?? url, {
    nowMs: clock.runMs,
    onTrouble(text) {
      if (!told) say(`Redis: ${text}; trying again`);
      told = true;
    },
  });
  if (linked.kind === 'refused') {
    await own?.redis.close();
    return linked;
  }
  const { link } = linked;
  link.commands.on('ready', () => {
    if (told) say('Redis is there again');
    told = false;
  });
  const close = async () => {
    link.close();
    await own?.redis.close();
  };
  return { kind: 'linked', redis: { link, close } };
}

export interface ThroughOptions {
  readonly link: Link;
  readonly site: string;
  readonly epoch: number;
  readonly paths: RunPaths;
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
  readonly progress: (line: string) => void;
}

/** After this long a submission that nobody has may be offered again. */
const GRACE_MS = 2_000;
/** Workers are heard twice a second and counted dead after 3 s: what none of them has is soon in doubt. */
const SILENCE_MS = 3_000;

/** Hands submissions to the workers of a site, over Redis. */
export async function dispatchThrough(options: ThroughOptions): Promise<Dispatching> {
  const { link, site, epoch, paths, clock } = options;
  const workers = workersOf(link, placeName(site, realpathSync(paths.home)), clock);
  const dispatcher = await redisOffers({
    link,
    run: paths.run,
    clock,
    workers: new Map([[site, workers]]),
    onNotice: options.say,
  });
  const runner = remoteRunner({
    link,
    site,
    epoch,
    workers,
    remains: localRemains({
      workersDirectory: workersDirectory(paths.home),
      environmentsDirectory: paths.environments,
      environment: options.environment,
      nowMs: clock.runMs,
      progress: options.progress,
    }),
    capabilities: {
      bundles: true,
      arrays: false,
      sharedDirectory: true,
      graceMs: GRACE_MS,
      silenceMs: SILENCE_MS,
    },
  });
  return {
    runners: new Map([[site, runnerWithFailpoint(runner, failpointHere())]]),
    dispatcher,
    async close() {
      await dispatcher.close();
      await runner.close();
    },
  };
}

function workersDirectory(home: string): string {
  return join(home, 'workers');
}

export interface HostOptions {
  readonly link: Link;
  readonly site: string;
  /** `.braid` of the work directory. */
  readonly home: string;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly rate?: { readonly max: number; readonly perMs: number };
  readonly local: Omit<LocalOptions, 'lanesDirectory' | 'environmentsDirectory'>;
  readonly log: (line: string) => void;
}

export interface Hosting {
  /** Attempts that have not ended. */
  held(): number;
  drain(): void;
  close(): Promise<void>;
}

const ORPHANS_MS = 5_000;

/** Serves a site with the lanes of this machine, in this process. */
export async function hostSite(options: HostOptions): Promise<Hosting> {
  const { link, site, home, clock } = options;
  const workers = workersDirectory(home);
  sweepHomes(workers, Date.now());
  const mine = makeWorkerHome(workers);
  const runner = localRunner({
    ...options.local,
    lanesDirectory: mine.lanes,
    environmentsDirectory: join(home, 'env'),
    failpoint: failpointHere(),
    log: options.log,
  });
  const stopWatchdog = keepWatchdog(mine, options.leaseMs, options.log);
  const serving = await serveSite({
    link,
    site,
    place: placeName(site, realpathSync(home)),
    id: mine.id,
    host: hostname(),
    pid: process.pid,
    runner: runnerWithFailpoint(runner, failpointHere()),
    clock,
    ...(options.rate ? { rate: options.rate } : {}),
  });
  const adopting = setInterval(() => adopt(runner, workers, mine), ORPHANS_MS);
  adopt(runner, workers, mine);
  return {
    held: serving.held,
    drain: serving.drain,
    async close() {
      clearInterval(adopting);
      await serving.close();
      await runner.close();
      stopWatchdog();
    },
  };
}

function adopt(runner: LocalRunner, workers: string, mine: WorkerHome): void {
  for (const { lanes } of takeOrphans(workers, mine)) runner.adopt(lanes);
}

/** Keeps a watchdog beside this worker, and leaves it to its lanes when it goes. */
function keepWatchdog(home: WorkerHome, leaseMs: number, log: (line: string) => void): () => void {
  let stopped = false;
  const main = process.argv[1] ?? '';
  const start = () => {
    const args = [...process.execArgv, main, 'watchdog', home.directory, String(leaseMs)];
    const child = spawn(process.execPath, args, { detached: true, stdio: 'ignore' });
    child.unref();
    child.on('error', () => {});
    child.once('exit', () => {
      if (stopped) return;
      log('the watchdog ended; starting another');
      setTimeout(() => !stopped && start(), 1000).unref();
    });
  };
  start();
  return () => {
    stopped = true;
  };
}
