import { foldJournal } from './drive/fold.ts';
import type { Plan } from './plan/plan.ts';
import type { Clock, Journal } from './ports.ts';
import type { RunEvent } from './run/event.ts';
import { type Arrival, intervene, type Select } from './run/intervene.ts';
import { type Recorded, reduce } from './run/reduce.ts';
import type { StepRules } from './run/rules.ts';
import type { RunState } from './run/state.ts';

export interface OfflineOptions {
  /** Opened by the caller, who has thereby taken the run's epoch. */
  readonly journal: Journal;
  readonly plan: Plan;
  readonly rules: readonly StepRules[];
  readonly clock: Clock;
  readonly select: Select;
}

export interface OfflineAnswer {
  readonly accepted: boolean;
  readonly text: string;
  readonly count: number;
  readonly state: RunState;
}

/**
 * Applies an intervention to a run that has no engine: folds its journal, appends, leaves. What is under
 * way at a site is only marked; the next engine acts on it. Throws Fenced | JournalFull.
 */
export async function applyOffline(
  options: OfflineOptions,
  arrival: Arrival,
): Promise<OfflineAnswer> {
  const { journal, clock } = options;
  const { state } = await foldJournal(journal, options.plan, options.rules);
  const recorded: Recorded[] = [];
  const apply = (event: RunEvent) => {
    const runMs = Math.max(state.runMs, clock.runMs());
    const record = { at: clock.wall().toISOString(), runMs, event };
    reduce(state, record);
    recorded.push(record);
  };
  for (const event of intervene(state, arrival, options.select)) apply(event);
  if (state.cancelled && isFinished(state)) apply({ kind: 'run.ended', state: 'cancelled' });
  await journal.append(recorded);
  const answer = state.interventions.get(arrival.id)?.answer;
  const open = state.attempts.size;
  const rest =
    open > 0 && state.cancelled ? `; ${open} are under way until the run is resumed` : '';
  return {
    accepted: answer?.accepted ?? false,
    text: `${answer?.text ?? ''}${rest}`,
    count: answer?.count ?? 0,
    state,
  };
}

function isFinished(state: RunState): boolean {
  const ended = state.ended.reduce((sum, count) => sum + count, 0);
  return ended === state.wiring.size && !['succeeded', 'failed', 'cancelled'].includes(state.run);
}
