import { type Key, keyText, instanceName as nameOf } from '../../dsl/index.ts';
import { grownOrdinal } from './growth.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { keyAt } from './rows.ts';

/** Where an instance stands: its step and its place there. */
export interface Place {
  readonly step: PlannedStep;
  readonly ordinal: number;
}

/** The step and ordinal of an instance of the plan; throws for a number that is none of it. */
export function locate(plan: Plan, instance: number): Place {
  if (plan.growth && instance >= plan.growth.first) return locateGrown(plan, plan.growth, instance);
  // The last step that starts at or before it, and has instances.
  let low = 0;
  let high = plan.steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (plan.steps[middle]!.first <= instance) low = middle + 1;
    else high = middle;
  }
  for (let at = low - 1; at >= 0; at--) {
    const step = plan.steps[at]!;
    if (step.count === 0) continue;
    const ordinal = instance - step.first;
    if (ordinal >= 0 && ordinal < step.count) return { step, ordinal };
    break;
  }
  throw new Error(`the plan has no instance ${instance}`);
}

function locateGrown(plan: Plan, growth: NonNullable<Plan['growth']>, instance: number): Place {
  const at = instance - growth.first;
  const step = at < growth.count ? plan.steps[growth.stepOf[at] ?? 0] : undefined;
  if (!step) throw new Error(`the plan has no instance ${instance}`);
  return { step, ordinal: growth.ordinalOf[at] ?? 0 };
}

/** The number of an instance by its place. */
export function numberOf(step: PlannedStep, ordinal: number): number {
  return step.numbers ? (step.numbers[ordinal] ?? -1) : step.first + ordinal;
}

/** The numbers of all instances of a step, by ordinal. */
export function* numbersOf(step: PlannedStep): Generator<number> {
  for (let ordinal = 0; ordinal < step.count; ordinal++) yield numberOf(step, ordinal);
}

/** The keys of an instance, in the order of its step's dimensions. */
export function keysOf(plan: Plan, instance: number): readonly Key[] {
  const { step, ordinal } = locate(plan, instance);
  return keysAt(step, ordinal);
}

/** `phosim[visit=230, sensor=R22_S11]` */
export function instanceName(plan: Plan, instance: number): string {
  const { step, ordinal } = locate(plan, instance);
  return nameAt(step, ordinal);
}

/** The same, of a place in a step. */
export function nameAt(step: PlannedStep, ordinal: number): string {
  const dimensions = step.keys.map(({ dimension }) => dimension);
  return nameOf(step.step.name, dimensions, keysAt(step, ordinal), step.step.calls);
}

/** `visit=230, sensor=R22_S11`; empty without dimensions. */
export function keysText(step: PlannedStep, ordinal: number): string {
  const keys = keysAt(step, ordinal);
  return step.keys.map((column, at) => `${column.dimension}=${keyText(keys[at]!)}`).join(', ');
}

function keysAt(step: PlannedStep, ordinal: number): readonly Key[] {
  return step.keys.map((column) => keyAt(column, ordinal));
}

/**
 * The number of the instance with these keys (in the order of the step's dimensions), undefined if there
 * is none. Instances stand in key order: each key halves what is left.
 */
export function instanceAt(plan: Plan, step: string, keys: readonly Key[]): number | undefined {
  const planned = plan.steps.find((s) => s.step.name === step);
  if (!planned || keys.length !== planned.keys.length) return undefined;
  if (planned.numbers) {
    const ordinal = grownOrdinal(planned, keys);
    return ordinal === undefined ? undefined : numberOf(planned, ordinal);
  }
  let low = 0;
  let high = planned.count;
  for (const [at, { values, codes }] of planned.keys.entries()) {
    const code = codesOf(values).get(keys[at]!);
    if (code === undefined) return undefined;
    const start = firstAtLeast(codes, low, high, code);
    high = firstAtLeast(codes, start, high, code + 1);
    low = start;
  }
  return high > low ? planned.first + low : undefined;
}

const codes = new WeakMap<readonly Key[], ReadonlyMap<Key, number>>();

function codesOf(values: readonly Key[]): ReadonlyMap<Key, number> {
  let known = codes.get(values);
  if (!known) {
    known = new Map(values.map((value, code) => [value, code]));
    codes.set(values, known);
  }
  return known;
}

function firstAtLeast(codes: Uint32Array, from: number, to: number, code: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (codes[middle]! < code) low = middle + 1;
    else high = middle;
  }
  return low;
}
