import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { type Diagnostic, hasErrors } from '../../dsl/index.ts';
import {
  diskFiles,
  type Files,
  type Folded,
  noticesOf,
  notRunnable,
  openJournal,
  type Plan,
  publications,
  type RunCreated,
  type RunState,
  standingsOf,
  systemClock,
  thisHolder,
} from '../../engine/index.ts';
import { publish } from '../../runners/index.ts';

import type { Continued } from '../compose/continue.ts';
import { failpointHere } from '../compose/failpoint.ts';
import { createdEvent } from '../compose/kept.ts';
import { type Launched, LOCAL_SITE, launch } from '../compose/launch.ts';
import { rowOf } from '../compose/results.ts';
import { makeNewRun, type RunPaths } from '../compose/run-files.ts';
import { findSecrets } from '../compose/secrets.ts';
import { channelsAt, userFile } from '../compose/site.ts';
import { siteRefusals } from '../compose/site-plan.ts';
import {
  type Bound,
  bindWorkflow,
  type ParameterOptions,
  type Planned,
  planWorkflow,
  type Settings,
  settingsAt,
} from '../compose/workflow.ts';
import {
  type Context,
  type ExitCode,
  outliveReader,
  UsageError,
  workDirectory,
} from '../context.ts';
import { showDiagnostics } from '../report.ts';
import { version } from '../version.ts';
import { type Follower, followerFor } from '../view/follow.ts';

/** How a run is driven here, whichever verb begins it. */
export interface EngineOptions {
  /** The run as it was just read. */
  readonly folded?: Folded;
  readonly jobs?: number;
  readonly redis?: string;
  /** `--no-worker` */
  readonly worker?: boolean;
  readonly dir?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
  readonly results?: string;
  /** Only of `resume`. */
  readonly takeOver?: boolean;
}

interface RunOptions extends EngineOptions, ParameterOptions {
  readonly journal?: string;
  readonly stop?: boolean;
}

/** `braid run FILE`: plans, makes a run, and drives it here to its end. */
export async function run(context: Context, file: string, options: RunOptions): Promise<ExitCode> {
  const path = resolve(context.cwd, file);
  const { value: settings, diagnostics: unfound } = await settingsAt(context, options, path);
  showDiagnostics(context, unfound);
  if (hasErrors(unfound)) return 1;
  return begin(context, path, settings, options);
}

/** Makes a run of a workflow and drives it; `continues` is the run that it goes on with. */
export async function begin(
  context: Context,
  path: string,
  settings: Settings,
  options: RunOptions,
  continues?: Continued,
): Promise<ExitCode> {
  const planned = await planWorkflow(context, path, settings, {
    allowLarge: options.allowLarge ?? false,
  });
  const problems = [...planned.diagnostics.filter((d) => d.severity !== 'note')];
  if (planned.value) {
    const { plan } = planned.value;
    const sites = [plan.site?.site.name ?? LOCAL_SITE];
    // A stub run is made here, whatever site it is planned for.
    const refusals = settings.stub ? [] : await siteRefusals(plan);
    problems.push(...notRunnable(plan, sites), ...refusals);
    problems.push(...findSecrets(plan.program).diagnostics);
  }
  showDiagnostics(context, problems);
  if (!planned.value || hasErrors(problems)) return 1;
  const files = diskFiles();
  const bound = await bindWorkflow(planned.value, dirname(path), files);
  if (hasErrors(bound.diagnostics)) {
    showDiagnostics(context, bound.diagnostics);
    return 1;
  }
  if (continues && !(await continues.end(context))) return 1;
  if (settings.stub) {
    context.stderr.write('stub: no script runs, outputs are made up, nothing is published\n');
  }
  const stop = (options.stop ?? false) || policyStops(planned.value);
  const created = createdEvent(planned.value, bound.value, settings, {
    engineVersion: version(),
    stop,
    site: planned.value.plan.site?.site.name ?? LOCAL_SITE,
    allowLarge: options.allowLarge ?? false,
    results: options.results && resolve(context.cwd, options.results),
    ...(continues ? { continues: continues.run } : {}),
  });
  const work = planned.value.plan.site?.storage.get('work');
  const paths = makeNewRun(workDirectory(context, options.dir), {
    journal: options.journal && resolve(context.cwd, options.journal),
    work: settings.stub ? undefined : work,
  });
  if (options.detach) return detach(context, paths, created, options);
  return driveHere(context, paths, planned.value, bound.value, created, files, options);
}

