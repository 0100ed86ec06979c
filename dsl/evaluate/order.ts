import type { Type } from '../check/type.ts';
import { present } from '../check/type-relation.ts';
import { wrongKind } from './failure.ts';
import {
  describe,
  isFileValue,
  isList,
  isObject,
  isQuantityValue,
  isRow,
  isTable,
} from './text.ts';
import type { Row, Value } from './value.ts';

/**
 * By code point, as keys are ordered everywhere. (`<` on strings compares UTF-16 units, which puts U+FFFD
 * behind characters above U+FFFF.)
 */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates (0xD800..0xDFFF) stand for code points above all others.
    if (x >= 0xd800) x = x >= 0xe000 ? x - 0x800 : x + 0x2000;
    if (y >= 0xd800) y = y >= 0xe000 ? y - 0x800 : y + 0x2000;
    return x - y;
  }
  return a.length - b.length;
}

/**
 * The order of keys: ints and floats by value (NaN last), strings by code point, closed strings by
 * declaration, false before true, quantities by amount. `type` matters only for closed strings.
 */
export function compareValues(a: Value, b: Value, type?: Type): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') {
    const shown = type && present(type);
    if (shown?.kind !== 'closed') return compareStrings(a, b);
    return shown.values.indexOf(a) - shown.values.indexOf(b);
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (isQuantityValue(a) && isQuantityValue(b) && a.dimension === b.dimension) {
    return compareNumbers(a.amount, b.amount);
  }
  throw wrongKind(`${describe(a)} and ${describe(b)} have no order`);
}

function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Equality by value; files are equal if their paths are. NaN equals nothing. */
export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((x, i) => equalValues(x, b[i] as Value));
  }
  if (isQuantityValue(a)) {
    return isQuantityValue(b) && a.dimension === b.dimension && a.amount === b.amount;
  }
  if (isFileValue(a)) return isFileValue(b) && a.path === b.path;
  if (isRow(a)) return isRow(b) && equalRows(a, b);
  if (isObject(a)) {
    if (!isObject(b) || a.fields.size !== b.fields.size) return false;
    const { fields } = b;
    return [...a.fields].every(([name, x]) => {
      const y = fields.get(name);
      return y !== undefined && equalValues(x, y);
    });
  }
  if (!isTable(a) || !isTable(b) || a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (!equalRows({ kind: 'row', table: a, index }, { kind: 'row', table: b, index }))
      return false;
  }
  return true;
}

function equalRows(a: Row, b: Row): boolean {
  if (a.table === b.table && a.index === b.index) return true;
  const names = [...a.table.record.fields.keys()];
  const { fields } = b.table.record;
  if (names.length !== fields.size || !names.every((name) => fields.has(name))) return false;
  return names.every((n) => equalValues(a.table.cell(a.index, n), b.table.cell(b.index, n)));
}
