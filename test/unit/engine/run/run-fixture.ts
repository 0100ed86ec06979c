import { newState } from '../../../../engine/drive/fold.ts';
import { numberOf } from '../../../../engine/plan/instance.ts';
import type { Outcome } from '../../../../engine/ports.ts';
import type { RunEvent } from '../../../../engine/run/event.ts';
import { recount } from '../../../../engine/run/recount.ts';
import { reduce } from '../../../../engine/run/reduce.ts';
import { type RunState, stateOf } from '../../../../engine/run/state.ts';
import { smallShape } from '../../../simulator/tiny-binder.ts';
import { type TinyStep, tinyPlan } from '../../../simulator/tiny-plan.ts';

export const at = '2026-01-01T00:00:00.000Z';

/** A run that has begun, of steps in few words. */
export function runOf(...steps: readonly TinyStep[]): RunState {
  const { plan, rules } = tinyPlan(steps);
  const state = newState(plan, rules);
  apply(state, {
    kind: 'run.created',
    v: 1,
    workflow: 'tiny',
    sources: [],
    settings: { set: [] },
    planFingerprint: 'tiny',
    engineVersion: '0',
    policy: 'continue',
    site: 'local',
  });
  apply(state, { kind: 'run.started', epoch: 1, host: 'h', pid: 1 });
  return state;
}

export function apply(state: RunState, event: RunEvent, runMs = state.runMs): readonly number[] {
  return reduce(state, { at, runMs, event });
}

/** Submits an instance and ends its attempt; numbers are the instances of the plan. */
export function finish(
  state: RunState,
  instance: number,
  how: 'succeeded' | 'failed' | 'retried',
): void {
  const number = submit(state, instance);
  apply(state, {
    kind: 'attempt.ended',
    instance,
    number,
    outcome:
      how === 'succeeded'
        ? { kind: 'succeeded' }
        : { kind: 'failed', cause: { kind: 'exit', code: 1 } },
    usage: {},
    ...(how === 'retried' ? { again: { atMs: 0, resources: smallShape } } : {}),
  });
}

/** Ends the open attempt of an instance. */
export function end(
  state: RunState,
  instance: number,
  outcome: Outcome,
  number = state.instances.attempts[instance] ?? 0,
): void {
  apply(state, { kind: 'attempt.ended', instance, number, outcome, usage: {} });
}

export function submit(state: RunState, instance: number, fingerprint = `f${instance}`): number {
  const number = (state.instances.attempts[instance] ?? 0) + 1;
  apply(state, {
    kind: 'submission.intended',
    key: `braid-r-${state.submissionCount + 1}`,
    site: 'local',
    form: 'single',
    shape: smallShape,
    priority: 0,
    attempts: [{ instance, number, fingerprint, resources: smallShape }],
  });
  return number;
}

/** The states of all instances, step by step: `a: succeeded ready; b: waiting`. */
export function statesText(state: RunState): string {
  return state.plan.steps
    .map((step) => {
      const names = Array.from({ length: step.count }, (_, i) => stateOf(state, numberOf(step, i)));
      return `${step.step.name}: ${names.join(' ')}`;
    })
    .join('; ');
}

/** The counters, which counting anew must find the same. */
export function counters(state: RunState): unknown {
  const { instances, counts, ended, hardBlocked, mainOpen, closed } = state;
  const columns = [instances.state, instances.waits, counts, ended, hardBlocked];
  return [...columns.map((column) => [...column]), mainOpen, closed];
}

export function recounted(state: RunState): unknown {
  recount(state);
  return counters(state);
}
