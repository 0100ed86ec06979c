import type { Key, Read, Table, Value } from '../../../dsl/index.ts';
import { evaluator, type Lookup } from '../../plan/context.ts';
import { asTable } from '../../plan/elements.ts';
import { keysAsText } from '../../plan/growth.ts';
import { fixedSelectors } from '../../plan/match.ts';
import type { OpenRow, Plan, PlannedStep, VariableColumn } from '../../plan/plan.ts';
import { createReport } from '../../plan/report.ts';
import { keyAt, variableAt } from '../../plan/rows.ts';

/** A reader as far as matching goes: an instance (its number), or a row that is to be expanded. */
export interface Consumer {
  readonly step: PlannedStep;
  readonly at: { readonly ordinal: number } | { readonly row: OpenRow };
}

/** Rows of the table of a `via`, by column. */
export type ViaRows = readonly ((column: string) => Key | undefined)[];

/** How the readers of one read (or `after`) find what they read, by keys. */
export interface Matching {
  /** Dimensions of the producer by whose keys its instances are told apart here. */
  readonly probe: readonly string[];
  /** Readers with the same text read the same; `table` tells tables that steps make apart. */
  groupText(consumer: Consumer, table: number | undefined): string;
  /** The keys of `probe` that a reader looks for. */
  patterns(consumer: Consumer, rows: ViaRows | undefined): readonly (readonly Key[])[];
  /** Rows of a `via` table that the file has; undefined without one. */
  readonly table: ViaRows | undefined;
  /** Members that a condition on keys lets in; undefined: all. */
  filter(consumer: Consumer): ((ordinal: number) => boolean) | undefined;
}

/** Of an `after`: the dimensions that both have, `matched` only where that is given. */
export function matchShared(
  producer: PlannedStep,
  consumer: PlannedStep,
  matched: readonly string[] = names(producer),
): Matching {
  const shared = names(producer).filter((name) => names(consumer).includes(name));
  const probe = shared.filter((name) => matched.includes(name));
  const keys = (reader: Consumer) => probe.map((name) => keyOf(reader, name)!);
  return {
    probe,
    table: undefined,
    groupText: (reader) => keysAsText(keys(reader)),
    patterns: (reader) => [keys(reader)],
    filter: () => undefined,
  };
}

/** Of a read: dimensions of the same name, selections, and the rows of its table. */
export function matchRead(
  plan: Plan,
  read: Read,
  producer: PlannedStep,
  consumer: PlannedStep,
): Matching {
  const fixed = fixedSelectors(read);
  const called = (dimension: string) =>
    read.selectors.find((s) => s.dimension === dimension)?.bound ?? dimension;
  const columns = viaColumns(plan, read);
  const isFixed = (dimension: string) => fixed.some((s) => s.dimension === dimension);
  const throughTable = (dimension: string) => columns.has(called(dimension)) && !isFixed(dimension);
  const probe = names(producer).filter(
    (name) => isFixed(name) || read.matched.includes(called(name)) || throughTable(name),
  );
  const compared = names(consumer).filter((name) => columns.has(name));
  const selected = fixed.map(({ value }) => evaluatorOf(plan, consumer, value));
  const own = (reader: Consumer): (Key | undefined)[] => [
    ...selected.map((value) => value(reader) as Key),
    ...[...read.matched, ...compared].map((name) => keyOf(reader, name)),
  ];
  const condition = read.where?.phase === 'plan' ? read.where.expression : undefined;
  const probed = (reader: Consumer, row: ViaRows[number] | undefined) =>
    probe.map((name) => {
      const at = fixed.findIndex((s) => s.dimension === name);
      if (at >= 0) return selected[at]!(reader) as Key;
      return row && throughTable(name) ? row(called(name)) : keyOf(reader, called(name));
    });
  return {
    probe,
    table: read.via?.kind === 'table' ? tableRows(plan, consumer, read.via) : undefined,
    groupText(reader, table) {
      const group = [table ?? -1, ...own(reader).map((key) => key ?? null)];
      return JSON.stringify(condition ? [...group, idOf(reader)] : group);
    },
    patterns(reader, rows) {
      if (!rows) return [known(probed(reader, undefined))].filter((keys) => keys !== undefined);
      const found = new Map<string, readonly Key[]>();
      for (const row of rows) {
        if (!compared.every((name) => row(name) === keyOf(reader, name))) continue;
        const keys = known(probed(reader, row));
        if (keys) found.set(keysAsText(keys), keys);
      }
      return [...found.values()];
    },
    filter(reader) {
      if (!condition) return undefined;
      const over = names(producer).filter((name) => !isFixed(name));
      return (ordinal) => {
        const member = new Map<string, Value>(
          over.map((name) => [called(name), keyAtOrdinal(producer, name, ordinal)!]),
        );
        return evaluatorOf(plan, consumer, condition, member)(reader) === true;
      };
    },
  };
}

