import { join } from 'node:path';
import {
  JournalUnreadable,
  madeAnew,
  openIndex,
  type RecordedResult,
  type ResultIndex,
  type RunRow,
  type RunState,
  resultOf,
  standingsOf,
  statusOf,
} from '../../engine/index.ts';
import { type Context, UsageError } from '../context.ts';
import { runIds } from './run-files.ts';
import { openRun, type RunView } from './run-view.ts';

/**
 * The index of results of a work directory. One that is new (it was deleted, or damaged) is filled from
 * the journals that are there, all but that of `running`; a run that cannot be read is passed over.
 */
export async function openResults(
  context: Context,
  workDirectory: string,
  running?: string,
): Promise<ResultIndex> {
  const { index, empty } = openIndex(join(workDirectory, '.braid', 'index.db'));
  const runs = empty ? runIds(workDirectory).filter((run) => run !== running) : [];
  for (const run of runs) {
    try {
      const view = await openRun(context, { dir: workDirectory }, run);
      const state = await view.fold();
      recordRun(index, view, state);
      view.close();
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof JournalUnreadable)) throw error;
    }
  }
  return index;
}

/** Puts a run and what it has made into the index; what is there already is kept. */
export function recordRun(index: ResultIndex, view: RunView, state: RunState): void {
  if (!view.planned.stub) index.record(resultsOf(view, state));
  index.recordRun(rowOf(view.paths.run, view.plan.program.name, state, view.planned.stub));
}

/** How a run stands, as the index lists it. */
export function rowOf(run: string, workflow: string, state: RunState, stub: boolean): RunRow {
  const status = statusOf(state);
  return {
    run,
    workflow,
    state: status.state,
    startedAt: status.startedAt ?? '',
    finishedAt: status.finishedAt ?? '',
    instances: status.steps.reduce((sum, step) => sum + step.total, 0),
    stub,
  };
}

/** What the instances of a run have left that it made itself, and that is not about to be taken back. */
function resultsOf(view: RunView, state: RunState): RecordedResult[] {
  const { binder, paths, plan } = view;
  const standings = standingsOf(state, paths.directory);
  const results: RecordedResult[] = [];
  const takenBack = state.rollback ? madeAnew(state, state.rollback) : new Set();
  for (const instance of state.own.keys()) {
    if (takenBack.has(instance)) continue;
    const result = resultOf(state, paths.directory, instance);
    const binding = binder.bind(instance, standings);
    if (!result || binding.kind !== 'ready') continue;
    results.push({
      run: paths.run,
      workflow: plan.program.name,
      instance: binder.name(instance),
      result,
      components: binding.components,
    });
  }
  return results;
}
