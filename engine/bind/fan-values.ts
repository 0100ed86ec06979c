import { globalValue, type Let, type Read, type Scope, type Value } from '../../dsl/index.ts';
import { isTable } from '../plan/elements.ts';
import { instanceAt, locate } from '../plan/instance.ts';
import type { OpenRow, Plan, PlannedStep } from '../plan/plan.ts';
import { variableAt } from '../plan/rows.ts';
import type { Standings } from './binding.ts';
import type { Reader } from './reading.ts';
import { compute, Invalid, Unsettled } from './unsettled.ts';

/**
 * Values of what steps fan out over at run time, in one view: elements are read from the results that they
 * are in, so that a row of a manifest is kept once, however many steps scatter over it.
 */
export interface FanValues {
  /** The elements that the stage of a row gave when it was expanded, in the order in which they were made. */
  elements(row: OpenRow): readonly Value[];
  /** The same from the results of now, with which a row is about to be expanded. */
  current(row: OpenRow): readonly Value[];
  /** The element that a scatter variable of `stage` stands for. */
  variable(step: PlannedStep, ordinal: number, stage: number): Value;
  /** The names that a row has, `names` before them; throws what an expression touches. */
  scope(row: OpenRow, names?: ReadonlyMap<string, Value>): Scope;
}

export interface FanContext {
  readonly plan: Plan;
  readonly globals: ReadonlyMap<string, Value>;
  readonly reader: Reader;
  readonly standings: Standings;
  readonly files: Scope['reader'];
}

export function fanValues(context: FanContext): FanValues {
  const kept = new WeakMap<OpenRow, { readonly made: string; readonly list: readonly Value[] }>();
  const values: FanValues = {
    elements(row) {
      const known = kept.get(row);
      if (known && known.made === row.made) return known.list;
      const list = values.current(row);
      if (row.made !== undefined) kept.set(row, { made: row.made, list });
      return list;
    },
    current(row) {
      const generator = stepOf(context, row).fan?.stages[row.stage]?.generator;
      return generator ? listOf(compute(generator.source, values.scope(row))) : [];
    },
    variable(step, ordinal, stage) {
      let from = step.origin?.(ordinal);
      while (from && from.row.stage > stage) from = fromParent(from.row);
      return from ? (values.elements(from.row)[from.at] ?? null) : null;
    },
    scope: (row, names) => rowScope(context, values, row, names),
  };
  return values;
}

// --- Internal helpers ---

function stepOf({ plan }: FanContext, row: OpenRow): PlannedStep {
  return plan.steps[row.step] as PlannedStep;
}

function fromParent(row: OpenRow): { readonly row: OpenRow; readonly at: number } | undefined {
  return row.parent && { row: row.parent, at: row.at };
}

/** The elements of a finite value. */
export function listOf(value: Value): readonly Value[] {
  if (isTable(value)) {
    return Array.from({ length: value.length }, (_, index) => ({
      kind: 'row' as const,
      table: value,
      index,
    }));
  }
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}

function rowScope(
  context: FanContext,
  values: FanValues,
  row: OpenRow,
  names: ReadonlyMap<string, Value> | undefined,
): Scope {
  const step = stepOf(context, row);
  const reads = step.fan?.stages[row.stage]?.reads ?? [];
  const lets = new Map(step.step.lets.map((one: Let) => [one.name, one.value]));
  const scope: Scope = {
    lookup(name) {
      const given = names?.get(name);
      const own = given === undefined ? ownValue(values, step, row, name) : given;
      if (own !== undefined) return own;
      const inner = lets.get(name);
      if (inner) return compute(inner, scope);
      return globalValue(name, context.globals, context.plan.program.types);
    },
    node(expression) {
      const read = reads.find(({ node }) => node === expression);
      return read && readValue(context, read, row, scope);
    },
    typeOf: context.plan.program.typeOf,
    ...(context.files ? { reader: context.files } : {}),
  };
  return scope;
}

/** A key or scatter variable of a row; a variable stands before a key that is only a position. */
function ownValue(
  values: FanValues,
  { step, fan }: PlannedStep,
  row: OpenRow,
  name: string,
): Value | undefined {
  const isPosition = step.dimensions.some((d) => d.name === name && d.positional);
  const key = isPosition ? undefined : row.keys.get(name);
  if (key !== undefined) return key;
  for (let from = fromParent(row); from; from = fromParent(from.row)) {
    const generator = fan?.stages[from.row.stage]?.generator;
    if (generator?.variable === name) return values.elements(from.row)[from.at] ?? null;
  }
  const known = fan?.base.variables.find(({ variable }) => variable === name);
  return known && variableAt(known, row.base);
}

/** What a stage reads of another step: the instance that agrees with the row's keys. */
function readValue(context: FanContext, read: Read, row: OpenRow, scope: Scope): Value {
  const { plan, reader, standings } = context;
  const producer = plan.steps.find(({ step }) => step.name === read.step);
  if (!producer) return null;
  const keys = producer.step.dimensions.map(({ name }) => {
    const selector = read.selectors.find(({ dimension }) => dimension === name);
    return selector ? compute(selector.value, scope) : row.keys.get(name);
  });
  const instance = instanceAt(plan, read.step, keys as Parameters<typeof instanceAt>[2]);
  const value =
    instance === undefined
      ? new Unsettled('absent', `\`${read.step}\` has no such instance`)
      : reader.output(
          producer,
          locate(plan, instance).ordinal,
          read.output,
          standings.of(instance),
        );
  if (!(value instanceof Unsettled)) return value;
  if (value.kind === 'absent' && read.allowsAbsent) return null;
  throw value.kind === 'absent' ? new Invalid(absentSource(read, value)) : value;
}

function absentSource(read: Read, { because }: Unsettled) {
  return { code: 'E0704', severity: 'error', message: because, span: read.span } as const;
}
