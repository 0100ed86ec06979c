import type { Binder, Component, JsonValue, Result } from '../bind/binding.ts';
import { type Forecast, forecastPlan } from '../bind/forecast.ts';
import { stubValues } from '../bind/stub-values.ts';
import { locate } from '../plan/instance.ts';
import type { Plan } from '../plan/plan.ts';

/** A plan with its binder, ready to be compared: made from a `comparablePlan`. */
export interface Compared {
  readonly plan: Plan;
  readonly binder: Binder;
}

/** What a plan's instances are, as if all of them had run. */
export interface Baseline extends Compared {
  readonly forecast: Forecast;
  instanceOf(name: string): number | undefined;
  /** Instances with this fingerprint: several where they are equal in meaning. */
  withFingerprint(fingerprint: string): readonly number[];
  /** What an instance left, or what is taken for it. */
  resultOf(instance: number): Result;
  /** Undefined where it hinges on what is not known. */
  componentsOf(instance: number): readonly Component[] | undefined;
}

/**
 * The fingerprints of a whole plan: every instance is taken to have succeeded, with the values that a run
 * has made (`actual`) or else the zeros of their types. What reads such a value reads the same in both plans
 * as long as its maker is the same, so that zeros never make a difference.
 */
export async function baselineOf(
  { plan, binder }: Compared,
  actual: (instance: number) => Result | undefined,
): Promise<Baseline> {
  const results = new Map<number, Result>();
  const byFingerprint = new Map<string, number[]>();
  const byName = new Map<string, number>();
  for (const { first, count } of plan.steps) {
    for (let i = first; i < first + count; i++) byName.set(binder.name(i), i);
  }
  const forecast = await forecastPlan(plan, binder, {
    lookup(wanted) {
      for (const { instance, fingerprint } of wanted) {
        const made = assumedResult(plan, instance, fingerprint, actual(instance)?.values);
        results.set(instance, made);
        const equal = byFingerprint.get(fingerprint);
        if (equal) equal.push(instance);
        else byFingerprint.set(fingerprint, [instance]);
      }
      return new Map(wanted.map(({ instance }) => [instance, results.get(instance) as Result]));
    },
    intact: async (found) => found.map(() => true),
    previous: () => undefined,
  });
  return {
    plan,
    binder,
    forecast,
    instanceOf: (name) => byName.get(name),
    withFingerprint: (fingerprint) => byFingerprint.get(fingerprint) ?? [],
    resultOf: (instance) => results.get(instance) as Result,
    componentsOf(instance) {
      const binding = binder.bind(instance, forecast.standings);
      return binding.kind === 'ready' ? binding.components : undefined;
    },
  };
}

// --- Internal helpers ---

function assumedResult(
  plan: Plan,
  instance: number,
  fingerprint: string,
  values: Readonly<Record<string, JsonValue>> | undefined,
): Result {
  const { step: planned } = locate(plan, instance);
  const files = planned.step.outputs.map(({ name }) => ({ name, path: name, size: 0, mtimeMs: 0 }));
  return {
    fingerprint,
    directory: `/${instance}`,
    values: values ?? stubValues(plan, planned, () => 1).values,
    files,
  };
}
