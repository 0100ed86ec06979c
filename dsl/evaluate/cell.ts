import type { Type } from '../check/type.ts';
import { aType } from '../check/type-relation.ts';
import { didYouMean } from '../text/suggest.ts';
import { parseQuantity } from './quantity-text.ts';
import type { Quantity, Value } from './value.ts';

/** A text that is no value of its type. */
export class CellFault {
  /** What is wrong, beginning with the text: "`R` is not a Band". */
  readonly message: string;
  readonly label: string | undefined;
  readonly hint: string | undefined;

  constructor(message: string, label?: string, hint?: string) {
    this.message = message;
    this.label = label;
    this.hint = hint;
  }
}

/** Turns one cell of a table, without its quotes, into a value or a fault. */
export type CellParser = (text: string) => Value | CellFault;

/**
 * The parser of one column, made once and called for each of its cells. A `T?` column takes an empty cell
 * as absent. Numbers may stand between blanks; strings are taken as they are. A `file` is left as its
 * path, relative to the table. Types that a cell cannot hold (lists, tables) give a fault for every cell.
 */
export function cellParser(type: Type): CellParser {
  switch (type.kind) {
    case 'optional': {
      const parse = cellParser(type.of);
      return (text) => (text === '' ? null : parse(text));
    }
    case 'int':
      return parseInt10;
    case 'float':
      return parseFloat10;
    case 'bool':
      return parseBool;
    case 'string':
    case 'json':
    case 'unknown':
      return (text) => text;
    case 'closed':
      return closedParser(type.values, type.name);
    case 'file':
    case 'dir':
    case 'path':
    case 'store':
      return (text) => (text === '' ? emptyCell(type) : { kind: 'file', path: text });
    case 'duration':
    case 'size':
    case 'angle':
    case 'percent':
      return quantityParser(type.kind);
    default:
      return (text) => new CellFault(`\`${text}\` is not ${aType(type)}`);
  }
}

function emptyCell(type: Type): CellFault {
  return new CellFault(
    `an empty cell is not ${aType(type)}`,
    undefined,
    'an optional column has the type `T?`',
  );
}

function notA(text: string, type: Type['kind'], hint?: string): CellFault {
  if (text.trim() === '') return emptyCell({ kind: type } as Type);
  return new CellFault(`\`${text}\` is not ${aType({ kind: type } as Type)}`, undefined, hint);
}

/** Digits with a sign, by hand: the common case of a million cells. */
function parseInt10(text: string): Value | CellFault {
  const length = text.length;
  const first = text.charCodeAt(0);
  let at = first === 45 || first === 43 ? 1 : 0;
  if (length > at && length < 16) {
    let value = 0;
    for (; at < length; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) return slowInt(text);
      value = value * 10 + digit;
    }
    return first === 45 && value !== 0 ? -value : value;
  }
  return slowInt(text);
}

function slowInt(text: string): Value | CellFault {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed)) return notA(text, 'int');
  const value = Number(trimmed);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  return new CellFault(`\`${text}\` is too large for an int`, 'ints go up to 9007199254740991');
}

const floatPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

function parseFloat10(text: string): Value | CellFault {
  const trimmed = text.trim();
  if (floatPattern.test(trimmed)) {
    const value = Number(trimmed);
    if (Number.isFinite(value)) return value;
    return new CellFault(`\`${text}\` is too large for a float`);
  }
  // Tables of numpy and pandas write these.
  switch (trimmed.toLowerCase()) {
    case 'nan':
      return Number.NaN;
    case 'inf':
    case '+inf':
      return Number.POSITIVE_INFINITY;
    case '-inf':
      return Number.NEGATIVE_INFINITY;
    default:
      return notA(text, 'float');
  }
}

function parseBool(text: string): Value | CellFault {
  switch (text.trim()) {
    case 'true':
    case 'True':
      return true;
    case 'false':
    case 'False':
      return false;
    default:
      return notA(text, 'bool', 'write `true` or `false`');
  }
}

function closedParser(values: readonly string[], name: string): CellParser {
  const known = new Set(values);
  return (text) => {
    if (known.has(text)) return text;
    const near = didYouMean(text, values);
    const all = values.map((value) => `"${value}"`).join(' | ');
    const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
    return new CellFault(`\`${text}\` is not a ${name}`, `${name} is ${all}`, hint);
  };
}

const examples = { duration: '2 h', size: '4 GB', angle: '2.5 arcmin', percent: '5%' } as const;

function quantityParser(dimension: Quantity['dimension']): CellParser {
  return (text) => {
    const value = parseQuantity(text);
    if (typeof value !== 'string' && value.dimension === dimension) return value;
    const found = notA(text, dimension, `write it as \`${examples[dimension]}\``);
    return typeof value === 'string' && value.startsWith('unknown')
      ? new CellFault(found.message, value, found.hint)
      : found;
  };
}
