import type { Let, Value } from '../../dsl/index.ts';
import { translate } from './domain.ts';
import type { KeyColumn } from './plan.ts';
import { columnOf, type Rows } from './rows.ts';
import { type CodeColumn, indexTuples, type TupleIndex } from './tuples.ts';

/** A step (or a workflow output) as one end of a relation. */
export interface Side {
  readonly name: string;
  readonly rows: Rows;
  readonly lets: readonly Let[];
  /** Its instances are not all known: relations with it are `unknown`. */
  readonly dynamic: boolean;
  /** As of its step (`Step.calls`). */
  readonly calls: readonly number[] | undefined;
  /** Finds an ordinal by the codes of all its keys. */
  index(): TupleIndex;
}

export function sideOf(
  name: string,
  rows: Rows,
  lets: readonly Let[],
  dynamic: boolean,
  calls?: readonly number[],
): Side {
  let index: TupleIndex | undefined;
  return {
    name,
    rows,
    lets,
    dynamic,
    calls,
    index() {
      // Keys are distinct, so that the number of a tuple is its ordinal.
      index ??= indexTuples(codeColumns(rows), rows.count);
      return index;
    },
  };
}

export function codeColumns(rows: Rows): readonly CodeColumn[] {
  return rows.keys.map((k) => ({ codes: k.codes, cardinality: k.values.length }));
}

export function constantCodes(count: number, code: number): Int32Array {
  return new Int32Array(count).fill(code);
}

/** The code of a value among keys, -1 if it is none of them. */
export function codeFinder(values: readonly unknown[]): (value: Value | undefined) => number {
  const codeOf = new Map(values.map((value, code) => [value, code]));
  return (value) => codeOf.get(value) ?? -1;
}

/** The rows' keys of `column`'s dimension as codes of `column`'s own keys. */
export function codesIn(column: KeyColumn, rows: Rows): CodeColumn {
  const own = columnOf(rows, column.dimension);
  return {
    codes: translate(own.codes, own.values, column.values),
    cardinality: column.values.length,
  };
}

/** The rows' keys of a dimension, in their own codes. */
export function ownCodes(rows: Rows, dimension: string): CodeColumn {
  const { codes, values } = columnOf(rows, dimension);
  return { codes, cardinality: values.length };
}

/** The rows' keys of a dimension, in the codes that `target` has for it. */
export function inDomain(rows: Rows, dimension: string, target: Rows): CodeColumn {
  return codesIn(columnOf(target, dimension), rows);
}
