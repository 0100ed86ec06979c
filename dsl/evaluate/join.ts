import type { RecordType, Type } from '../check/type.ts';
import { sameType, typeText } from '../check/type-relation.ts';
import type { Table, Value } from './value.ts';

/**
 * The record of a natural join: all columns of both, keyed by both keys (or by none, if one of them has
 * none). A string says why there is no such join.
 */
export function joinType(a: RecordType, b: RecordType): RecordType | string {
  const fields = new Map<string, Type>(a.fields);
  let shared = 0;
  for (const [name, type] of b.fields) {
    const other = fields.get(name);
    if (other === undefined) {
      fields.set(name, type);
      continue;
    }
    shared++;
    if (!sameType(other, type)) {
      return `column \`${name}\` is ${typeText(type)} in ${b.name} but ${typeText(other)} in ${a.name}`;
    }
  }
  if (shared === 0) return `${a.name} and ${b.name} have no column in common`;
  const keyed = a.key.length > 0 && b.key.length > 0;
  return {
    name: `${a.name} & ${b.name}`,
    key: keyed ? [...new Set([...a.key, ...b.key])] : [],
    fields,
  };
}

/** Rows that agree on every shared column, in the order of `a`'s rows, then of `b`; an absent cell equals nothing. */
export function joinTables(a: Table, b: Table, limit: number): Table | string {
  const record = joinType(a.record, b.record);
  if (typeof record === 'string') return record;
  const shared = [...b.record.fields.keys()].filter((name) => a.record.fields.has(name));
  const index = new Map<string, number[]>();
  for (let row = 0; row < b.length; row++) {
    const key = sharedKey(b, row, shared);
    if (key === undefined) continue;
    const rows = index.get(key);
    if (rows) rows.push(row);
    else index.set(key, [row]);
  }
  const left: number[] = [];
  const right: number[] = [];
  for (let row = 0; row < a.length; row++) {
    const key = sharedKey(a, row, shared);
    const partners = key === undefined ? undefined : index.get(key);
    if (!partners) continue;
    for (const partner of partners) {
      left.push(row);
      right.push(partner);
    }
    if (left.length > limit) return `the join has more than ${limit} rows`;
  }
  return {
    kind: 'table',
    record,
    length: left.length,
    cell: (row: number, column: string): Value =>
      a.record.fields.has(column)
        ? a.cell(left[row] ?? -1, column)
        : b.cell(right[row] ?? -1, column),
  };
}

/** Injective text of the shared cells of a row; undefined where one is absent. */
function sharedKey(table: Table, row: number, columns: readonly string[]): string | undefined {
  let key = '';
  for (const column of columns) {
    const value = table.cell(row, column);
    if (value === null) return undefined;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    key += columns.length === 1 ? text : `${text.length}:${text}`;
  }
  return key;
}
