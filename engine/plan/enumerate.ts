import {
  type Expression,
  type Generator,
  hasErrors,
  type Span,
  type Step,
  type Value,
} from '../../dsl/index.ts';
import { type Context, evaluator, meaningOf, namesIn } from './context.ts';
import { type Elements, elementsOf, isTable } from './elements.ts';
import { formatCount } from './format.ts';
import { memberRows } from './members.ts';
import type { KeyColumn } from './plan.ts';
import { extendRows, joinRows, product } from './product.ts';
import { cursorOver, largestPlan, namesOf, noRows, oneRow, type Rows, selectRows } from './rows.ts';
import { sortOrder } from './tuples.ts';

/**
 * The instances that the plan knows of `step`: those of its generators whose elements are known; of a
 * dynamic step, the part before its first dynamic generator that dynamic ones then multiply. Sorted by
 * key order in the order of the step's dimensions.
 */
export function enumerateStep(context: Context, step: Step): Rows {
  const { generators, dimensions, where } = step;
  const known = generators.map(({ source, form, variable, dynamic }) => [
    source,
    form,
    variable,
    dynamic !== undefined,
  ]);
  // Steps with the same `for each` share their columns, which later makes their relations free.
  const meaning = meaningOf([known, dimensions, where, step.lets.map((l) => [l.name, l.value])]);
  let rows = context.clauses.get(meaning);
  if (!rows) {
    rows = enumerate(context, step);
    context.clauses.set(meaning, rows);
  }
  return rows;
}

function enumerate(context: Context, step: Step): Rows {
  let rows: Rows = oneRow;
  let pending = step.where?.phase === 'plan' ? conjuncts(step.where.expression) : [];
  let emptiedBy: Span | undefined;
  for (const generator of staticGenerators(step)) {
    rows = addGenerator(context, step, generator, rows);
    const own = ownConditions(step, generator);
    if (rows.count === 0) {
      emptiedBy ??= own.length > 0 ? step.where?.expression.span : generator.source.span;
    }
    pending = pending.filter((condition) => !own.includes(condition));
    const bound = pending.filter((condition) => isBound(step, condition, rows));
    pending = pending.filter((condition) => !bound.includes(condition));
    for (const condition of bound) rows = filterRows(context, step, condition, rows);
    if (rows.count === 0) emptiedBy ??= step.where?.expression.span;
  }
  if (emptiedBy) reportEmpty(context, step, emptiedBy);
  return arrange(context, step, rows);
}

/** W0809: most often a table that was not filled, or a condition that nothing fulfils. */
function reportEmpty(context: Context, step: Step, emptiedBy: Span): void {
  if (hasErrors(context.report.diagnostics)) return;
  const isCondition = emptiedBy === step.where?.expression.span;
  context.report.add({
    code: 'W0809',
    severity: 'warning',
    message: `\`${step.name}\` has no instances`,
    span: emptiedBy,
    label: isCondition ? 'this leaves none' : 'this has no elements',
    labels: [{ span: step.span, text: 'so this step does nothing' }],
  });
}

function addGenerator(context: Context, step: Step, generator: Generator, rows: Rows): Rows {
  if (generator.form === 'members') return memberRows(context, step, generator, rows);
  const elements = ownElements(context, step, generator);
  if (!elements) return dependentRows(context, step, generator, rows);
  const names = namesOf(rows);
  const shared = generator.dimensions.filter((d) => names.has(d));
  if (shared.length === 0 && isTooMany(context, generator, rows.count * elements.count))
    return noRows;
  return shared.length > 0 ? joinRows(rows, elements, shared) : product(rows, elements);
}

/** Evaluates the generator once a row and puts all lists together, so that they are coded together. */
function dependentRows(context: Context, step: Step, generator: Generator, rows: Rows): Rows {
  const cursor = cursorOver(rows);
  const evaluate = evaluator(context, generator.source, cursor.lookup.bind(cursor), step.lets);
  const all: Value[] = [];
  const owners: number[] = [];
  for (cursor.row = 0; cursor.row < rows.count; cursor.row++) {
    for (const element of listOf(evaluate() ?? [])) {
      all.push(element);
      owners.push(cursor.row);
    }
    if (isTooMany(context, generator, all.length)) return noRows;
  }
  const elements = elementsOf(generator, step, all, Uint32Array.from(owners));
  reportDuplicate(context, generator, elements);
  return extendRows(rows, elements.rows);
}

