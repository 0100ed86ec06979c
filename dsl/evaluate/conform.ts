import type { RecordType, Type } from '../check/type.ts';
import { aType } from '../check/type-relation.ts';
import type { Checked, Diagnostic } from '../text/diagnostic.ts';
import type { Span } from '../text/source.ts';
import { didYouMean } from '../text/suggest.ts';
import { CellFault, cellParser } from './cell.ts';
import { columnTable, jsonValue, singleRow } from './columns.ts';
import {
  describe,
  isFileValue,
  isList,
  isObject,
  isQuantityValue,
  isRow,
  isTable,
} from './text.ts';
import type { JsonObject, Row, Table, Value } from './value.ts';

/** Where a value that does not fit is shown to come from. */
export interface Place {
  /** Of the diagnostic: E0402 for parameters, E0703 for values out of a script. */
  readonly code: string;
  /** What the value is of, for the message: "`rhat`", "parameter `bands`". */
  readonly what: string;
  readonly span?: Span | undefined;
}

/**
 * A value as one of `type`: JSON objects become rows, lists of them tables, strings like `4 GB`
 * quantities, strings files. What does not fit is said with the way to it (`bands[1]`), at most ten times.
 * With errors the value is `null`.
 */
export function conform(value: Value, type: Type, place: Place): Checked<Value> {
  const faults: Fault[] = [];
  const result = fitValue(value, type, place.what, faults);
  const diagnostics = faults.slice(0, 10).map((fault) => diagnosticOf(fault, place));
  return { value: faults.length > 0 ? null : result, diagnostics };
}

/**
 * `--set name=TEXT` as a value of `type`. Plain text for strings, closed strings, paths and quantities
 * (`2 h`), JSON for everything else; a list of strings may also be written `u,g,r`.
 */