/** Drives a run in this process, from its journal, to its end. */
export async function driveHere(
  context: Context,
  paths: RunPaths,
  kept: Planned,
  bound: Bound,
  created: RunCreated,
  files: Files,
  options: EngineOptions,
): Promise<ExitCode> {
  const channels = await channelsAt(context, created.site, kept.loaded);
  showDiagnostics(context, [
    ...channels.diagnostics,
    ...(kept.stub ? [] : unknownChannels(kept.plan, channels.value)),
  ]);
  const planned = { ...kept, loaded: { ...kept.loaded, channels: channels.value } };
  const follower = followerFor(context, {
    run: paths.run,
    plan: planned.plan,
    binder: bound.binder,
    directory: paths.directory,
    json: options.json ?? false,
  });
  const result = await launch(context, paths, planned, bound, created, files, {
    ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
    takeOver: options.takeOver ?? false,
    ...redisOf(options),
    ...(options.folded === undefined ? {} : { folded: options.folded }),
    onEvents: follower.onEvents,
    say: follower.say,
    progress: follower.progress,
  });
  if (result.kind === 'refused') {
    showDiagnostics(context, result.diagnostics);
    return 1;
  }
  return attend(context, paths, planned, created, result.launched, follower, options);
}

/** The command's word, else the environment's: a URL may hold a password, which is not for a command line. */
function redisOf({ redis = process.env.BRAID_REDIS, worker }: EngineOptions) {
  return redis === undefined || redis === '' ? {} : { redis, noWorker: worker === false };
}

/** Follows a driven run to its end: signals, the view, results, the list of runs. */
async function attend(
  context: Context,
  paths: RunPaths,
  { plan, stub }: Planned,
  created: RunCreated,
  launched: Launched,
  follower: Follower,
  options: EngineOptions,
): Promise<ExitCode> {
  const { driving, index } = launched;
  outliveReader();
  follower.begin(driving.state);
  index.recordRun(rowOf(paths.run, plan.program.name, driving.state, stub));
  const interrupts = onInterrupt(driving, follower.say);
  const left = await driving.left;
  interrupts.stop();
  const results = resultsDirectory(context, plan, created, options);
  const problems: Diagnostic[] = [];
  let made: readonly string[] = [];
  if (left.kind === 'ended') {
    const published = await publishAll(paths, driving.state, results);
    problems.push(...published.diagnostics);
    made = published.made;
    for (const failure of published.failed) follower.say(`not published: ${failure}`);
    index.recordRun(rowOf(paths.run, plan.program.name, driving.state, stub));
  }
  follower.end(
    driving.state,
    made.map((path) => relative(context.cwd, path)),
  );
  showDiagnostics(context, problems);
  await launched.close();
  switch (left.kind) {
    case 'ended':
      if (left.state === 'succeeded') return problems.length > 0 ? 1 : 0;
      return interrupts.count() > 0 ? 130 : 1;
    case 'fenced':
      context.stderr.write(`another engine has taken run ${paths.run}; this one leaves it\n`);
      return 1;
    case 'abandoned':
      return 130;
    case 'stopped':
      context.stderr.write(`the journal of run ${paths.run} failed: ${String(left.error)}\n`);
      return 1;
  }
}

