import { numbersOf } from '../plan/instance.ts';
import { recount } from './recount.ts';
import { resetInstance } from './reset.ts';
import type { Wave } from './standing.ts';
import { type RunState, stateOf } from './state.ts';
import { isEnded, next, runMachine } from './states.ts';

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
  state.fan?.dropped.clear();
  state.generation++;
  for (const instance of recount(state)) wave.touched.push(instance);
}

/** A run that had ended waits for an engine. */
export function reopen(state: RunState): void {
  if (!runMachine[state.run].ended) return;
  state.run = next(runMachine, state.run, 'reopen') ?? state.run;
  state.cancelled = false;
}
