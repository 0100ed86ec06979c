import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { type Diagnostic, hasErrors } from '../../dsl/index.ts';
import {
  type BoundSite,
  type Clock,
  type DriveOptions,
  type Driving,
  drive,
  environmentOf,
  type Files,
  openJournal,
  type Plan,
  type ResultIndex,
  type RunCreated,
  reuseLookup,
  runnerAmount,
  runnerWithFailpoint,
  selectorOver,
  systemClock,
  thisHolder,
  withFailpoint,
} from '../../engine/index.ts';
import { type LocalOptions, localRunner } from '../../runners/index.ts';
import type { Context } from '../context.ts';
import { deliver } from './deliver.ts';
import {
  type Dispatching,
  dispatchHere,
  dispatchThrough,
  hostSite,
  linkRedis,
} from './dispatch.ts';
import { engineLog } from './engine-log.ts';
import { failpointHere } from './failpoint.ts';
import { openResults } from './results.ts';
import type { RunPaths } from './run-files.ts';
import { findSecrets, withoutSecrets } from './secrets.ts';
import type { Bound, Planned } from './workflow.ts';

/** Of a worker's host; see its watchdog. */
export const LEASE_MS = 60_000;

/** The built-in site: this machine. */
export const LOCAL_SITE = 'local';

export interface LaunchOptions {
  readonly jobs?: number;
  /** Takes the run from an engine that lives. */
  readonly takeOver?: boolean;
  /** Hand submissions to workers over this Redis; without it lanes of this process run them. */
  readonly redis?: string;
  /** With `redis`: no worker of this process's own. */
  readonly noWorker?: boolean;
  /** The run as it was just read. */
  readonly folded?: DriveOptions['folded'];
  readonly onEvents?: DriveOptions['onEvents'];
  readonly say: (line: string) => void;
  readonly progress: (line: string) => void;
}

export interface Launched {
  readonly driving: Driving;
  readonly index: ResultIndex;
  /** After `driving.left`: closes what was opened; lanes and what they hold go on. */
  close(): Promise<void>;
}

export type LaunchResult =
  | { readonly kind: 'launched'; readonly launched: Launched }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** What of this machine is given out: the command's word, the site's, else all of it. */