export function parseSetting(text: string, type: Type, place: Place): Checked<Value> {
  const bare = type.kind === 'optional' ? type.of : type;
  if (type.kind === 'optional' && (text === 'none' || text === 'null')) {
    return { value: null, diagnostics: [] };
  }
  if (
    bare.kind === 'list' ||
    bare.kind === 'table' ||
    bare.kind === 'record' ||
    bare.kind === 'json'
  ) {
    const parsed = parseJson(text);
    if (parsed !== undefined) return conform(parsed, bare, place);
    if (bare.kind === 'list' && !/^\s*[[{"]/.test(text)) {
      return eachSetting(text, bare.element, place);
    }
    const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
    return failed(
      { path: place.what, message: `\`${shown}\` is not JSON`, hint: exampleOf(bare) },
      place,
    );
  }
  const quoted = /^".*"$/s.test(text) ? parseJson(text) : undefined;
  const value = cellParser(bare)(typeof quoted === 'string' ? quoted : text);
  if (!(value instanceof CellFault)) return { value, diagnostics: [] };
  return failed(
    { path: place.what, message: value.message, label: value.label, hint: value.hint },
    place,
  );
}

function eachSetting(text: string, element: Type, place: Place): Checked<Value> {
  const results = text.split(',').map((part) => parseSetting(part.trim(), element, place));
  const diagnostics = results.flatMap((result) => result.diagnostics);
  return { value: diagnostics.length > 0 ? null : results.map((r) => r.value), diagnostics };
}

function failed(fault: Fault, place: Place): Checked<Value> {
  return { value: null, diagnostics: [diagnosticOf(fault, place)] };
}

function parseJson(text: string): Value | undefined {
  try {
    return jsonValue(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function exampleOf(type: Type): string {
  if (type.kind === 'list') return 'write it as `["a", "b"]`, or as `a,b`';
  if (type.kind === 'table')
    return 'name a file of it, `csv("FILE")`, or write JSON: `[{"name": ...}]`';
  return 'write it as JSON: `{"name": ...}`';
}

interface Fault {
  readonly path: string;
  readonly message: string;
  readonly label?: string | undefined;
  readonly hint?: string | undefined;
}

function diagnosticOf({ path, message, label, hint }: Fault, place: Place): Diagnostic {
  const { code, span } = place;
  return { code, severity: 'error', message: `${path}: ${message}`, span, label, hint };
}

function fitValue(value: Value, type: Type, path: string, faults: Fault[]): Value {
  if (faults.length > 10) return null;
  const wrong = (label?: string): Value => {
    faults.push({ path, message: `${aType(type)} is needed, not ${describe(value)}`, label });
    return null;
  };
  const orWrong = (fitted: Value | undefined): Value => (fitted === undefined ? wrong() : fitted);
  switch (type.kind) {
    case 'json':
    case 'unknown':
      return value;
    case 'optional':
      return value === null ? null : fitValue(value, type.of, path, faults);
    case 'none':
    case 'marker':
      return value === null ? null : wrong();
    case 'int':
      if (typeof value !== 'number') return wrong();
      if (Number.isSafeInteger(value)) return value;
      return wrong(Number.isInteger(value) ? 'it is too large' : `it is ${value}`);
    case 'float':
      return typeof value === 'number' ? value : wrong();
    case 'bool':
      return typeof value === 'boolean' ? value : wrong();
    case 'string':
    case 'secret':
      return typeof value === 'string' ? value : wrong();
    case 'list':
      return orWrong(fitList(value, type.element, path, faults));
    case 'table':
      return orWrong(fitTable(value, type.record, path, faults));
    case 'record':
      return orWrong(fitRecord(value, type.record, path, faults));
    default:
      return orWrong(fitText(value, type, path, faults));
  }
}

// Each of these gives undefined for a value of another kind, and reports what is wrong inside one itself.

/** Closed strings, paths and quantities: as they are, or from a string. */
function fitText(value: Value, type: Type, path: string, faults: Fault[]): Value | undefined {
  if (isQuantityValue(value)) return value.dimension === type.kind ? value : undefined;
  if (isFileValue(value)) {
    return ['file', 'dir', 'path', 'store'].includes(type.kind) ? value : undefined;
  }
  if (typeof value !== 'string') return undefined;
  const parsed = cellParser(type)(value);
  if (!(parsed instanceof CellFault)) return parsed;
  const { message, label, hint } = parsed;
  faults.push({ path, message, label, hint });
  return null;
}

function fitList(value: Value, element: Type, path: string, faults: Fault[]): Value | undefined {
  if (isTable(value) && element.kind === 'record') {
    const table = fitTable(value, element.record, path, faults) ?? value;
    return Array.from(
      { length: value.length },
      (_, index) => ({ kind: 'row', table, index }) as Row,
    );
  }
  if (!isList(value)) return undefined;
  return value.map((each, i) => fitValue(each, element, `${path}[${i}]`, faults));
}

function fitTable(
  value: Value,
  record: RecordType,
  path: string,
  faults: Fault[],
): Table | undefined {
  if (isTable(value)) return value.record === record ? value : { ...value, record };
  if (!isList(value)) return undefined;
  const columns = new Map([...record.fields.keys()].map((name) => [name, [] as Value[]]));
  for (const [i, each] of value.entries()) {
    const row = fitValue(each, { kind: 'record', record }, `${path}[${i}]`, faults);
    if (!isRow(row)) continue;
    for (const [name, cells] of columns) cells.push(row.table.cell(row.index, name));
  }
  return columnTable(record, columns, value.length);
}

function fitRecord(
  value: Value,
  record: RecordType,
  path: string,
  faults: Fault[],
): Row | undefined {
  if (isRow(value)) {
    return value.table.record === record ? value : singleRow(record, cells(value, record));
  }
  if (!isObject(value)) return undefined;
  const fields = new Map<string, Value>();
  for (const [name, type] of record.fields) {
    const field = value.fields.get(name);
    if (field === undefined && type.kind !== 'optional')
      faults.push(missing(name, value, record, path));
    else fields.set(name, fitValue(field ?? null, type, `${path}.${name}`, faults));
  }
  return singleRow(record, fields);
}

function cells(row: Row, record: RecordType): ReadonlyMap<string, Value> {
  return new Map([...record.fields.keys()].map((name) => [name, row.table.cell(row.index, name)]));
}

function missing(name: string, { fields }: JsonObject, record: RecordType, path: string): Fault {
  const others = [...fields.keys()].filter((each) => !record.fields.has(each));
  const near = didYouMean(name, others);
  const hint = near === undefined ? undefined : `is \`${near}\` meant to be \`${name}\`?`;
  return { path, message: `${record.name} needs the field \`${name}\``, hint };
}
