import { noElement, wrongKind } from './failure.ts';
import { formatQuantity } from './units.ts';
import type { FileValue, JsonObject, Quantity, Row, Table, Value } from './value.ts';

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isQuantityValue(value: Value): value is Quantity {
  return kindOf(value) === 'quantity';
}

export function isFileValue(value: Value): value is FileValue {
  return kindOf(value) === 'file';
}

export function isTable(value: Value): value is Table {
  return kindOf(value) === 'table';
}

export function isRow(value: Value): value is Row {
  return kindOf(value) === 'row';
}

export function isObject(value: Value): value is JsonObject {
  return kindOf(value) === 'object';
}

export type ValueKind =
  | 'none'
  | 'bool'
  | 'number'
  | 'string'
  | 'list'
  | 'quantity'
  | 'file'
  | 'table'
  | 'row'
  | 'object';

export function kindOf(value: Value): ValueKind {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'list' : (value as Exclude<typeof value, readonly Value[]>).kind;
}

const kindNames: Readonly<Record<ValueKind, string>> = {
  none: '`none`',
  bool: 'a bool',
  number: 'a number',
  string: 'a string',
  list: 'a list',
  quantity: 'a quantity',
  file: 'a file',
  table: 'a table',
  row: 'a row',
  object: 'an object',
};

/** "a list", "the string `abc`": for messages. */
export function describe(value: Value): string {
  const kind = kindOf(value);
  if (kind === 'quantity') return `a ${(value as Quantity).dimension}`;
  return kindNames[kind];
}

/**
 * A number as text: the shortest that reads back as the same number (ECMA-262, Number::toString), as in
 * keys, strings and scripts. Negative zero is `0`.
 */
export function numberText(value: number): string {
  return String(value === 0 ? 0 : value);
}

/** A value inside a string. Lists, rows and tables have no text, and a quantity none without a unit. */
export function textOf(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return numberText(value);
    case 'boolean':
      return String(value);
  }
  if (value === null)
    throw noElement('an absent value has no text', 'give a fallback: `x ?? "..."`');
  if (isFileValue(value)) return value.path;
  if (isQuantityValue(value)) {
    const unit = { duration: 's', size: 'MB', angle: 'deg', percent: '' }[value.dimension];
    const hint = unit === '' ? undefined : `\`@{x to ${unit}}\``;
    throw wrongKind(`${formatQuantity(value)} needs a unit before it is text`, hint);
  }
  throw wrongKind(`${describe(value)} has no text`);
}
