import type { RecordType, Table, Type, Value } from '../../dsl/index.ts';

/**
 * One column of a table. Numbers are typed arrays, texts a dictionary with codes; only the rarer types
 * (durations, files, lists) keep a value a cell. An empty cell of a `T?` column is null.
 */
export type Column =
  | {
      readonly kind: 'numbers';
      readonly values: Int32Array | Float64Array;
      /** 1 where the cell is empty; absent if none is. */
      readonly empty: Uint8Array | undefined;
    }
  | {
      readonly kind: 'texts';
      /** Distinct, in the order in which they are first met. */
      readonly dictionary: readonly string[];
      /** `emptyCode` where the cell is empty. */
      readonly codes: Uint32Array;
    }
  | { readonly kind: 'values'; readonly values: readonly Value[] };

export const emptyCode = 0xffff_ffff;

/** A table whose columns can be reached whole, as the plan does. */
export interface ColumnarTable extends Table {
  column(name: string): Column | undefined;
}

export function columnarTable(
  record: RecordType,
  length: number,
  columns: ReadonlyMap<string, Column>,
): ColumnarTable {
  return {
    kind: 'table',
    record,
    length,
    column: (name) => columns.get(name),
    cell(row, name) {
      const column = columns.get(name);
      return column && row < length ? cellOf(column, row) : null;
    },
  };
}

export function isColumnar(table: Table): table is ColumnarTable {
  return 'column' in table;
}

function cellOf(column: Column, row: number): Value {
  switch (column.kind) {
    case 'numbers':
      return column.empty?.[row] ? null : (column.values[row] ?? null);
    case 'texts':
      return column.dictionary[column.codes[row] ?? emptyCode] ?? null;
    case 'values':
      return column.values[row] ?? null;
  }
}

/** Takes the cells of one column from the first row to the last. */
export interface ColumnBuilder {
  add(value: Value): void;
  /** The same as `add` of a number, without a test of its kind. */
  addNumber(value: number): void;
  /** The same as `add` of a text. */
  addText(text: string): void;
  finish(): Column;
}

export function columnBuilder(type: Type): ColumnBuilder {
  const plain = type.kind === 'optional' ? type.of : type;
  switch (plain.kind) {
    case 'int':
    case 'float':
      return numberBuilder();
    case 'string':
    case 'closed':
      return textBuilder();
    default:
      return valueBuilder();
  }
}

function numberBuilder(): ColumnBuilder {
  let values: Int32Array | Float64Array = new Int32Array(64);
  let empty: Uint8Array | undefined;
  let length = 0;
  const addNumber = (value: number) => {
    if (length === values.length) values = grown(values);
    if (values instanceof Int32Array && !fitsInt32(value)) values = Float64Array.from(values);
    values[length++] = value;
  };
  return {
    addNumber,
    addText: () => addNumber(Number.NaN),
    add(value) {
      if (typeof value === 'number') return addNumber(value);
      empty ??= new Uint8Array(values.length);
      if (empty.length <= length) empty = grownBytes(empty, length + 1);
      empty[length] = 1;
      addNumber(0);
    },
    finish: () => ({
      kind: 'numbers',
      values: values.slice(0, length),
      empty: empty && grownBytes(empty, length).slice(0, length),
    }),
  };
}

function fitsInt32(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0);
}

function grown(values: Int32Array | Float64Array): Int32Array | Float64Array {
  const bigger =
    values instanceof Int32Array
      ? new Int32Array(values.length * 2)
      : new Float64Array(values.length * 2);
  bigger.set(values);
  return bigger;
}

function grownBytes(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length >= length) return bytes;
  const bigger = new Uint8Array(length * 2);
  bigger.set(bytes);
  return bigger;
}

function textBuilder(): ColumnBuilder {
  const dictionary: string[] = [];
  const codeOf = new Map<string, number>();
  let codes = new Uint32Array(64);
  let length = 0;
  let lastText: string | undefined;
  let lastCode = 0;
  const addCode = (code: number) => {
    if (length === codes.length) {
      const bigger = new Uint32Array(codes.length * 2);
      bigger.set(codes);
      codes = bigger;
    }
    codes[length++] = code;
  };
  const addText = (text: string) => {
    if (text !== lastText) {
      const known = codeOf.get(text);
      if (known === undefined) codeOf.set(text, dictionary.length);
      lastCode = known ?? dictionary.push(text) - 1;
      lastText = text;
    }
    addCode(lastCode);
  };
  return {
    addText,
    addNumber: (value) => addText(String(value)),
    add: (value) => (typeof value === 'string' ? addText(value) : addCode(emptyCode)),
    finish: () => ({ kind: 'texts', dictionary, codes: codes.slice(0, length) }),
  };
}

function valueBuilder(): ColumnBuilder {
  const values: Value[] = [];
  const add = (value: Value) => {
    values.push(value);
  };
  return { add, addNumber: add, addText: add, finish: () => ({ kind: 'values', values }) };
}
