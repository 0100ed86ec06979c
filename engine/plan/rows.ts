import type { Key, Value } from '../../dsl/index.ts';
import type { KeyColumn, VariableColumn } from './plan.ts';
import { pick } from './tuples.ts';

/** Rows of keys and scatter variables: the instances of a step, or what a part of `for each` gives. */
export interface Rows {
  readonly count: number;
  readonly keys: readonly KeyColumn[];
  readonly variables: readonly VariableColumn[];
}

/** More rows than this are never made: ordinals have 32 bits, and columns are kept in memory. */
export const largestPlan = 50_000_000;

/** What a step without `for each` has: one row, no keys. */
export const oneRow: Rows = { count: 1, keys: [], variables: [] };

/** What is left where nothing can be enumerated. */
export const noRows: Rows = { count: 0, keys: [], variables: [] };

/** The names that a row gives a value. */
export function namesOf(rows: Rows): ReadonlySet<string> {
  return new Set([...rows.keys.map((k) => k.dimension), ...rows.variables.map((v) => v.variable)]);
}

export function keyAt(column: KeyColumn, row: number): Key {
  return column.values[column.codes[row]!]!;
}

/** The row or element that a scatter variable stands for. */
export function variableAt(column: VariableColumn, row: number): Value {
  const index = column.codes[row]!;
  const { source } = column;
  if ('table' in source) return { kind: 'row', table: source.table, index };
  return 'list' in source ? (source.list[index] ?? null) : null;
}

/** Finds names at `row`, which the caller moves. */
export interface Cursor {
  row: number;
  lookup(name: string): Value | undefined;
}

export function cursorOver(rows: Rows): Cursor {
  const columns = new Map<string, (row: number) => Value>();
  for (const key of rows.keys) columns.set(key.dimension, (row) => keyAt(key, row));
  for (const variable of rows.variables) {
    columns.set(variable.variable, (row) => variableAt(variable, row));
  }
  return {
    row: 0,
    lookup(name) {
      return columns.get(name)?.(this.row);
    },
  };
}

/** The given rows, in the given order. */
export function selectRows(rows: Rows, chosen: Uint32Array): Rows {
  const picked = new Map<Uint32Array, Uint32Array>();
  const select = (codes: Uint32Array) => {
    const known = picked.get(codes);
    if (known) return known;
    const selected = pick(codes, chosen);
    picked.set(codes, selected);
    return selected;
  };
  return {
    count: chosen.length,
    keys: rows.keys.map((k) => ({ ...k, codes: select(k.codes) })),
    variables: rows.variables.map((v) => ({ ...v, codes: select(v.codes) })),
  };
}

/** The keys of a dimension that the rows have. */
export function columnOf(rows: Rows, dimension: string): KeyColumn {
  const column = rows.keys.find((k) => k.dimension === dimension);
  if (!column) throw new Error(`no dimension ${dimension} here`);
  return column;
}
