import {
  type Generator,
  type Key,
  type RecordType,
  rowsTable,
  type Step,
  type Table,
  type Value,
} from '../../dsl/index.ts';
import { asKey, type Coded, codeColumn, codeKeys } from './domain.ts';
import type { KeyColumn } from './plan.ts';
import { keyAt, type Rows, selectRows } from './rows.ts';
import { compareRows, sortOrder } from './tuples.ts';

/** What one generator gives: rows of its own dimensions, in key order. */
export interface Elements {
  readonly rows: Rows;
  /** The first key that stands there twice (never for `columns`, which are made distinct). */
  readonly duplicate: string | undefined;
}

/**
 * The elements of a generator whose value is known. `owners`: for a value that was put together from
 * several lists, the number of the list that each element is from; it then sorts before the keys.
 */
export function elementsOf(
  generator: Generator,
  step: Step,
  value: Value,
  owners?: Uint32Array,
): Elements {
  const { rows, repeated } = sortRows(unsortedRows(generator, step, value, owners), owners);
  return { rows, duplicate: generator.form === 'columns' ? undefined : repeated };
}

/** Name of the column that `elementsOf` adds in front where there are owners. */
export const ownerColumn = '';

function unsortedRows(
  generator: Generator,
  step: Step,
  value: Value,
  owners: Uint32Array | undefined,
): Rows {
  const rows =
    generator.form === 'list'
      ? listRows(generator, step, value, owners)
      : tableRows(generator, value);
  if (!owners) return rows;
  const owner = { dimension: ownerColumn, values: [], codes: owners };
  return { ...rows, keys: [owner, ...rows.keys] };
}

function tableRows(generator: Generator, value: Value): Rows {
  const { table, source } = asTable(value, recordOf(generator));
  const keys = generator.dimensions.map((dimension) => ({
    dimension,
    ...codeColumn(table, dimension),
  }));
  const all = iota(table.length);
  const variables = generator.variable
    ? [{ variable: generator.variable, source, codes: all }]
    : [];
  return { count: table.length, keys, variables };
}

function listRows(
  generator: Generator,
  step: Step,
  value: Value,
  owners: Uint32Array | undefined,
): Rows {
  const table = isTable(value) ? value : undefined;
  const list = Array.isArray(value) ? (value as readonly Value[]) : [];
  const count = table ? table.length : list.length;
  const dimension = generator.dimensions[0] ?? '';
  const type = step.dimensions.find((d) => d.name === dimension)?.type ?? generator.elementType;
  const coded: Coded = isPositional(generator, step)
    ? codeKeys(positions(count, owners), { kind: 'int' })
    : codeKeys(list.map(asKey), type);
  const keys: KeyColumn[] = [{ dimension, ...coded }];
  if (!isPositional(generator, step) || !generator.variable) return { count, keys, variables: [] };
  const source = table ? { table } : { list };
  return { count, keys, variables: [{ variable: generator.variable, source, codes: iota(count) }] };
}

/** Positions from 0, counted anew for each owner. */
function positions(count: number, owners: Uint32Array | undefined): Key[] {
  const keys: number[] = [];
  for (let i = 0; i < count; i++) {
    const continues = i > 0 && (!owners || owners[i] === owners[i - 1]);
    keys.push(continues ? keys[i - 1]! + 1 : 0);
  }
  return keys;
}

function isPositional(generator: Generator, step: Step): boolean {
  return step.dimensions.some((d) => d.positional && generator.dimensions.includes(d.name));
}

export function isTable(value: Value): value is Table {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'table';
}

function recordOf(generator: Generator): RecordType {
  const type = generator.elementType;
  return type.kind === 'record' ? type.record : { name: '', key: [], fields: new Map() };
}

/** A list of records is a table too. */
export function asTable(
  value: Value,
  record: RecordType,
): { table: Table; source: { table: Table } | { list: readonly Value[] } } {
  if (isTable(value)) return { table: value, source: { table: value } };
  const list = Array.isArray(value) ? (value as readonly Value[]) : [];
  return { table: rowsTable(record, list), source: { list } };
}

function iota(count: number): Uint32Array {
  const all = new Uint32Array(count);
  for (let i = 0; i < count; i++) all[i] = i;
  return all;
}

/** Rows in the order of their keys, each key once; and the first key that stood there again. */
function sortRows(
  unsorted: Rows,
  owners: Uint32Array | undefined,
): { rows: Rows; repeated: string | undefined } {
  const ownerCount = owners?.length ? owners.at(-1)! + 1 : 0;
  const columns = unsorted.keys.map(({ dimension, codes, values }) => ({
    codes,
    cardinality: dimension === ownerColumn ? ownerCount : values.length,
  }));
  const order = sortOrder(columns, unsorted.count);
  const rows = order ? selectRows(unsorted, order) : unsorted;
  const sorted = rows.keys.map((k) => ({ codes: k.codes, cardinality: 0 }));
  const isRepeated = (row: number) => row > 0 && compareRows(sorted, row - 1, row) === 0;
  let first = 1;
  while (first < rows.count && !isRepeated(first)) first++;
  if (first >= rows.count) return { rows, repeated: undefined };
  const kept: number[] = [];
  for (let row = 0; row < rows.count; row++) if (!isRepeated(row)) kept.push(row);
  return { rows: selectRows(rows, Uint32Array.from(kept)), repeated: keyText(rows, first) };
}

function keyText(rows: Rows, row: number): string {
  return rows.keys
    .filter((k) => k.dimension !== ownerColumn)
    .map((k) => `${k.dimension}=${String(keyAt(k, row))}`)
    .join(', ');
}
