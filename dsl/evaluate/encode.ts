import { compareStrings } from './order.ts';
import { isFileValue, isList, isObject, isQuantityValue, isRow, isTable } from './text.ts';
import type { FileValue, Table, Value } from './value.ts';

/**
 * A canonical text of a value: equal values have equal texts and different ones different texts, so that
 * its digest can stand for the value. Numbers are as ECMA-262 prints them (-0 and NaN are values of their
 * own), strings are length-prefixed, fields are sorted by name; a record's name does not count. `file`
 * says what a file's identity is.
 */
export function encodeValue(value: Value, file: (value: FileValue) => string): string {
  switch (typeof value) {
    case 'number':
      return `d${Object.is(value, -0) ? '-0' : value};`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'string':
      return `s${encodeText(value)}`;
  }
  if (value === null) return 'n';
  if (isList(value)) {
    return `l${value.length}:${value.map((each) => encodeValue(each, file)).join('')}`;
  }
  if (isQuantityValue(value)) return `q${value.dimension}:${encodeValue(value.amount, file)}`;
  if (isFileValue(value)) return `p${encodeText(file(value))}`;
  if (isObject(value)) {
    return encodeFields(
      'o',
      [...value.fields.keys()],
      (name) => value.fields.get(name) ?? null,
      file,
    );
  }
  if (isRow(value)) return encodeRow(value.table, value.index, file);
  return isTable(value) ? encodeTable(value, file) : '';
}

/**
 * The length makes it self-delimiting. A lone surrogate would become U+FFFD in UTF-8 and so meet another
 * text; such strings are written in code units.
 */
function encodeText(text: string): string {
  if (text.isWellFormed()) return `${text.length}:${text}`;
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16));
  return `u${text.length}:${units.join(',')};`;
}

function encodeFields(
  tag: string,
  names: readonly string[],
  fieldOf: (name: string) => Value,
  file: (value: FileValue) => string,
): string {
  const sorted = [...names].sort(compareStrings);
  const fields = sorted.map((name) => encodeText(name) + encodeValue(fieldOf(name), file));
  return `${tag}${names.length}:${fields.join('')}`;
}

function encodeRow(table: Table, row: number, file: (value: FileValue) => string): string {
  const names = [...table.record.fields.keys()];
  return encodeFields('r', names, (name) => table.cell(row, name), file);
}

function encodeTable(table: Table, file: (value: FileValue) => string): string {
  const rows = Array.from({ length: table.length }, (_, row) => encodeRow(table, row, file));
  return `T${table.length}:${rows.join('')}`;
}