function listOf(value: Value): readonly Value[] {
  if (isTable(value)) {
    return Array.from({ length: value.length }, (_, index) => ({
      kind: 'row',
      table: value,
      index,
    }));
  }
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}

/** Generators whose elements are known now: not dynamic, and not made from what a dynamic one gives. */
export function staticGenerators(step: Step): readonly Generator[] {
  const unknown = new Set<string>();
  const kept: Generator[] = [];
  for (const generator of step.generators) {
    const names = namesIn(generator.source, step.lets);
    if (!generator.dynamic && ![...names].some((n) => unknown.has(n))) {
      kept.push(generator);
      continue;
    }
    for (const dimension of generator.dimensions) unknown.add(dimension);
    if (generator.variable) unknown.add(generator.variable);
  }
  return kept;
}

/** Whether the elements of a generator are the same whatever those before it give. */
function isIndependent(step: Step, generator: Generator): boolean {
  const earlier = new Set<string>();
  for (const other of step.generators) {
    if (other === generator) break;
    for (const dimension of other.dimensions) earlier.add(dimension);
    if (other.variable) earlier.add(other.variable);
  }
  return ![...namesIn(generator.source, step.lets)].some((name) => earlier.has(name));
}

/** The elements of a generator that needs no other one; undefined if it does. */
export function independentElements(
  context: Context,
  step: Step,
  generator: Generator,
): Elements | undefined {
  if (!isIndependent(step, generator)) return undefined;
  const names = namesIn(generator.source, step.lets);
  const lets = step.lets.filter((l) => names.has(l.name)).map((l) => [l.name, l.value]);
  const { source, form, dimensions, variable } = generator;
  const key = meaningOf([source, form, dimensions, variable, lets]);
  const known = context.elements.get(key);
  if (known) return known;
  const elements = elementsOf(generator, step, generatorValue(context, step, generator));
  reportDuplicate(context, generator, elements);
  context.elements.set(key, elements);
  return elements;
}

function generatorValue(context: Context, step: Step, generator: Generator): Value {
  const range = rangeOf(context, step, generator);
  if (!range) {
    return evaluator(context, generator.source, () => undefined, step.lets)() ?? [];
  }
  if (isTooMany(context, generator, range.count)) return [];
  return Array.from({ length: range.count }, (_, at) => range.from + at * range.by);
}

/**
 * A range of ints, not written out: its size is known before its elements are made, and it may have more
 * of them than an evaluation may take steps.
 */
export function rangeOf(
  context: Context,
  step: Step,
  { source, form, dimensions }: Generator,
): { readonly from: number; readonly by: number; readonly count: number } | undefined {
  const positional = step.dimensions.some((d) => d.positional && dimensions.includes(d.name));
  if (source.kind !== 'range' || form !== 'list' || positional) return undefined;
  const numberOf = (expression: Expression) =>
    evaluator(context, expression, () => undefined, step.lets)();
  const [from, to, by] = [
    numberOf(source.from),
    numberOf(source.to),
    source.by ? numberOf(source.by) : 1,
  ];
  if (!isInt(from) || !isInt(to) || !isInt(by) || by < 1) return undefined;
  return { from, by, count: Math.max(0, Math.floor((to - from) / by) + 1) };
}

