import { failuresOf, growthProblems, statusOf, suspectsOf } from '../../engine/index.ts';
import { isLive } from '../compose/run-files.ts';
import { openRun } from '../compose/run-view.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';
import { countsText, durationText, progressText, suspectLines } from '../view/status.ts';

/** `braid status [RUN]`: a line a step. */
export async function status(
  context: Context,
  run: string | undefined,
  options: { dir?: string; json?: boolean },
): Promise<ExitCode> {
  const view = await openRun(context, options, run ?? 'last');
  const state = await view.fold();
  const { paths, plan, reader, binder } = view;
  const live = isLive(reader);
  const status = statusOf(state);
  const shown = shownState(status.state, live);
  if (options.json) {
    printJson(context, {
      run: paths.run,
      workflow: plan.program.name,
      state: shown,
      steps: status.steps,
      suspects: suspectsOf(state, binder),
      startedAt: status.startedAt ?? null,
      finishedAt: status.finishedAt ?? null,
    });
    view.close();
    return 0;
  }
  const until = status.finishedAt ? Date.parse(status.finishedAt) : Date.now();
  const took = status.startedAt ? ` · ${durationText(until - Date.parse(status.startedAt))}` : '';
  const note = view.planned.stub ? ' (stub)' : '';
  context.stdout.write(`run ${paths.run} of ${plan.program.name}${note}: ${shown}${took}\n`);
  const width = Math.max(...status.steps.map((step) => step.name.length));
  const counts = status.steps.map(progressText);
  const countWidth = Math.max(...counts.map((text) => text.length));
  status.steps.forEach((step, index) => {
    const line = `  ${step.name.padEnd(width)}  ${counts[index]?.padStart(countWidth)}  ${countsText(step)}`;
    context.stdout.write(`${line.trimEnd()}\n`);
  });
  const suspects = suspectsOf(state, binder);
  for (const line of suspectLines(suspects, paths.run, Date.now())) {
    context.stdout.write(`${line}\n`);
  }
  for (const problem of growthProblems(state)) context.stdout.write(`${problem}\n`);
  const failed = failuresOf(state, binder).filter((f) => f.standing === 'failed').length;
  if (failed > 0) context.stdout.write(`${failed} failed: \`braid failures ${paths.run}\`\n`);
  view.close();
  return 0;
}

/** A run that nobody drives is interrupted, whatever its journal said last. */
export function shownState(state: string, live: boolean): string {
  return !live && ['planned', 'running', 'pausing'].includes(state) ? 'interrupted' : state;
}
