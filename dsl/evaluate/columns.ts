import type { RecordType } from '../check/type.ts';
import type { Row, Table, Value } from './value.ts';

/** A table over whole columns; every column of the record must be there, all of one length. */
export function columnTable(
  record: RecordType,
  columns: ReadonlyMap<string, readonly Value[]>,
  length: number,
): Table {
  return {
    kind: 'table',
    record,
    length,
    cell: (row, column) => columns.get(column)?.[row] ?? null,
  };
}

/** A list of records as the table that it is; `rows` may also be objects of JSON. */
export function rowsTable(record: RecordType, rows: readonly Value[]): Table {
  const cell = (row: number, column: string) => fieldOf(rows[row] ?? null, column);
  return { kind: 'table', record, length: rows.length, cell };
}

function fieldOf(value: Value, field: string): Value {
  if (value === null || typeof value !== 'object' || !('kind' in value)) return null;
  if (value.kind === 'row') return value.table.cell(value.index, field);
  return value.kind === 'object' ? (value.fields.get(field) ?? null) : null;
}

/** A row that stands alone, such as a record in a parameter. */
export function singleRow(record: RecordType, fields: ReadonlyMap<string, Value>): Row {
  const table: Table = {
    kind: 'table',
    record,
    length: 1,
    cell: (_, column) => fields.get(column) ?? null,
  };
  return { kind: 'row', table, index: 0 };
}

/** A parsed JSON text as a value: objects keep the order of their fields. */
export function jsonValue(parsed: unknown): Value {
  if (parsed === null || parsed === undefined) return null;
  if (typeof parsed === 'boolean' || typeof parsed === 'number' || typeof parsed === 'string') {
    return parsed;
  }
  if (Array.isArray(parsed)) return parsed.map(jsonValue);
  const fields = new Map(Object.entries(parsed).map(([name, each]) => [name, jsonValue(each)]));
  return { kind: 'object', fields };
}
