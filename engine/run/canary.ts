import { numbersOf } from '../plan/instance.ts';
import type { RunEvent } from './event.ts';
import { toRanges } from './ranges.ts';
import { countOf, type RunState } from './state.ts';
import { isPending } from './states.ts';

/**
 * `policy { canary = n }`: `go` for what may begin; `wait` while the first n of its step are under way;
 * `doomed` once all of these have failed, since the others would most likely fail alike.
 */
export type CanaryVerdict = 'go' | 'wait' | 'doomed';

/**
 * For an instance that is ready. The first n are those that begin first (plan order within a priority), so
 * that none waits for an earlier one whose inputs are late. `granted`: how many of the step are given out in
 * this decision and not yet in the state. A retry after a failure is of one that has begun.
 */
export function canaryVerdict(state: RunState, instance: number, granted: number): CanaryVerdict {
  const step = state.wiring.stepOf[instance] ?? 0;
  const canaries = state.rules[step]?.canary ?? 0;
  if (canaries === 0 || (state.plan.steps[step]?.count ?? 0) <= canaries) return 'go';
  if (state.again.has(instance)) return 'go';
  const succeeded = countOf(state, step, 'succeeded');
  const retrying = retryingOf(state, step);
  const ended = succeeded + countOf(state, step, 'failed');
  const underWay =
    countOf(state, step, 'submitted') + countOf(state, step, 'running') + retrying + granted;
  if (ended < canaries) return ended + underWay < canaries ? 'go' : 'wait';
  if (succeeded > 0) return 'go';
  return underWay > 0 ? 'wait' : 'doomed';
}

/** How many instances of a step are to be tried again. */
export function retryingOf(state: RunState, step: number): number {
  if ((state.rules[step]?.canary ?? 0) === 0) return 0;
  let count = 0;
  for (const instance of state.again.keys()) if (state.wiring.stepOf[instance] === step) count++;
  return count;
}

/** All of a step that has not begun is given up: its first instances have all failed. */
export function giveUpStep(state: RunState, step: number): RunEvent | undefined {
  const planned = state.plan.steps[step];
  const left: number[] = [];
  for (const i of planned ? numbersOf(planned) : []) {
    if (isPending[state.instances.state[i] ?? 0]) left.push(i);
  }
  if (left.length === 0) return undefined;
  const { canary = 0 } = state.rules[step] ?? {};
  const which = canary === 1 ? 'the first instance' : `the first ${canary} instances`;
  return {
    kind: 'instance.cancelled',
    instances: toRanges(left),
    because: `${which} of \`${planned?.step.name ?? ''}\` failed (policy canary)`,
  };
}

/** What instances that wait for the first of their step are parked under. */
export function canaryName(step: number): string {
  return `canary ${step}`;
}