/** Copies all that is there to be published to where it goes. */
export async function publishAll(paths: RunPaths, state: RunState, results: string) {
  const { items, diagnostics } = publications(state.plan, standingsOf(state, paths.directory));
  const failpoint = failpointHere();
  failpoint?.('publish.before');
  const published = await publish(results, items, failpoint);
  failpoint?.('publish.after');
  return { ...published, diagnostics };
}

/** Where published outputs go: the command's word, that of the run's first command, the site's, `results`. */
export function resultsDirectory(
  context: Context,
  plan: Planned['plan'],
  { settings }: RunCreated,
  options: EngineOptions,
): string {
  const place =
    options.results ?? settings.results ?? plan.site?.storage.get('publish') ?? 'results';
  return resolve(context.cwd, place);
}

/** Ctrl-C once: no new work, wait; twice: cancel; a third time: leave at once. */
function onInterrupt(
  driving: Launched['driving'],
  say: (line: string) => void,
): { stop(): void; count(): number } {
  let count = 0;
  const handler = () => {
    count += 1;
    if (count === 1) {
      say('no new work; waiting for what is running (Ctrl-C again cancels it)');
      driving.drain();
    } else if (count === 2) {
      say('cancelling');
      driving.cancel();
    } else {
      void driving.abandon();
    }
  };
  process.on('SIGINT', handler);
  process.on('SIGTERM', handler);
  return {
    stop() {
      process.off('SIGINT', handler);
      process.off('SIGTERM', handler);
    },
    count: () => count,
  };
}

/** Writes the run's first event, then leaves it to an engine in a session of its own. */
async function detach(
  context: Context,
  paths: RunPaths,
  created: RunCreated,
  options: EngineOptions,
): Promise<ExitCode> {
  const opened = openJournal({ path: paths.journal, run: paths.run, holder: thisHolder() });
  if (opened.kind !== 'opened') {
    showDiagnostics(context, [opened.diagnostic]);
    return 1;
  }
  const clock = systemClock();
  await opened.journal.append([
    { at: clock.wall().toISOString(), runMs: clock.runMs(), event: created },
  ]);
  await opened.journal.close();
  return spawnEngine(context, paths, options);
}

/** Starts a process of its own that resumes a run. */
export function spawnEngine(context: Context, paths: RunPaths, options: EngineOptions): ExitCode {
  const out = openSync(paths.engineOut, 'a');
  const args = ['resume', paths.run, '--yes', '--dir', dirname(paths.home)];
  if (options.jobs !== undefined) args.push('-j', String(options.jobs));
  if (options.results !== undefined) args.push('--results', options.results);
  if (options.takeOver) args.push('--take-over');
  if (options.worker === false) args.push('--no-worker');
  const main = process.argv[1];
  if (main === undefined) throw new UsageError('cannot find the program to start');
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], {
    cwd: context.cwd,
    detached: true,
    stdio: ['ignore', out, out],
    env: { ...process.env, ...(options.redis === undefined ? {} : { BRAID_REDIS: options.redis }) },
  });
  child.unref();
  context.stdout.write(`run ${paths.run}\n`);
  context.stderr.write(
    `it runs in the background: \`braid attach ${paths.run}\` follows it; its words are in ${relative(
      context.cwd,
      paths.engineOut,
    )}\n`,
  );
  return 0;
}

function policyStops({ plan }: Planned): boolean {
  const failure = plan.program.policy.get('failure');
  return (
    failure?.kind === 'string' &&
    failure.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('') === 'stop'
  );
}

/** W0821: the run goes on, but nobody will be told there. */
function unknownChannels(plan: Plan, known: ReadonlyMap<string, unknown>): readonly Diagnostic[] {
  return noticesOf(plan)
    .filter(({ channel }) => !known.has(channel))
    .map(({ channel, span }) => ({
      code: 'W0821',
      severity: 'warning',
      message: `nothing says where channel \`${channel}\` leads`,
      span,
      label: 'nobody will be told',
      hint: `write \`channel "${channel}" = "https://..."\` into the site, or into ${userFile()}`,
    }));
}