export function localCapacity(
  site: Pick<BoundSite, 'site'> | undefined,
  jobs: number | undefined,
): Pick<LocalOptions, 'slots' | 'memoryBytes' | 'graceMs'> {
  const slots = jobs ?? (site && runnerAmount(site, 'cores'));
  const memoryBytes = site && runnerAmount(site, 'memory');
  const graceSeconds = site && runnerAmount(site, 'grace');
  return {
    ...(slots === undefined ? {} : { slots }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(graceSeconds === undefined ? {} : { graceMs: graceSeconds * 1000 }),
  };
}

interface Hand {
  readonly plan: Plan;
  readonly paths: RunPaths;
  readonly site: string;
  readonly epoch: number;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  readonly options: LaunchOptions;
  readonly setting: Pick<LocalOptions, 'environment' | 'secret' | 'log'>;
  /** Whether the run is still this engine's. */
  readonly isOurs: () => boolean;
}

type Handed =
  | { readonly kind: 'handed'; readonly dispatching: Dispatching }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** Attempts run in lanes of this process. */
async function toLanes({ plan, paths, site, options, setting, isOurs }: Hand): Promise<Handed> {
  const here = runnerHere(plan, paths, options, { ...setting, mayStart: isOurs });
  const runner = runnerWithFailpoint(here, failpointHere());
  const problems = await runner.check();
  if (hasErrors(problems)) {
    await runner.close();
    return { kind: 'refused', diagnostics: problems };
  }
  return { kind: 'handed', dispatching: dispatchHere(site, runner) };
}

/** Attempts run at workers, one of them here unless it is not wanted. */
async function toWorkers(hand: Hand, url: string): Promise<Handed> {
  const { plan, paths, site, epoch, clock, say, options, setting } = hand;
  const result = await linkRedis(url, clock, say);
  if (result.kind === 'refused') return { kind: 'refused', diagnostics: [result.diagnostic] };
  const { link, close } = result.redis;
  const { progress } = options;
  const environment = setting.environment ?? process.env;
  const hosting = options.noWorker
    ? undefined
    : await hostSite({
        link,
        site,
        home: paths.home,
        clock,
        leaseMs: LEASE_MS,
        local: { ...setting, progress, ...localCapacity(plan.site, options.jobs) },
        log: say,
      });
  const through = await dispatchThrough({
    link,
    site,
    epoch,
    paths,
    clock,
    environment,
    say,
    progress,
  });
  const dispatching = {
    ...through,
    async close() {
      await through.close();
      await hosting?.close();
      await close();
    },
  };
  return { kind: 'handed', dispatching };
}

/** The local runner of a run: its lanes, what it gives out, what its attempts find in their environment. */
function runnerHere(
  plan: Plan,
  { lanes, environments }: RunPaths,
  { jobs, progress }: LaunchOptions,
  setting: Pick<LocalOptions, 'environment' | 'secret' | 'log' | 'mayStart'>,
) {
  return localRunner({
    lanesDirectory: lanes,
    environmentsDirectory: environments,
    progress,
    failpoint: failpointHere(),
    ...setting,
    ...localCapacity(plan.site, jobs),
  });
}

/** Tells the index what succeeded. */
function recordIn(
  index: ResultIndex,
  run: string,
  { program }: Plan,
): NonNullable<DriveOptions['record']> {
  return (successes) =>
    index.record(
      successes.map(({ name: instance, result, components }) => ({
        run,
        workflow: program.name,
        instance,
        result,
        components,
      })),
    );
}

/** Takes a run's epoch and drives it here, with the local runner and the dispatcher in this process. */
export async function launch(
  context: Context,
  paths: RunPaths,
  { loaded, plan, stub }: Planned,
  { binder, rules }: Bound,
  created: RunCreated,
  files: Files,
  options: LaunchOptions,
): Promise<LaunchResult> {
  const secrets = findSecrets(plan.program);
  if (secrets.diagnostics.length > 0) return { kind: 'refused', diagnostics: secrets.diagnostics };
  mkdirSync(paths.inbox, { recursive: true });
  const failpoint = failpointHere();
  failpoint?.('journal.before');
  const opened = openJournal({
    path: paths.journal,
    run: paths.run,
    holder: thisHolder(),
    takeOver: options.takeOver ?? false,
    onNotice: options.say,
  });
  failpoint?.('journal.after');
  if (opened.kind !== 'opened') return { kind: 'refused', diagnostics: [opened.diagnostic] };
  const { journal } = opened;
  const log = engineLog(paths.engineLog, paths.run);
  const say = (line: string) => {
    options.say(line);
    log.note(line);
  };
  for (const notice of opened.notices) say(notice);
  const environment = withoutSecrets(process.env, plan.program.secrets);
  const setting = {
    environment,
    secret: (name: string) => secrets.value.get(name),
    log: say,
  };
  const clock = systemClock();
  const hand = {
    plan,
    paths,
    site: created.site,
    epoch: journal.epoch,
    clock,
    say,
    options,
    setting,
    isOurs: () => journal.isOurs?.() ?? true,
  };
  const handed =
    options.redis === undefined ? await toLanes(hand) : await toWorkers(hand, options.redis);
  if (handed.kind === 'refused') {
    await journal.close();
    return handed;
  }
  const { dispatching } = handed;
  const { runners, dispatcher } = dispatching;
  const index = await openResults(context, dirname(paths.home), paths.run);
  const drivingOptions: DriveOptions = {
    run: paths.run,
    directory: paths.directory,
    records: paths.records,
    plan,
    rules,
    binder,
    journal,
    dispatcher,
    runners,
    files,
    clock,
    host: hostname(),
    pid: process.pid,
    created,
    environment: (_site, name) => environmentOf(plan, name),
    // What is made up is nobody's result.
    ...(stub
      ? {}
      : {
          lookup: reuseLookup(index, binder, paths.run),
          record: recordIn(index, paths.run, plan),
        }),
    select: selectorOver(plan),
    forget: (fingerprints) => index.forgetResults(fingerprints),
    notify: (message) => deliver(message, { channels: loaded.channels, environment }),
    isRehearsal: stub ?? false,
    onNotice: say,
    ...(options.onEvents ? { onEvents: options.onEvents } : {}),
    ...(options.folded ? { folded: options.folded } : {}),
  };
  const driving = await drive(withFailpoint(drivingOptions, failpoint));
  const close = async () => {
    for (const opened of [dispatching, journal]) await opened.close();
    index.close();
    await log.close();
  };
  return { kind: 'launched', launched: { driving, index, close } };
}
