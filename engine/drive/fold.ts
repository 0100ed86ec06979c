import { openingDiagnostic } from '../journal/sqlite-error.ts';
import { BadEvent, JournalUnreadable } from '../journal/unreadable.ts';
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

/**
 * The state that a journal comes to: its last snapshot, if that can be read, and what follows. Throws
 * `JournalUnreadable` where an event cannot be used: a run is not driven by half of what happened. With `known`
 * it goes on from there, with that state.
 */
export async function foldJournal(
  journal: Pick<Journal, 'read' | 'latest' | 'path'>,
  plan: Plan,
  rules: readonly StepRules[],
  known?: Folded,
): Promise<Folded> {
  const { state, seq: first, since: before } = known ?? (await startOf(journal, plan, rules));
  let seq = first;
  let since = before;
  try {
    for await (const events of journal.read(seq + 1)) {
      for (const stored of events) {
        if (stored.seq <= seq) continue;
        apply(state, stored);
        seq = stored.seq;
        since++;
      }
    }
  } catch (error) {
    const diagnostic = openingDiagnostic(journal.path ?? 'journal', error);
    throw diagnostic === undefined ? error : new JournalUnreadable(diagnostic, error);
  }
  return { state, seq, since };
}

async function startOf(
  journal: Pick<Journal, 'latest'>,
  plan: Plan,
  rules: readonly StepRules[],
): Promise<Folded> {
  const snapshot = await journal.latest();
  const state = newState(plan, rules);
  const restored = snapshot !== undefined && restore(state, snapshot.state);
  return { state, seq: restored ? snapshot.seq : 0, since: 0 };
}

/** A state with no event in it, counted. */
export function newState(plan: Plan, rules: readonly StepRules[]): RunState {
  const state = emptyState(plan, rules);
  recount(state);
  return state;
}

/** Throws `BadEvent` where an event is none, or does not fit what is before it. */
function apply(state: RunState, { seq, at, runMs, event }: StoredEvent): void {
  try {
    reduce(state, { at, runMs, event: event as RunEvent });
  } catch (error) {
    const reason = `\`${event.kind}\` does not fit what is before it (${(error as Error).message})`;
    throw new BadEvent(seq, reason, error);
  }
}
