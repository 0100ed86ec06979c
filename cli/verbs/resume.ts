import { dirname, relative, resolve } from 'node:path';
import { diskFiles, type RunState, statusOf } from '../../engine/index.ts';
import { continuedRun } from '../compose/continue.ts';
import { restore } from '../compose/restore.ts';
import { openResults, recordRun } from '../compose/results.ts';
import { isLive } from '../compose/run-files.ts';
import { openRun, type RunView } from '../compose/run-view.ts';
import { findSecrets } from '../compose/secrets.ts';
import { confirmAtTerminal } from '../confirm.ts';
import type { Context, ExitCode } from '../context.ts';
import { showDiagnostics } from '../report.ts';
import {
  begin,
  driveHere,
  type EngineOptions,
  publishAll,
  resultsDirectory,
  spawnEngine,
} from './run.ts';

interface ResumeOptions extends EngineOptions {
  /** First put the backup of a damaged journal in its place. */
  readonly restore?: boolean;
  /** Do not ask. */
  readonly yes?: boolean;
}

/**
 * `braid resume RUN`: goes on with a run whose engine has ended, from what it keeps. Says what is left, and
 * asks at a terminal.
 */
export async function resume(
  context: Context,
  text: string,
  options: ResumeOptions & { readonly from?: string },
): Promise<ExitCode> {
  if (options.restore && !(await restore(context, text, options))) return 1;
  if (options.from !== undefined) return resumeFrom(context, text, options.from, options);
  const view = await openRun(context, options, text);
  const folded = await view.folded();
  const { state } = folded;
  const live = isLive(view.reader);
  view.close();
  if (['succeeded', 'failed', 'cancelled'].includes(state.run)) {
    await publishLate(context, view, state, options);
    context.stderr.write(
      `run ${view.paths.run} has ended (${state.run}); \`braid retry\` makes new attempts of what failed\n`,
    );
    return state.run === 'succeeded' ? 0 : 1;
  }
  const secrets = findSecrets(view.plan.program).diagnostics;
  if (secrets.length > 0) {
    showDiagnostics(context, secrets);
    return 1;
  }
  // With an engine it is refused below, unless the run is to be taken from that.
  if ((!live || options.takeOver) && !(await agreed(context, leftOf(view, state), options)))
    return 1;
  if (options.detach) return spawnEngine(context, view.paths, options);
  const { planned, bound, created } = view;
  const known = { ...options, folded };
  return driveHere(context, view.paths, planned, bound, created, diskFiles(), known);
}

/**
 * `braid resume RUN --from FILE`: a new run of an edited text, with the settings of the old one; what has
 * the same meaning is used again. The old run ends.
 */
async function resumeFrom(
  context: Context,
  text: string,
  from: string,
  options: ResumeOptions,
): Promise<ExitCode> {
  const { continued, settings, stop } = await continuedRun(context, options, text);
  const path = resolve(context.cwd, from);
  const run = { ...options, set: [], allowLarge: true, stop };
  const about = `run ${continued.run} ends, and a new run of ${from} uses again what has the same meaning`;
  return begin(context, path, settings, run, {
    run: continued.run,
    end: async (at) => (await agreed(at, about, options)) && continued.end(at),
  });
}

/** Shows what a resumption is about and asks, unless it was told not to. */
async function agreed(context: Context, about: string, options: ResumeOptions): Promise<boolean> {
  if (options.yes) return true;
  if (!options.json) context.stderr.write(`${about}\n`);
  if (await confirmAtTerminal(context, 'go on?')) return true;
  context.stderr.write('nothing was done\n');
  return false;
}

/** How much of a run is left, in a line. */
function leftOf({ paths, plan }: RunView, state: RunState): string {
  const { steps } = statusOf(state);
  const total = steps.reduce((sum, step) => sum + step.total, 0);
  const ended = steps.reduce((sum, step) => {
    const { waiting, ready, held, submitted, running } = step;
    return sum + step.total - waiting - ready - held - submitted - running;
  }, 0);
  const more = steps.some(({ growing }) => growing) ? ', and those that it will fan out to' : '';
  return `resume run ${paths.run} of ${plan.program.name}: ${total - ended} of ${total} instances are left${more}`;
}

/** Its engine died after the end of the run and before the last of its results was published. */
async function publishLate(
  context: Context,
  view: RunView,
  state: RunState,
  options: EngineOptions,
): Promise<void> {
  const { paths, created, plan } = view;
  const index = await openResults(context, dirname(paths.home));
  const known = index.runs().find(({ run }) => run === paths.run);
  if (known?.state !== state.run) {
    const results = resultsDirectory(context, plan, created, options);
    const { made, failed, diagnostics } = await publishAll(paths, state, results);
    for (const failure of failed) context.stderr.write(`not published: ${failure}\n`);
    for (const path of made) context.stderr.write(`  ${relative(context.cwd, path)}\n`);
    showDiagnostics(context, diagnostics);
    recordRun(index, view, state);
  }
  index.close();
}