function isInt(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

/** E0506: more rows than are ever made, even where a `where` would thin them out. */
function isTooMany(context: Context, generator: Generator, count: number): boolean {
  if (count <= largestPlan) return false;
  context.report.add({
    code: 'E0506',
    severity: 'error',
    message: `there are ${formatCount(count)} combinations here, more than ${formatCount(largestPlan)}`,
    span: generator.span,
    hint: 'say which belong together in a table: `for each (a, b) in pairs`',
  });
  return true;
}

function reportDuplicate(context: Context, generator: Generator, elements: Elements): void {
  if (elements.duplicate === undefined) return;
  context.report.add({
    code: 'E0309',
    severity: 'error',
    message: `the key ${elements.duplicate} stands there twice`,
    span: generator.span,
    label: 'keys must be different: each names one instance',
  });
}

/**
 * The elements of a generator that needs no other one, without those that a condition on this generator
 * alone leaves out: so that of 22 000 visits and 189 sensors, one of them wanted, no product is made.
 * Undefined if it needs another one.
 */
export function ownElements(context: Context, step: Step, generator: Generator): Rows | undefined {
  const known = context.filtered.get(generator);
  if (known) return known;
  let rows = independentElements(context, step, generator)?.rows;
  if (!rows) return undefined;
  for (const condition of ownConditions(step, generator)) {
    rows = filterRows(context, step, condition, rows);
  }
  context.filtered.set(generator, rows);
  return rows;
}

/** The parts of a plan-time `where` that mention this generator and no other. */
export function ownConditions(step: Step, generator: Generator): readonly Expression[] {
  if (step.where?.phase !== 'plan' || generator.form === 'members') return [];
  if (!isIndependent(step, generator)) return [];
  const scatter = new Set<string>();
  for (const { dimensions, variable } of step.generators) {
    for (const dimension of dimensions) scatter.add(dimension);
    if (variable) scatter.add(variable);
  }
  const own = new Set([...generator.dimensions, generator.variable]);
  return conjuncts(step.where.expression).filter((condition) => {
    const names = [...namesIn(condition, step.lets)].filter((name) => scatter.has(name));
    return names.length > 0 && names.every((name) => own.has(name));
  });
}

/** The parts of a condition that `and` joins: each is applied as soon as its names are there. */
export function conjuncts(condition: Expression): readonly Expression[] {
  if (condition.kind !== 'binary' || condition.operator !== 'and') return [condition];
  return [...conjuncts(condition.left), ...conjuncts(condition.right)];
}

function isBound(step: Step, condition: Expression, rows: Rows): boolean {
  const here = namesOf(rows);
  const scatter = new Set(step.dimensions.map((d) => d.name));
  for (const generator of step.generators) if (generator.variable) scatter.add(generator.variable);
  return [...namesIn(condition, step.lets)].every((name) => !scatter.has(name) || here.has(name));
}

function filterRows(context: Context, step: Step, condition: Expression, rows: Rows): Rows {
  const cursor = cursorOver(rows);
  const holds = evaluator(context, condition, cursor.lookup.bind(cursor), step.lets);
  const kept = new Uint32Array(rows.count);
  let count = 0;
  for (cursor.row = 0; cursor.row < rows.count; cursor.row++) {
    if (holds() === true) kept[count++] = cursor.row;
  }
  return count === rows.count ? rows : selectRows(rows, kept.slice(0, count));
}

/** Columns and rows in the order of the step's dimensions; keys that nothing uses are dropped. */
function arrange(context: Context, step: Step, rows: Rows): Rows {
  const order = new Map(step.dimensions.map((d, at) => [d.name, at]));
  const keys = rows.keys
    .toSorted((a, b) => (order.get(a.dimension) ?? 0) - (order.get(b.dimension) ?? 0))
    .map((column) => shareDomain(context, compact(column)));
  const columns = keys.map((k) => ({ codes: k.codes, cardinality: k.values.length }));
  const arranged = { ...rows, keys };
  const sorted = sortOrder(columns, rows.count);
  return sorted ? selectRows(arranged, sorted) : arranged;
}

/** The column without keys that no row has. */
export function compact(column: KeyColumn): KeyColumn {
  const used = new Uint8Array(column.values.length);
  for (const code of column.codes) used[code] = 1;
  if (!used.includes(0)) return column;
  const place = new Uint32Array(used.length);
  const values = column.values.filter((_, code) => {
    place[code + 1] = place[code]! + used[code]!;
    return used[code] === 1;
  });
  return { dimension: column.dimension, values, codes: column.codes.map((code) => place[code]!) };
}

function shareDomain(context: Context, column: KeyColumn): KeyColumn {
  const known = context.domains.get(column.dimension) ?? [];
  context.domains.set(column.dimension, known);
  const same = known.find(
    (values) =>
      values === column.values ||
      (values.length === column.values.length && values.every((v, i) => v === column.values[i])),
  );
  if (same) return same === column.values ? column : { ...column, values: same };
  known.push(column.values);
  return column;
}
