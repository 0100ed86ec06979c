import { compareStrings, type Key, type Table, type Type } from '../../dsl/index.ts';
import { type Column, emptyCode, isColumnar } from '../table/column.ts';

/** Keys as distinct values in key order and a code for each element. */
export interface Coded {
  readonly values: readonly Key[];
  readonly codes: Uint32Array;
}

/**
 * The keys of `elements` in key order: numbers by value, strings by code point, closed strings by
 * declaration, false before true.
 */
export function codeKeys(elements: readonly Key[], type: Type): Coded {
  if (elements.every((e) => typeof e === 'number')) return codeNumbers(elements);
  const dictionary: Key[] = [];
  const codeOf = new Map<Key, number>();
  const codes = new Uint32Array(elements.length);
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i]!;
    let code = codeOf.get(element);
    if (code === undefined) {
      code = dictionary.push(element) - 1;
      codeOf.set(element, code);
    }
    codes[i] = code;
  }
  return inKeyOrder(dictionary, codes, type);
}

const columnsOf = new WeakMap<Table, Map<string, Coded>>();

/** The keys in a column of a table whose cells are all filled; computed once a table. */
export function codeColumn(table: Table, name: string): Coded {
  let known = columnsOf.get(table);
  if (!known) {
    known = new Map();
    columnsOf.set(table, known);
  }
  let coded = known.get(name);
  if (!coded) {
    coded = codeTableColumn(table, name, table.record.fields.get(name) ?? { kind: 'string' });
    known.set(name, coded);
  }
  return coded;
}

function codeTableColumn(table: Table, name: string, type: Type): Coded {
  const column = isColumnar(table) ? table.column(name) : undefined;
  if (column?.kind === 'numbers') return codeNumbers(column.values);
  if (column?.kind === 'texts' && !hasEmpty(column)) {
    return inKeyOrder(column.dictionary, column.codes, type);
  }
  const elements: Key[] = [];
  for (let row = 0; row < table.length; row++) elements.push(asKey(table.cell(row, name)));
  return codeKeys(elements, type);
}

function hasEmpty(column: Extract<Column, { kind: 'texts' }>): boolean {
  return column.codes.includes(emptyCode);
}

/** A value as a key; what cannot be one is refused by the checker and the readers before. */
export function asKey(value: unknown): Key {
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value ?? '');
}

/** A range of whole numbers up to this many times the elements is coded by a table, not by sorting. */
const rangePerElement = 8;

function codeNumbers(elements: ArrayLike<number>): Coded {
  const count = elements.length;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let whole = true;
  for (let i = 0; i < count; i++) {
    const value = elements[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
    if (!Number.isInteger(value)) whole = false;
  }
  if (whole && high - low <= count * rangePerElement + 1024) return codeRange(elements, low, high);
  const sorted = Float64Array.from(elements).sort();
  const values: number[] = [];
  for (const value of sorted) if (value !== values.at(-1)) values.push(value);
  const codeOf = new Map(values.map((value, code) => [value, code]));
  return { values, codes: Uint32Array.from(elements, (value) => codeOf.get(value) ?? 0) };
}

function codeRange(elements: ArrayLike<number>, low: number, high: number): Coded {
  const present = new Uint8Array(elements.length === 0 ? 0 : high - low + 1);
  for (let i = 0; i < elements.length; i++) present[elements[i]! - low] = 1;
  const codeAt = new Uint32Array(present.length);
  const values: number[] = [];
  for (let at = 0; at < present.length; at++) {
    if (present[at]) codeAt[at] = values.push(low + at) - 1;
  }
  const codes = new Uint32Array(elements.length);
  for (let i = 0; i < codes.length; i++) codes[i] = codeAt[elements[i]! - low]!;
  return { values, codes };
}

function inKeyOrder(dictionary: readonly Key[], codes: Uint32Array, type: Type): Coded {
  const order = dictionary.map((_, code) => code);
  const compare = keyComparison(type, dictionary);
  order.sort((a, b) => compare(dictionary[a]!, dictionary[b]!));
  const place = new Uint32Array(order.length);
  let moved = false;
  order.forEach((code, at) => {
    place[code] = at;
    moved ||= code !== at;
  });
  if (!moved) return { values: dictionary, codes };
  return { values: order.map((code) => dictionary[code]!), codes: codes.map((c) => place[c]!) };
}

/** Beyond the surrogates, the order of UTF-16 units is not that of code points. */
const aboveSurrogates = /[\ud800-\uffff]/;

/** Compares keys of a type: the order in which gathered lists and instances stand. */
export function keyComparison(type: Type, keys: readonly Key[]): (a: Key, b: Key) => number {
  const plain = type.kind === 'optional' ? type.of : type;
  if (plain.kind === 'closed') {
    const rank = new Map<Key, number>(plain.values.map((value, at) => [value, at]));
    return (a, b) => (rank.get(a) ?? -1) - (rank.get(b) ?? -1);
  }
  const texts = keys.some((k) => typeof k === 'string' && aboveSurrogates.test(k));
  if (texts) return (a, b) => compareStrings(String(a), String(b));
  return (a, b) => (a < b ? -1 : a > b ? 1 : 0);
}

/** For each code of `from` that of the same key in `to`, -1 if it is not there; undefined: the same. */
export function translation(from: readonly Key[], to: readonly Key[]): Int32Array | undefined {
  if (from === to) return undefined;
  if (typeof from[0] === 'number' && typeof to[0] === 'number') return mergeNumbers(from, to);
  const codeOf = new Map<Key, number>();
  for (let code = 0; code < to.length; code++) codeOf.set(to[code]!, code);
  const codes = new Int32Array(from.length);
  for (let code = 0; code < from.length; code++) codes[code] = codeOf.get(from[code]!) ?? -1;
  return codes;
}

function mergeNumbers(from: readonly Key[], to: readonly Key[]): Int32Array | undefined {
  const codes = new Int32Array(from.length);
  let same = from.length === to.length;
  for (let code = 0, other = 0; code < from.length; code++) {
    while (other < to.length && to[other]! < from[code]!) other++;
    codes[code] = to[other] === from[code] ? other : -1;
    same &&= codes[code] === code;
  }
  return same ? undefined : codes;
}

/** `codes` of one domain as codes of another. */
export function translate(
  codes: Uint32Array,
  from: readonly Key[],
  to: readonly Key[],
): Uint32Array | Int32Array {
  const table = translation(from, to);
  if (!table) return codes;
  const translated = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) translated[i] = table[codes[i]!]!;
  return translated;
}
