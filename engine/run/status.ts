import { instanceName } from '../../dsl/index.ts';
import type { Binder } from '../bind/binding.ts';
import type { Cause } from '../ports.ts';
import { isHeld } from './fan-out/expand-rows.ts';
import { countOf, type RunState, stepIndexOf, toleratedOf } from './state.ts';
import { type InstanceState, instanceStates, type RunStateName } from './states.ts';

/** `succeeded` does not count those `reused`. */
export type StepStatus = {
  readonly name: string;
  readonly total: number;
  readonly reused: number;
  /** More instances may come: fan-out at run time has not told all yet. */
  readonly growing?: true;
} & {
  readonly [S in InstanceState]: number;
};

/** What `status --json` says of a run, its id and workflow aside. */
export interface RunStatus {
  readonly state: RunStateName;
  readonly steps: readonly StepStatus[];
  /** Wall times as ISO text. */
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
}

export function statusOf(state: RunState): RunStatus {
  return {
    state: state.run,
    steps: state.plan.steps.map((step) => {
      const counts = instanceStates.map((name) => [name, countOf(state, step.index, name)]);
      const reused = state.reused[step.index] ?? 0;
      const byState = Object.fromEntries(counts) as Record<InstanceState, number>;
      const succeeded = byState.succeeded - reused;
      const growing = (state.fan?.pending[step.index] ?? 0) > 0 ? ({ growing: true } as const) : {};
      const { name } = step.step;
      return { name, total: step.count, ...byState, succeeded, reused, ...growing };
    }),
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
  };
}

/** An attempt of which too little is heard. */
export interface SuspectView {
  readonly instance: string;
  /** Number of the attempt. */
  readonly attempt: number;
  readonly site: string;
  /** Wall time as ISO text. */
  readonly since: string;
  readonly why: string;
}

/** What is under way and suspect, longest first: shown before anything is done about it. */
export function suspectsOf(state: RunState, binder: Pick<Binder, 'name'>): SuspectView[] {
  const found: SuspectView[] = [];
  for (const { instance, number: attempt, key, suspicion } of state.attempts.values()) {
    if (!suspicion) continue;
    const { since, text: why } = suspicion;
    const site = state.submissions.get(key)?.site ?? '';
    found.push({ instance: binder.name(instance), attempt, site, since, why });
  }
  return found.sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0));
}

export interface FailureView {
  readonly instance: number;
  readonly name: string;
  readonly step: string;
  /** Number of the attempt; 0 where none was made. */
  readonly attempt: number;
  readonly cause: Cause;
  readonly text: string | undefined;
  /** Within its step's budget, or to be tried again. */
  readonly standing: 'failed' | 'tolerated' | 'tried again';
}

/** What failed, in plan order. */
export function failuresOf(state: RunState, binder: Pick<Binder, 'name'>): FailureView[] {
  return [...state.failures.entries()]
    .sort(([a], [b]) => a - b)
    .map(([instance, { number, cause, text }]) => {
      const step = stepIndexOf(state, instance);
      const hasEnded = instanceStates[state.instances.state[instance] ?? 0] === 'failed';
      const tolerated = countOf(state, step, 'failed') <= toleratedOf(state, step);
      return {
        instance,
        name: binder.name(instance),
        step: state.plan.steps[step]?.step.name ?? '',
        attempt: number,
        cause,
        text,
        standing: !hasEnded
          ? 'tried again'
          : tolerated && !state.spoiled.has(instance)
            ? 'tolerated'
            : 'failed',
      };
    });
}

/** What stands in the way of fan-out at run time, for people: rows without a value, a run grown too large. */
export function growthProblems(state: RunState): readonly string[] {
  const { fan, plan } = state;
  if (!fan) return [];
  const faults = [...fan.faults].flatMap(([id, { text }]) => {
    const row = fan.growing.rows[id];
    const step = row && plan.steps[row.step];
    if (!step || fan.rows[id]?.standing !== 'dead') return [];
    const name = instanceName(step.step.name, [...row.keys.keys()], [...row.keys.values()]);
    return [`${name} cannot fan out: ${text}`];
  });
  if (!isHeld(state)) return faults;
  return [...faults, `it would grow to ${fan.held} instances: \`braid release RUN\` lets it`];
}
