import type { Diagnostic, Generator, Key, Scope, Step, Value } from '../../dsl/index.ts';
import { elementsOf } from '../plan/elements.ts';
import type { OpenRow, Plan, Stage } from '../plan/plan.ts';
import { columnOf, keyAt } from '../plan/rows.ts';
import type { Expansion } from './binding.ts';
import type { FanValues } from './fan-values.ts';
import { compute, Invalid, Unsettled } from './unsettled.ts';

/**
 * What the stage of a row comes to, its sources being there: the new keys of each element in key order,
 * those that a condition leaves out aside. Dimensions that the row has already only restrict.
 */
export function expandRow(plan: Plan, values: FanValues, row: OpenRow): Expansion {
  const planned = plan.steps[row.step];
  const stage = planned?.fan?.stages[row.stage];
  if (!planned || !stage) throw new Error(`row ${row.id} has no stage to expand`);
  try {
    return stage.generator
      ? elementsFor(planned.step, stage, stage.generator, values, row)
      : { kind: 'rows', dimensions: [], keys: [], at: holds(stage, values.scope(row)) ? [0] : [] };
  } catch (problem) {
    if (problem instanceof Invalid) return { kind: 'invalid', diagnostic: problem.diagnostic };
    if (!(problem instanceof Unsettled)) throw problem;
    throw new Error(`row ${row.id} was to be expanded, but: ${problem.because}`);
  }
}

// --- Internal helpers ---

function elementsFor(
  step: Step,
  stage: Stage,
  generator: Generator,
  values: FanValues,
  row: OpenRow,
): Expansion {
  const list = values.current(row);
  const { rows, duplicate } = elementsOf(generator, step, list);
  if (duplicate !== undefined) throw new Invalid(repeated(generator, duplicate));
  const dimensions = generator.dimensions.filter((d) => !row.keys.has(d));
  const known = generator.dimensions.filter((d) => row.keys.has(d));
  const columns = dimensions.map((d) => columnOf(rows, d));
  const keys: Key[][] = dimensions.map(() => []);
  const at: number[] = [];
  const positions = rows.variables[0]?.codes;
  const seen = new Set<string>();
  for (let n = 0; n < rows.count; n++) {
    if (known.some((d) => keyAt(columnOf(rows, d), n) !== row.keys.get(d))) continue;
    const own = columns.map((column) => keyAt(column, n));
    const position = positions ? positions[n]! : n;
    if (stage.where) {
      const element = positions ? (list[position] ?? null) : null;
      const names = namesOf(generator, step, dimensions, own, element);
      if (!holds(stage, values.scope(row, names))) continue;
    }
    // Of rows that differ only in what restricts, one is left.
    const text = JSON.stringify(own);
    if (seen.has(text)) continue;
    seen.add(text);
    at.push(position);
    for (const [d, key] of own.entries()) keys[d]!.push(key);
  }
  return { kind: 'rows', dimensions, keys, at };
}

function namesOf(
  generator: Generator,
  step: Step,
  dimensions: readonly string[],
  keys: readonly Key[],
  element: Value,
): ReadonlyMap<string, Value> {
  const names = new Map<string, Value>(dimensions.map((dimension, d) => [dimension, keys[d]!]));
  const { variable } = generator;
  const isKey = step.dimensions.some((d) => d.name === variable && !d.positional);
  if (variable !== undefined && !isKey) names.set(variable, element);
  return names;
}

function holds({ where }: Stage, scope: Scope): boolean {
  return where === undefined || compute(where, scope) === true;
}

function repeated(generator: Generator, key: string): Diagnostic {
  return {
    code: 'E0702',
    severity: 'error',
    message: `the key ${key} stands there twice`,
    span: generator.span,
    label: 'keys must be different: each names one instance',
  };
}
