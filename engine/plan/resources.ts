import { type Expression, evaluate, globalValue, NeedFile, type Value } from '../../dsl/index.ts';
import { times } from './bounds.ts';
import { namesIn } from './context.ts';
import type { Bounds, Plan, PlannedStep } from './plan.ts';
import { cursorOver } from './rows.ts';

/**
 * What the instances of a step ask for, as far as the plan can say: null where it is not written, or
 * hangs on values that only the run knows. `min` and `max` are over the instances.
 */
export interface StepResources {
  readonly cpus: Bounds | null;
  readonly memoryBytes: Bounds | null;
  readonly timeMs: Bounds | null;
  /** Of all instances: cpus times the time they may take. */
  readonly coreHours: Bounds | null;
}

const secondsPerHour = 3600;

export function resourcesOf(plan: Plan, step: PlannedStep): StepResources {
  const cpus = step.step.resources.has('cpus') ? amounts(plan, step, 'cpus') : [1];
  const time = amounts(plan, step, 'time');
  return {
    cpus: rangeOf(cpus),
    memoryBytes: rangeOf(amounts(plan, step, 'memory')),
    timeMs: rangeOf(time?.map((seconds) => seconds * 1000)),
    coreHours: cpus && time ? coreHours(step, cpus, time) : null,
  };
}

/** What the instances of a step ask for of one resource: bytes, seconds or counts; null if not known. */
export function amountsAsked(
  plan: Plan,
  step: PlannedStep,
  resource: 'cpus' | 'memory' | 'time' | 'disk' | 'gpus',
): Bounds | null {
  return rangeOf(amounts(plan, step, resource));
}

function coreHours(step: PlannedStep, cpus: readonly number[], time: readonly number[]): Bounds {
  const at = (list: readonly number[], row: number) => list[list.length === 1 ? 0 : row] ?? 0;
  if (cpus.length === 1 && time.length === 1) {
    const each = (at(cpus, 0) * at(time, 0)) / secondsPerHour;
    const skipped = step.skipped?.reduce((sum, one) => sum + one, 0) ?? 0;
    const count = { min: step.bounds.min - skipped, max: step.bounds.max - skipped };
    return times(count, { min: each, max: each });
  }
  let total = 0;
  for (let row = 0; row < step.count; row++) {
    if (!step.skipped?.[row]) total += at(cpus, row) * at(time, row);
  }
  return { min: total / secondsPerHour, max: total / secondsPerHour };
}

/** One amount for all instances, or one each; undefined where the plan cannot say. */
function amounts(plan: Plan, step: PlannedStep, name: string): readonly number[] | undefined {
  const expression = step.step.resources.get(name);
  if (!expression) return undefined;
  const { lets, inputs, outputs } = step.step;
  const names = namesIn(expression, lets);
  const ofRun = [...inputs, ...outputs].some((value) => names.has(value.name));
  if (ofRun || lets.some((l) => l.phase === 'run' && names.has(l.name))) return undefined;
  const cursor = cursorOver({ ...step, count: step.count });
  const scatter = [...step.keys.map((k) => k.dimension), ...step.variables.map((v) => v.variable)];
  const dynamic = step.step.generators.flatMap((g) => (g.variable ? [g.variable] : []));
  const varies = [...scatter, ...dynamic].some((each) => names.has(each));
  if (varies && step.dynamic) return undefined;
  const found: number[] = [];
  for (const count = varies ? step.count : 1; cursor.row < count; cursor.row++) {
    const amount = amountAt(plan, step, expression, (n) => cursor.lookup(n));
    if (amount === undefined) return undefined;
    found.push(amount);
  }
  return found;
}

function amountAt(
  plan: Plan,
  step: PlannedStep,
  expression: Expression,
  lookup: (name: string) => Value | undefined,
): number | undefined {
  const scope = {
    typeOf: plan.program.typeOf,
    lookup(name: string): Value | undefined {
      const own = lookup(name);
      const found = own === undefined ? globalValue(name, plan.globals, plan.program.types) : own;
      const inner = found === undefined ? step.step.lets.find((l) => l.name === name) : undefined;
      if (!inner) return found;
      const value = evaluate(inner.value, scope);
      return value.ok ? value.value : undefined;
    },
  };
  const evaluated = tryValue(expression, scope);
  if (typeof evaluated === 'number') return evaluated;
  const isQuantity = typeof evaluated === 'object' && evaluated !== null && 'amount' in evaluated;
  return isQuantity ? evaluated.amount : undefined;
}

type Scope = Parameters<typeof evaluate>[1];

function tryValue(expression: Expression, scope: Scope): Value | undefined {
  try {
    const evaluated = evaluate(expression, scope);
    return evaluated.ok ? evaluated.value : undefined;
  } catch (problem) {
    if (problem instanceof NeedFile) return undefined;
    throw problem;
  }
}

function rangeOf(amount: readonly number[] | undefined): Bounds | null {
  if (!amount || amount.length === 0) return null;
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const each of amount) {
    min = Math.min(min, each);
    max = Math.max(max, each);
  }
  return { min, max };
}
