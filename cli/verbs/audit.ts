import { auditRun, diskFiles, standingsOf, type Violation } from '../../engine/index.ts';
import { isLive } from '../compose/run-files.ts';
import { openRun } from '../compose/run-view.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';
import { auditText } from '../view/audit.ts';
import { shownState } from './status.ts';

/** A violation with the name of its instance. */
export type NamedViolation = Omit<Violation, 'instance'> & { readonly instance?: string };

/**
 * `braid audit RUN`: whether the journal and what attempts left in their directories agree, and keep what
 * the engine promises. 0: all holds; 1: each violation is named.
 */
export async function audit(
  context: Context,
  run: string,
  options: { dir?: string; json?: boolean },
): Promise<ExitCode> {
  const view = await openRun(context, options, run);
  const { paths, plan, rules, reader, binder } = view;
  const found = await auditRun({
    run: paths.run,
    directory: paths.directory,
    plan,
    rules,
    journal: reader,
    restoredAt: reader.restoredAt,
    files: diskFiles(),
  });
  const { state, violations, ...counts } = found;
  if (state.fan) binder.follow?.(state.plan, standingsOf(state, paths.directory));
  const named = violations.map(({ instance, ...violation }): NamedViolation => {
    if (instance === undefined) return violation;
    // A journal that was tampered with may speak of an instance that is not there.
    const known = Number.isInteger(instance) && instance >= 0 && instance < state.wiring.size;
    return { ...violation, instance: known ? binder.name(instance) : `no. ${instance}` };
  });
  const shown = shownState(state.run, isLive(reader));
  view.close();
  const holds = violations.length === 0;
  if (options.json) {
    const { name: workflow } = plan.program;
    printJson(context, {
      run: paths.run,
      workflow,
      state: shown,
      holds,
      ...counts,
      violations: named,
    });
  } else
    context.stdout.write(
      auditText(`run ${paths.run} of ${plan.program.name}: ${shown}`, counts, named),
    );
  return holds ? 0 : 1;
}
