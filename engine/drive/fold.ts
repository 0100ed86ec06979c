import type { Plan } from '../plan/plan.ts';
import type { Journal, StoredEvent } from '../ports.ts';
import type { RunEvent } from '../run/event.ts';
import { recount } from '../run/recount.ts';
import { reduce } from '../run/reduce.ts';
import type { StepRules } from '../run/rules.ts';
import { restore } from '../run/snapshot.ts';
import { emptyState, type RunState } from '../run/state.ts';

export interface Folded {
  readonly state: RunState;
  /** Sequence number of the last event; 0 if there is none. */
  readonly seq: number;
  /** Events since the last snapshot. */
  readonly since: number;
}

/** The state that a journal comes to: its last snapshot, if that can be read, and what follows. */
export async function foldJournal(
  journal: Pick<Journal, 'read' | 'latest'>,
  plan: Plan,
  rules: readonly StepRules[],
): Promise<Folded> {
  const snapshot = await journal.latest();
  const state = newState(plan, rules);
  const restored = snapshot !== undefined && restore(state, snapshot.state);
  let seq = restored ? snapshot.seq : 0;
  let since = 0;
  for await (const events of journal.read(seq + 1)) {
    for (const stored of events) {
      if (stored.seq <= seq) continue;
      apply(state, stored);
      seq = stored.seq;
      since++;
    }
  }
  return { state, seq, since };
}

/** A state with no event in it, counted. */
export function newState(plan: Plan, rules: readonly StepRules[]): RunState {
  const state = emptyState(plan, rules);
  recount(state);
  return state;
}

function apply(state: RunState, { at, runMs, event }: StoredEvent): void {
  reduce(state, { at, runMs, event: event as RunEvent });
}
