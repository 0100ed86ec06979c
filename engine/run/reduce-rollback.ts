import type { AttemptEnded, RunEvent } from './event.ts';
import { withFollowers } from './followers.ts';
import { madeAnew } from './made-anew.ts';
import { eachOf } from './ranges.ts';
import { recount } from './recount.ts';
import { resetInstance, resetPending } from './reset.ts';
import type { Wave } from './standing.ts';
import { reopen, startAnew } from './start-anew.ts';
import { causeWord, flag, hasFlag, move, type RunState, setFlag, stateOf } from './state.ts';
import { instanceMachine, isPending, next } from './states.ts';

type Of<P extends string> = Extract<RunEvent, { kind: P }>;

/**
 * A roll-back: while it goes on its instances stay as they ended, and nothing but their `undo` begins. At its
 * end they wait to be made anew; where it stopped, what was taken back is cancelled, until a person decides.
 */
export function reduceRollback(
  state: RunState,
  event: Of<'rollback.begun' | 'rollback.ended'>,
  wave: Wave,
): void {
  if (event.kind === 'rollback.begun') begin(state, event);
  else if (state.rollback?.id === event.id) end(state, event, wave);
}

function begin(state: RunState, event: Of<'rollback.begun'>): void {
  if (state.rollback?.id === event.id || state.rolledBack.has(event.id)) return;
  reopen(state);
  const { id, instances, undo, chosen } = event;
  state.rollback = { id, instances, undo, chosen, ...(event.with ? { with: event.with } : {}) };
}

function end(state: RunState, event: Of<'rollback.ended'>, wave: Wave): void {
  const { rollback } = state;
  if (!rollback) return;
  const anew = madeAnew(state, rollback);
  state.rollback = undefined;
  state.rolledBack.set(event.id, event.state);
  const all = new Set(eachOf(rollback.instances));
  if (event.state === 'succeeded') {
    for (const i of rollback.with ? eachOf(rollback.chosen) : []) {
      state.overrides.set(i, { ...state.overrides.get(i), ...rollback.with });
    }
    for (const i of all) takeBack(state, i, anew, wave);
    startAnew(state, wave);
    return;
  }
  if (event.instance !== undefined) spoil(state, event.instance, event.text ?? '', wave);
  const undone = [...all].filter((i) => hasFlag(state, i, flag.undone));
  const because = 'the roll-back that took it back stopped';
  for (const i of withFollowers(state, undone, (other) => all.has(other))) {
    if (state.spoiled.has(i)) continue;
    takeBack(state, i, anew, wave);
    move(state, i, 'cancel');
    state.reasons.set(i, because);
  }
  state.generation++;
  for (const instance of recount(state)) wave.touched.push(instance);
}

/** What it left counts no more, neither here nor from another run; or only by its fingerprint. */
function takeBack(state: RunState, instance: number, anew: ReadonlySet<number>, wave: Wave): void {
  if (isPending[state.instances.state[instance] ?? 0]) resetPending(state, instance, wave);
  else resetInstance(state, instance, wave);
  if (!anew.has(instance)) return;
  state.former.delete(instance);
  state.past.delete(instance);
  setFlag(state, instance, flag.fresh, true);
}

/** Its undo failed: nobody can say what is left of it, so it blocks whatever its step tolerates. */
function spoil(state: RunState, instance: number, text: string, wave: Wave): void {
  state.spoiled.set(instance, text);
  state.own.delete(instance);
  state.borrowed.delete(instance);
  setFlag(state, instance, flag.reused, false);
  const number = state.instances.attempts[instance] ?? 0;
  const cause = state.failures.get(instance)?.cause ?? { kind: 'infrastructure' };
  state.failures.set(instance, { number, cause, text });
  state.again.delete(instance);
  if (next(instanceMachine, stateOf(state, instance), 'spoil')) move(state, instance, 'spoil');
  wave.touched.push(instance);
}

/** The end of an attempt that ran an `undo`: the instance itself stays as it is. */
export function endUndo(state: RunState, event: AttemptEnded, wave: Wave): void {
  const { instance, number, outcome } = event;
  wave.touched.push(instance);
  if (outcome.kind === 'succeeded') {
    setFlag(state, instance, flag.undone, true);
    state.spoiled.delete(instance);
    state.failures.delete(instance);
  } else if (outcome.kind === 'failed') {
    const word = causeWord(outcome.cause);
    const causes = state.causes.get(instance) ?? {};
    state.causes.set(instance, { ...causes, [word]: (causes[word] ?? 0) + 1 });
    if (event.again) return;
    state.failures.set(instance, { number, cause: outcome.cause, text: 'its undo failed' });
    if (state.rollback) state.rollback = { ...state.rollback, failed: instance };
  }
}