/** The key of a reader; undefined if it does not vary over the dimension (yet). */
export function keyOf({ step, at }: Consumer, dimension: string): Key | undefined {
  return 'row' in at ? at.row.keys.get(dimension) : keyAtOrdinal(step, dimension, at.ordinal);
}

export function keyAtOrdinal(
  step: PlannedStep,
  dimension: string,
  ordinal: number,
): Key | undefined {
  const column = step.keys.find((key) => key.dimension === dimension);
  return column && keyAt(column, ordinal);
}

// --- Internal helpers ---

function names({ step, keys }: PlannedStep): readonly string[] {
  return keys.length > 0 ? keys.map((key) => key.dimension) : step.dimensions.map((d) => d.name);
}

function idOf({ at }: Consumer): string {
  return 'row' in at ? `row ${at.row.id}` : String(at.ordinal);
}

function known(keys: readonly (Key | undefined)[]): readonly Key[] | undefined {
  return keys.every((key) => key !== undefined) ? (keys as readonly Key[]) : undefined;
}

function viaColumns(plan: Plan, { via }: Read): ReadonlySet<string> {
  if (!via) return new Set();
  if (via.kind === 'table') return new Set(via.record.fields.keys());
  const type = plan.program.steps
    .find(({ name }) => name === via.step)
    ?.outputs.find(({ name }) => name === via.output)?.type;
  return new Set(type?.kind === 'table' ? type.record.fields.keys() : []);
}

function tableRows(
  plan: Plan,
  consumer: PlannedStep,
  via: Extract<NonNullable<Read['via']>, { kind: 'table' }>,
): ViaRows {
  const value = evaluate(plan, consumer, via.expression, () => undefined);
  return rowsOf(asTable(value ?? [], via.record).table);
}

function rowsOf(table: Table): ViaRows {
  return Array.from({ length: table.length }, (_, row) => (column: string) => {
    const cell = table.cell(row, column);
    return cell === null || typeof cell === 'object' ? undefined : cell;
  });
}

/** The value of an expression that is known when planning, at a reader. */
function evaluatorOf(
  plan: Plan,
  consumer: PlannedStep,
  expression: Parameters<typeof evaluator>[1],
  before?: ReadonlyMap<string, Value>,
): (reader: Consumer) => Value | undefined {
  return (reader) =>
    evaluate(
      plan,
      consumer,
      expression,
      (name) => before?.get(name) ?? plannedValue(reader, name) ?? keyOf(reader, name),
    );
}

/** A scatter variable whose elements were known when planning. */
function plannedValue({ step, at }: Consumer, name: string): Value | undefined {
  const isNamed = ({ variable, source }: VariableColumn) =>
    variable === name && !('stage' in source);
  const column =
    'row' in at ? step.fan?.base.variables.find(isNamed) : step.variables.find(isNamed);
  return column && variableAt(column, 'row' in at ? at.row.base : at.ordinal);
}

function evaluate(
  plan: Plan,
  consumer: PlannedStep,
  expression: Parameters<typeof evaluator>[1],
  lookup: Lookup,
): Value | undefined {
  const { program, globals } = plan;
  const reader =
    plan.reader ??
    (() => {
      throw new Error('no file was read for this plan');
    });
  const context = {
    program,
    globals,
    reader,
    report: createReport(),
    elements: new Map(),
    filtered: new Map(),
    clauses: new Map(),
    domains: new Map(),
    side: () => undefined,
  };
  return evaluator(context, expression, lookup, consumer.step.lets)();
}
