import { numbersOf } from '../plan/instance.ts';
import { recount } from './recount.ts';
import type { Wave } from './standing.ts';
import { flag, move, type RunState, stateOf } from './state.ts';
import { isEnded, next, runMachine } from './states.ts';

/** One that has ended waits again; what it left may be found again by its fingerprint. */
export function resetInstance(state: RunState, instance: number, wave: Wave): void {
  if (!isEnded[state.instances.state[instance] ?? 0]) return;
  if (stateOf(state, instance) === 'retired') return;
  const result = state.own.get(instance) ?? state.borrowed.get(instance);
  if (result) state.former.set(instance, result);
  state.own.delete(instance);
  state.borrowed.delete(instance);
  state.failures.delete(instance);
  state.causes.delete(instance);
  state.again.delete(instance);
  state.reasons.delete(instance);
  state.spoiled.delete(instance);
  state.instances.charged[instance] = 0;
  state.instances.flags[instance]! &= flag.undone | flag.fresh;
  move(state, instance, 'reset');
  wave.touched.push(instance);
}

/** After some were reset: what is blocked and, with anything before them, the closing steps begin anew too. */
export function startAnew(state: RunState, wave: Wave): void {
  for (const step of state.plan.steps) {
    const closing = state.wiring.closing[step.index] === 1;
    for (const i of numbersOf(step)) {
      const name = stateOf(state, i);
      if (name === 'blocked') resetInstance(state, i, wave);
      else if (closing && isEnded[state.instances.state[i] ?? 0]) resetInstance(state, i, wave);
    }
  }
  reopen(state);
  state.generation++;
  for (const instance of recount(state)) wave.touched.push(instance);
}

/** A run that had ended waits for an engine. */
export function reopen(state: RunState): void {
  if (!runMachine[state.run].ended) return;
  state.run = next(runMachine, state.run, 'reopen') ?? state.run;
  state.cancelled = false;
}
