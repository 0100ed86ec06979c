import { flag, hasFlag, isExceeded, move, type RunState, setFlag, stateOf } from './state.ts';
import { isOpen, isPending } from './states.ts';
import type { AfterRule } from './wiring.ts';

/** How an instance stands for a link: not known, a result, absent, or a failure that blocks. */
export type Standing = 'open' | 'present' | 'absent' | 'blocks';

/** Instances that have ended and whose dependants have not been told; and all that changed. */
export interface Wave {
  readonly ended: number[];
  readonly touched: number[];
  /** Steps of which the last row was expanded, so that their failures may have a standing. */
  readonly steps: number[];
}

export function standingOf(state: RunState, instance: number, immediate: boolean): Standing {
  switch (stateOf(state, instance)) {
    case 'succeeded':
      return 'present';
    case 'skipped':
    case 'retired':
      return 'absent';
    case 'blocked':
      return hasFlag(state, instance, flag.absent) ? 'absent' : 'blocks';
    case 'cancelled':
      return 'blocks';
    case 'failed': {
      const step = state.wiring.stepOf[instance] ?? 0;
      if (state.spoiled.has(instance) || isExceeded(state, step)) return 'blocks';
      return immediate || isSettled(state, step) ? 'absent' : 'open';
    }
    default:
      return 'open';
  }
}

/** All its instances are known and have ended. */
export function isSettled(state: RunState, step: number): boolean {
  const growing = (state.fan?.pending[step] ?? 0) > 0;
  return !growing && state.ended[step] === state.plan.steps[step]?.count;
}

/** One link of an instance is decided. What is absent is for the binder to judge. */
export function resolve(
  state: RunState,
  consumer: number,
  standing: Exclude<Standing, 'open'>,
  wave: Wave,
): void {
  state.instances.waits[consumer]!--;
  if (standing === 'blocks') block(state, consumer, wave, true);
  else wakeUp(state, consumer, wave);
}

/** Ready, if nothing is left to wait for. */
export function wakeUp(state: RunState, instance: number, wave: Wave): void {
  if (state.instances.waits[instance] !== 0 || stateOf(state, instance) !== 'waiting') return;
  move(state, instance, 'satisfy');
  wave.touched.push(instance);
}

/** `hard`: it fails the run, unlike one that is blocked only by what is absent. */
export function block(state: RunState, instance: number, wave: Wave, hard: boolean): void {
  const at = state.instances.state[instance] ?? 0;
  // What is under way stands; but it is not tried again.
  if (isOpen[at]) state.doomed.set(instance, hard);
  if (!isPending[at]) return;
  move(state, instance, 'block');
  setFlag(state, instance, flag.absent, !hard);
  if (hard) state.hardBlocked[state.wiring.stepOf[instance] ?? 0]!++;
  wave.ended.push(instance);
  wave.touched.push(instance);
}

/** Its `after` can no longer hold, or its `when` is false. */
export function skip(state: RunState, instance: number, wave: Wave): void {
  if (!isPending[state.instances.state[instance] ?? 0]) return;
  move(state, instance, 'skip');
  wave.ended.push(instance);
  wave.touched.push(instance);
}

/** Whether the end of an instance is one that an `after` asks for. */
export function agrees(state: RunState, rule: AfterRule, instance: number): boolean {
  return rule.statuses.has('finished') || rule.statuses.has(stateOf(state, instance));
}

/** 0 fine, 1 absent but not by its own will, 2 of the kind that fails the run. */
export function badness(state: RunState, instance: number): number {
  const name = stateOf(state, instance);
  if (name !== 'failed' && name !== 'blocked' && name !== 'cancelled') return 0;
  return standingOf(state, instance, true) === 'blocks' ? 2 : 1;
}
