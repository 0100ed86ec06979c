import { dirname } from 'node:path';
import { hasErrors } from '../../dsl/index.ts';
import {
  type Binder,
  type Folded,
  foldJournal,
  type JournalReader,
  JournalUnreadable,
  openForReading,
  type Plan,
  type RunCreated,
  type RunEvent,
  type RunState,
  type StepRules,
  standingsOf,
} from '../../engine/index.ts';
import { type Context, UsageError, workDirectory } from '../context.ts';
import { showDiagnostics } from '../report.ts';
import { keptContents, keptFiles, keptSettings, keptWorkflow } from './kept.ts';
import { findRun, type RunPaths } from './run-files.ts';
import { type Bound, bindWorkflow, type Planned, planWorkflow } from './workflow.ts';

/** A run as another process sees it. */
export interface RunView {
  readonly paths: RunPaths;
  readonly created: RunCreated;
  readonly planned: Planned;
  readonly plan: Plan;
  readonly binder: Binder;
  readonly bound: Bound;
  readonly rules: readonly StepRules[];
  readonly reader: JournalReader;
  /** The fold of all that is in the journal now. */
  fold(): Promise<RunState>;
  /** The same, with the number of the last event in it. */
  folded(): Promise<Folded>;
  close(): void;
}

/** Opens a run for reading, live or ended; its plan is made again from what the run keeps. */
export async function openRun(
  context: Context,
  options: { readonly dir?: string },
  text: string,
): Promise<RunView> {
  const paths = findRun(workDirectory(context, options.dir), text);
  const opened = openForReading(paths.journal);
  if (opened.kind !== 'opened') throw new JournalUnreadable(opened.diagnostic);
  const { reader } = opened;
  const created = await firstEvent(reader);
  if (!created) {
    reader.close();
    throw new UsageError(`run ${paths.run} has not begun`);
  }
  const files = keptFiles(created);
  const workflow = keptWorkflow(created);
  const planned = await planWorkflow(context, workflow, keptSettings(created), {
    files,
    allowLarge: true,
  });
  if (!planned.value) {
    showDiagnostics(context, planned.diagnostics);
    throw new UsageError(`the workflow of run ${paths.run} cannot be planned by this release`);
  }
  const contents = keptContents(created);
  const bound = await bindWorkflow(planned.value, dirname(workflow), files, contents);
  if (hasErrors(bound.diagnostics)) showDiagnostics(context, bound.diagnostics);
  const { plan } = planned.value;
  const { rules, binder } = bound.value;
  const folded = async () => {
    const known = await foldJournal(reader, plan, rules);
    const { state } = known;
    if (state.fan) binder.follow?.(state.plan, standingsOf(state, paths.directory));
    return known;
  };
  return {
    paths,
    created,
    planned: planned.value,
    plan,
    binder,
    bound: bound.value,
    rules,
    reader,
    fold: async () => (await folded()).state,
    folded,
    close: () => reader.close(),
  };
}

async function firstEvent(reader: JournalReader): Promise<RunCreated | undefined> {
  for await (const events of reader.read(1)) {
    for (const { event } of events) {
      const first = event as RunEvent;
      return first.kind === 'run.created' ? first : undefined;
    }
  }
  return undefined;
}
