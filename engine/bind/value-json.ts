import type {
  FileValue,
  JsonObject,
  RecordType,
  Row,
  Table,
  Type,
  Value,
} from '../../dsl/index.ts';
import type { JsonRecord, JsonValue } from './binding.ts';

/**
 * Values of outputs as the journal and the index keep them. The declared type says what a JSON value
 * means: a quantity is its amount in canonical units, a file its path relative to `directory`, a table
 * a list of objects.
 */
export function valueToJson(value: Value, directory: string): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: Value) => valueToJson(item, directory));
  const one = value as Exclude<typeof value, readonly Value[]>;
  switch (one.kind) {
    case 'quantity':
      return one.amount;
    case 'file':
      return one.path.startsWith(`${directory}/`) ? one.path.slice(directory.length + 1) : one.path;
    case 'row':
      return rowToJson(one.table, one.index, directory);
    case 'table':
      return Array.from({ length: one.length }, (_, row) => rowToJson(one, row, directory));
    case 'object':
      return Object.fromEntries(
        [...one.fields].map(([name, field]) => [name, valueToJson(field, directory)]),
      );
  }
}

/** The value again; `file` makes the value of a file from its path relative to `directory`. */
export function valueFromJson(
  json: JsonValue,
  type: Type,
  file: (path: string) => FileValue,
): Value {
  if (json === null) return null;
  switch (type.kind) {
    case 'optional':
      return valueFromJson(json, type.of, file);
    case 'duration':
    case 'size':
    case 'angle':
    case 'percent':
      return { kind: 'quantity', dimension: type.kind, amount: Number(json) };
    case 'file':
    case 'dir':
      return file(String(json));
    case 'list':
      return asList(json).map((item) => valueFromJson(item, type.element, file));
    case 'table':
      return tableFromJson(asList(json), type.record, file);
    case 'record':
      return {
        kind: 'row',
        table: tableFromJson([json], type.record, file),
        index: 0,
      } satisfies Row;
    default:
      return plainFromJson(json);
  }
}

// --- Internal helpers ---

function rowToJson(table: Table, row: number, directory: string): JsonRecord {
  const cells: Record<string, JsonValue> = {};
  for (const name of table.record.fields.keys()) {
    cells[name] = valueToJson(table.cell(row, name), directory);
  }
  return cells;
}

function tableFromJson(
  rows: readonly JsonValue[],
  record: RecordType,
  file: (path: string) => FileValue,
): Table {
  const columns = new Map<string, readonly Value[]>();
  for (const [name, type] of record.fields) {
    const cells = rows.map((row) => valueFromJson((row as JsonRecord)[name] ?? null, type, file));
    columns.set(name, cells);
  }
  return {
    kind: 'table',
    record,
    length: rows.length,
    cell: (row, column) => columns.get(column)?.[row] ?? null,
  };
}

function asList(json: JsonValue): readonly JsonValue[] {
  return Array.isArray(json) ? json : [json];
}

function plainFromJson(json: JsonValue): Value {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map(plainFromJson);
  const fields = new Map(Object.entries(json).map(([name, value]) => [name, plainFromJson(value)]));
  return { kind: 'object', fields } satisfies JsonObject;
}
