import { failuresOf, growthProblems } from '../../engine/index.ts';
import { openRun } from '../compose/run-view.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';
import { evidenceOf } from '../view/evidence.ts';
import { failureSummary, plainText } from '../view/failure.ts';

/** Failures shown in full; the rest is counted. */
const SHOWN = 20;

/** `braid failures RUN`: what failed, with the line and the last words of each. */
export async function failures(
  context: Context,
  run: string,
  options: { dir?: string; json?: boolean },
): Promise<ExitCode> {
  const view = await openRun(context, options, run);
  const state = await view.fold();
  const found = failuresOf(state, view.binder);
  const evidence = (instance: number, attempt: number) =>
    attempt === 0
      ? undefined
      : evidenceOf(state.plan, state, view.paths.directory, instance, attempt);
  if (options.json) {
    const items = found.map(({ instance, name, ...failure }) => {
      const left = evidence(instance, failure.attempt);
      return { instance: name, ...failure, place: left?.place, directory: left?.directory };
    });
    printJson(context, { run: view.paths.run, items });
    view.close();
    return 0;
  }
  const problems = growthProblems(state);
  for (const problem of problems) context.stdout.write(`${problem}\n`);
  if (found.length + problems.length === 0) context.stdout.write('nothing failed\n');
  for (const { instance, name, attempt, cause, text, standing } of found.slice(0, SHOWN)) {
    const note = standing === 'failed' ? '' : ` (${standing})`;
    const lines = [`${name}: ${failureSummary(cause, text)}${note}`];
    const left = evidence(instance, attempt);
    if (left?.place)
      lines.push(`  at ${left.place.file}:${left.place.line}: ${left.place.text.trim()}`);
    lines.push(...(left?.stderr ?? []).slice(-5).map((line) => `  | ${plainText(line)}`));
    if (left) lines.push(`  attempt ${attempt}: ${left.directory}`);
    context.stdout.write(`${lines.join('\n')}\n`);
  }
  if (found.length > SHOWN) context.stdout.write(`and ${found.length - SHOWN} more\n`);
  view.close();
  return 0;
}
