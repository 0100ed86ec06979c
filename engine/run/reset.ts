import type { Result } from '../bind/binding.ts';
import type { Wave } from './standing.ts';
import { flag, hasFlag, move, type OwnResult, type RunState, stateOf } from './state.ts';
import { isEnded } from './states.ts';

/** One that has ended waits again, held if somebody holds it; what it left may be found again by its fingerprint. */
export function resetInstance(state: RunState, instance: number, wave: Wave): void {
  if (!isEnded[state.instances.state[instance] ?? 0]) return;
  if (stateOf(state, instance) === 'retired') return;
  bringBack(state, instance, wave);
}

/** One that has not ended waits with fresh budgets; held, if somebody holds it. */
export function resetPending(state: RunState, instance: number, wave: Wave): void {
  clear(state, instance);
  move(state, instance, 'reset');
  wave.touched.push(instance);
}

/** One that was retired waits again, since its key is there again; held, if somebody holds it. */
export function bringBack(state: RunState, instance: number, wave: Wave): void {
  clear(state, instance);
  state.instances.flags[instance]! &= flag.undone | flag.fresh | flag.held;
  move(state, instance, 'reset');
  if (hasFlag(state, instance, flag.held)) move(state, instance, 'hold');
  wave.touched.push(instance);
}

/** Fresh budgets, and nothing that came of it. */
function clear(state: RunState, instance: number): void {
  const result = state.own.get(instance) ?? state.borrowed.get(instance);
  if (result) keepFormer(state, instance, result);
  state.own.delete(instance);
  state.borrowed.delete(instance);
  state.failures.delete(instance);
  state.causes.delete(instance);
  state.again.delete(instance);
  state.reasons.delete(instance);
  state.spoiled.delete(instance);
  state.instances.charged[instance] = 0;
}

/** What an earlier former result was found by is remembered: a roll-back takes that back as well. */
function keepFormer(state: RunState, instance: number, result: OwnResult | Result): void {
  const before = state.former.get(instance)?.fingerprint;
  state.former.set(instance, result);
  if (before === undefined || before === result.fingerprint) return;
  const past = state.past.get(instance) ?? [];
  if (!past.includes(before)) state.past.set(instance, [...past, before]);
}
