import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import {
  applyOffline,
  openJournal,
  type RunId,
  type RunState,
  selectorOver,
  systemClock,
  thisHolder,
} from '../../engine/index.ts';
import { type Context, UsageError } from '../context.ts';
import { showDiagnostics } from '../report.ts';
import { keptSettings } from './kept.ts';
import { openResults, recordRun } from './results.ts';
import { isLive } from './run-files.ts';
import { openRun, type RunView } from './run-view.ts';
import type { Settings } from './workflow.ts';

/** A run that another one goes on with. */
export interface Continued {
  readonly run: RunId;
  /** Puts its results into the index and ends it as cancelled; false, and said why, if it cannot be. */
  end(context: Context): Promise<boolean>;
}

/**
 * The run that an edited text goes on with, and its settings. A run with an engine, or with attempts under
 * way, is wrong usage: two runs would make the same.
 */
export async function continuedRun(
  context: Context,
  options: { readonly dir?: string },
  text: string,
): Promise<{
  readonly continued: Continued;
  readonly settings: Settings;
  readonly stop: boolean;
}> {
  const view = await openRun(context, options, text);
  const { paths, created } = view;
  const state = await view.fold();
  const live = isLive(view.reader);
  view.close();
  if (live) {
    throw new UsageError(
      `run ${paths.run} is under way`,
      `\`braid cancel ${paths.run}\` ends it; \`braid plan --against ${paths.run}\` says what an edited text changes`,
    );
  }
  if (state.attempts.size > 0) {
    throw new UsageError(
      `run ${paths.run} has ${state.attempts.size} attempts under way`,
      `\`braid resume ${paths.run}\` waits for them, \`braid cancel ${paths.run}\` ends them`,
    );
  }
  const continued: Continued = { run: paths.run, end: () => endRun(context, view, state) };
  return { continued, settings: keptSettings(created), stop: created.policy === 'stop' };
}

async function endRun(context: Context, view: RunView, state: RunState): Promise<boolean> {
  const { paths } = view;
  const index = await openResults(context, dirname(paths.home));
  recordRun(index, view, state);
  index.close();
  if (['succeeded', 'failed', 'cancelled'].includes(state.run)) return true;
  const opened = openJournal({ path: paths.journal, run: paths.run, holder: thisHolder() });
  if (opened.kind !== 'opened') {
    showDiagnostics(context, [opened.diagnostic]);
    return false;
  }
  const { journal } = opened;
  await applyOffline(
    {
      journal,
      plan: view.plan,
      rules: view.rules,
      clock: systemClock(),
      select: selectorOver(view.plan),
    },
    { id: randomUUID(), content: { verb: 'cancel', selector: '', by: 'resume --from' } },
  );
  await journal.close();
  return true;
}
