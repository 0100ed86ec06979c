import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { hasErrors } from '../../dsl/index.ts';
import {
  type Comparison,
  comparablePlan,
  comparePlans,
  diskFiles,
  type Files,
  type Plan,
  planSummary,
  type Result,
  resultOf,
} from '../../engine/index.ts';
import { type Context, UsageError } from '../context.ts';
import { showDiagnostics } from '../report.ts';
import { keptContents, keptFiles, keptWorkflow } from './kept.ts';
import { openRun } from './run-view.ts';
import { bindWorkflow, type Planned, planWorkflow, type Settings } from './workflow.ts';

/** What a plan is compared with: another version of the text, or a run. */
export interface Against {
  readonly kind: 'file' | 'run';
  /** As the command says it; of a run its whole id. */
  readonly name: string;
  readonly plan: Plan;
}

/**
 * Compares a planned workflow with the file or run that `--against` names; undefined, with the diagnostics
 * shown, if either cannot be bound. A name that is both is the file.
 */
export async function compareWith(
  context: Context,
  workflow: string,
  planned: Planned,
  settings: Settings,
  options: { readonly dir?: string; readonly against: string },
): Promise<{ readonly against: Against; readonly comparison: Comparison } | undefined> {
  const files = diskFiles();
  const after = await comparable(context, planned, dirname(workflow), files);
  const path = resolve(context.cwd, options.against);
  const before = existsSync(path)
    ? await fromFile(context, path, options.against, settings)
    : await fromRun(context, options);
  if (!after || !before) return undefined;
  const comparison = await comparePlans(before.compared, after, before.made);
  return { against: before.against, comparison };
}

/** The document of `--json`. */
export function againstDocument(
  { kind, name, plan }: Against,
  after: Plan,
  { steps, totals, coreHoursAnew }: Comparison,
): Readonly<Record<string, unknown>> {
  const hours = (of: Plan) => planSummary(of).coreHours;
  return {
    kind,
    name,
    steps,
    totals,
    coreHours: { before: hours(plan), after: hours(after), anew: coreHoursAnew },
  };
}

type Compared = Parameters<typeof comparePlans>[0];

interface Before {
  readonly against: Against;
  readonly compared: Compared;
  readonly made?: (instance: number) => Result | undefined;
}

async function fromFile(
  context: Context,
  path: string,
  name: string,
  settings: Settings,
): Promise<Before | undefined> {
  const planned = await planWorkflow(context, path, settings, { allowLarge: true });
  if (!planned.value) {
    showDiagnostics(context, planned.diagnostics);
    return undefined;
  }
  const compared = await comparable(context, planned.value, dirname(path), diskFiles());
  return compared && { against: { kind: 'file', name, plan: planned.value.plan }, compared };
}

async function fromRun(
  context: Context,
  options: { readonly dir?: string; readonly against: string },
): Promise<Before | undefined> {
  const view = await openRun(context, options, options.against);
  const { planned, created, paths, plan } = view;
  if (planned.stub) {
    view.close();
    throw new UsageError(`run ${paths.run} is a stub: nothing in it was made by a script`);
  }
  const state = await view.fold();
  view.close();
  const directory = dirname(keptWorkflow(created));
  const contents = keptContents(created);
  const compared = await comparable(context, planned, directory, keptFiles(created), contents);
  return (
    compared && {
      against: { kind: 'run', name: paths.run, plan },
      compared,
      made: (instance) => resultOf(state, paths.directory, instance),
    }
  );
}

async function comparable(
  context: Context,
  planned: Planned,
  directory: string,
  files: Files,
  contents?: ReadonlyMap<string, string>,
): Promise<Compared | undefined> {
  const plan = comparablePlan(planned.plan);
  const bound = await bindWorkflow({ ...planned, plan }, directory, files, contents);
  if (!hasErrors(bound.diagnostics)) return { plan, binder: bound.value.binder };
  showDiagnostics(context, bound.diagnostics);
  return undefined;
}
