import type { RecordType } from '../check/type.ts';

/**
 * Values at plan time and at run time. `int` and `float` are both JavaScript numbers, a closed string
 * is a string; the declared type tells them apart where it matters (`type.ts`).
 */
export type Value =
  | null
  | boolean
  | number
  | string
  | Quantity
  | FileValue
  | Row
  | Table
  | JsonObject
  | readonly Value[];

/** Canonical units: seconds, bytes, degrees; a percent is its share (5% is 0.05). */
export interface Quantity {
  readonly kind: 'quantity';
  readonly dimension: 'duration' | 'size' | 'angle' | 'percent';
  readonly amount: number;
}

/** A file or directory: `path` is where it is (absolute once it exists). */
export interface FileValue {
  readonly kind: 'file';
  readonly path: string;
}

/** Rows of one record type, kept in columns by whoever read them. */
export interface Table {
  readonly kind: 'table';
  readonly record: RecordType;
  readonly length: number;
  /** The value of a cell; `null` where a `T?` cell is empty. */
  cell(row: number, column: string): Value;
}

export interface Row {
  readonly kind: 'row';
  readonly table: Table;
  readonly index: number;
}

export interface JsonObject {
  readonly kind: 'object';
  readonly fields: ReadonlyMap<string, Value>;
}

/** What a dimension's key may be. */
export type Key = number | boolean | string;
