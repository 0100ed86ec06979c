import type { Type } from '../check/type.ts';
import {
  commonType,
  elementType,
  isNumber,
  isOpen,
  isQuantity,
  listOf,
  rowsOf,
  simple,
} from '../check/type-relation.ts';
import { joinType } from './join.ts';

export type ReaderName = 'csv' | 'jsonl' | 'json' | 'text' | 'lines' | 'files';

/** What the checker knows of a builtin; what it computes is in `apply.ts`. */
export interface Builtin {
  readonly name: string;
  /** As in the documentation: `min(a, b, ...)`. */
  readonly usage: string;
  /** One sentence: what it gives. */
  readonly doc: string;
  /** Reads a file: its value is given by the engine (`Scope.reader`), its argument is a path. */
  readonly reader: boolean;
  /**
   * `any`: wherever its arguments are known (a reader's file is there when planning, or, in an `out`,
   * when the attempt has ended). `script`: only as the whole of `@{...}` in a script (E0607).
   */
  readonly phase: 'any' | 'script';
  readonly arity: { readonly min: number; readonly max: number };
  /**
   * The type of the result. `types` has a legal number of arguments, none of them optional; `expected`
   * is the declared type of the place where the call stands by itself, if there is one.
   */
  readonly result: (types: readonly Type[], expected: Type | undefined) => Type | Misfit;
}

/** An argument that does not fit: `the first argument of `sum` must be ${wanted}`. */
export interface Misfit {
  readonly kind: 'misfit';
  /** Which argument, from 0; undefined if it is the call as a whole. */
  readonly argument: number | undefined;
  /** With its article, as in "a list of numbers". */
  readonly wanted: string;
  readonly hint?: string;
}

export function isMisfit(result: Type | Misfit): result is Misfit {
  return result.kind === 'misfit';
}

function misfit(argument: number | undefined, wanted: string, hint?: string): Misfit {
  return { kind: 'misfit', argument, wanted, ...(hint === undefined ? {} : { hint }) };
}

type Result = Builtin['result'];

const unknown = simple('unknown');

function isOrdered(type: Type): boolean {
  return (
    isOpen(type) ||
    isNumber(type) ||
    isQuantity(type) ||
    ['string', 'closed', 'bool', 'percent'].includes(type.kind)
  );
}

function isText(type: Type): boolean {
  return isOpen(type) || type.kind === 'string' || type.kind === 'closed';
}

function isPathLike(type: Type): boolean {
  return isText(type) || ['file', 'dir', 'path', 'store'].includes(type.kind);
}

/** A builtin over numbers that gives `to`, or the argument's own type. */
function numeric(to: 'int' | 'same'): Result {
  return ([type = unknown]) => {
    if (isOpen(type)) return to === 'int' ? simple('int') : type;
    if (to === 'same' && (isQuantity(type) || isNumber(type))) return type;
    if (isNumber(type)) return simple('int');
    const hint = isQuantity(type) ? 'turn it into a number first: `(x to h)`' : undefined;
    return misfit(0, to === 'same' ? 'a number or a quantity' : 'a number', hint);
  };
}

/** `min` and `max`: over their arguments, or over one list. */
const extreme: Result = (types) => {
  const [only] = types;
  if (types.length === 1 && only) {
    const element = elementType(only);
    if (!element) return misfit(0, 'a list', 'one argument must be a list: `min(xs)`, `min(a, b)`');
    return isOrdered(element) ? element : misfit(0, 'a list of things that have an order');
  }
  let common: Type = unknown;
  for (const [index, type] of types.entries()) {
    const wider = isOrdered(type) ? commonType(common, type) : undefined;
    if (!wider)
      return misfit(index, index === 0 ? 'something that has an order' : 'of the same kind');
    common = wider;
  }
  return common;
};

const sum: Result = ([type = unknown]) => {
  const element = elementType(type);
  if (element && (isOpen(element) || isNumber(element) || isQuantity(element))) return element;
  return misfit(0, 'a list of numbers or of quantities');
};

const sorted: Result = ([type = unknown]) => {
  const element = elementType(type);
  return element && isOrdered(element)
    ? listOf(element)
    : misfit(0, 'a list of things that have an order');
};

const spaced: Result = ([from = unknown, to = unknown, count = unknown]) => {
  if (!isOpen(from) && !isNumber(from)) return misfit(0, 'a number');
  if (!isOpen(to) && !isNumber(to)) return misfit(1, 'a number');
  if (!isOpen(count) && count.kind !== 'int') return misfit(2, 'an int');
  return listOf(simple('float'));
};

const chunks: Result = ([type = unknown, size = unknown]) => {
  const element = elementType(type);
  if (!element) return misfit(0, 'a list');
  if (!isOpen(size) && size.kind !== 'int') return misfit(1, 'an int');
  return listOf(listOf(element));
};

const mod: Result = ([a = unknown, b = unknown]) => {
  if (!isOpen(a) && !isNumber(a)) return misfit(0, 'a number');
  if (!isOpen(b) && !isNumber(b)) return misfit(1, 'a number');
  return commonType(a, b) ?? simple('float');
};

const join: Result = (types) => {
  let joined: Type = types[0] ?? unknown;
  if (!isOpen(joined) && rowsOf(joined) === undefined) return misfit(0, 'a table');
  for (const [at, next] of types.slice(1).entries()) {
    if (!isOpen(next) && rowsOf(next) === undefined) return misfit(at + 1, 'a table');
    const [left, right] = [rowsOf(joined), rowsOf(next)];
    if (left === undefined || right === undefined) {
      joined = unknown;
      continue;
    }
    const record = joinType(left, right);
    if (typeof record === 'string') return misfit(at + 1, `a table that fits: ${record}`);
    joined = { kind: 'table', record };
  }
  return joined;
};

const str: Result = ([type = unknown]) => {
  if (isText(type) || isNumber(type) || type.kind === 'bool') return simple('string');
  const hint = isQuantity(type) ? 'turn it into a number first: `str(x to h)`' : undefined;
  return misfit(0, 'a number, a bool or a string', hint);
};

function fixed(wanted: string, fits: (type: Type) => boolean, result: Type): Result {
  return (types) => {
    const wrong = types.findIndex((type) => !fits(type));
    return wrong < 0 ? result : misfit(wrong, wanted);
  };
}

/** The argument of every reader is a path. */
function reading(result: (expected: Type | undefined) => Type | Misfit): Result {
  return ([type = unknown], expected) =>
    isText(type) ? result(expected) : misfit(0, 'a string: the path of a file');
}

const tableRead = reading((expected) => {
  const wanted = expected?.kind === 'optional' ? expected.of : expected;
  if (wanted?.kind === 'table' || wanted?.kind === 'unknown') return wanted;
  const hint = 'say what its rows are: `name: table<Record> = ...`';
  return wanted === undefined
    ? misfit(undefined, 'where a type is declared', hint)
    : misfit(undefined, 'where a table is declared', hint);
});

/** What one line or one small file of text can hold: `text` and `lines` give it where it is declared. */
function isScalar(type: Type): boolean {
  return (
    isNumber(type) ||
    isQuantity(type) ||
    ['bool', 'string', 'closed', 'percent'].includes(type.kind)
  );
}

const textRead = reading((expected) => {
  const wanted = expected?.kind === 'optional' ? expected.of : expected;
  return wanted && isScalar(wanted) ? wanted : simple('string');
});

const linesRead = reading((expected) => {
  const wanted = expected?.kind === 'optional' ? expected.of : expected;
  return wanted?.kind === 'list' && isScalar(wanted.element) ? wanted : listOf(simple('string'));
});

const length = fixed(
  'a list, a table or a string',
  (type) => isText(type) || type.kind === 'list' || type.kind === 'table',
  simple('int'),
);

const filelist = fixed(
  'a list of files or of strings',
  (type) => isOpen(type) || (type.kind === 'list' && isPathLike(type.element)),
  simple('path'),
);

const raw = fixed(
  'a number, a bool, a string or a path',
  (type) => isPathLike(type) || isNumber(type) || type.kind === 'bool',
  simple('string'),
);

interface Row {
  readonly usage: string;
  readonly doc: string;
  readonly max?: number;
  readonly min?: number;
  readonly phase?: 'script';
  readonly result: Result;
}

const rows: readonly Row[] = [
  { usage: 'len(xs)', doc: 'how many elements, rows or characters', result: length },
  {
    usage: 'min(a, b, ...)',
    doc: 'the least of its arguments, or of one list',
    max: Infinity,
    min: 1,
    result: extreme,
  },
  {
    usage: 'max(a, b, ...)',
    doc: 'the greatest of its arguments, or of one list',
    max: Infinity,
    min: 1,
    result: extreme,
  },
  { usage: 'sum(xs)', doc: 'the sum of a list; 0 if it is empty', result: sum },
  { usage: 'sorted(xs)', doc: 'the list in the order of keys', result: sorted },
  { usage: 'ceil(x)', doc: 'the least int that is not below x', result: numeric('int') },
  { usage: 'floor(x)', doc: 'the greatest int that is not above x', result: numeric('int') },
  { usage: 'round(x)', doc: 'the nearest int; halves go away from zero', result: numeric('int') },
  { usage: 'abs(x)', doc: 'x without its sign', result: numeric('same') },
  { usage: 'mod(a, b)', doc: 'the rest of a / b, with the sign of b', result: mod },
  {
    usage: 'linspace(a, b, n)',
    doc: 'n numbers at equal distances, both ends included',
    result: spaced,
  },
  {
    usage: 'logspace(a, b, n)',
    doc: 'n numbers from 10^a to 10^b at equal ratios',
    result: spaced,
  },
  {
    usage: 'join(a, b, ...)',
    doc: 'the natural join: rows that agree on all shared columns',
    max: Infinity,
    result: join,
  },
  {
    usage: 'chunks(xs, n)',
    doc: 'the list cut into lists of n; the last may be shorter',
    result: chunks,
  },
  {
    usage: 'filelist(xs)',
    doc: 'the path of a file with one element a line',
    phase: 'script',
    result: filelist,
  },
  { usage: 'str(x)', doc: 'its text', result: str },
  {
    usage: 'stem(path)',
    doc: 'the last part of a path without its last extension',
    result: fixed('a path', isPathLike, simple('string')),
  },
  {
    usage: 'basename(path)',
    doc: 'the last part of a path',
    result: fixed('a path', isPathLike, simple('string')),
  },
  {
    usage: 'matches(text, pattern)',
    doc: 'does the whole text match the pattern?',
    result: fixed('a string', isText, simple('bool')),
  },
  {
    usage: 'raw(x)',
    doc: 'pastes its text into the script as it is',
    phase: 'script',
    result: raw,
  },
  { usage: 'csv(path)', doc: 'the rows of a CSV file with a header', result: tableRead },
  {
    usage: 'jsonl(path)',
    doc: 'the rows of a file with one JSON object a line',
    result: tableRead,
  },
  { usage: 'json(path)', doc: 'the value of a JSON file', result: reading(() => simple('json')) },
  {
    usage: 'text(path)',
    doc: 'a small file as text, without the last line break',
    result: textRead,
  },
  { usage: 'lines(path)', doc: 'the lines of a file that are not empty', result: linesRead },
  {
    usage: 'files(pattern)',
    doc: 'the files that fit a pattern, ordered by name',
    result: reading(() => listOf({ kind: 'file', tag: undefined })),
  },
];

/** Builtins that read a file: what a command line may give besides plain values. */
export const readerNames: ReadonlySet<string> = new Set<ReaderName>([
  'csv',
  'jsonl',
  'json',
  'text',
  'lines',
  'files',
]);

function builtin(row: Row): Builtin {
  const [name = '', inside = ''] = row.usage.slice(0, -1).split('(');
  const shown = inside.split(',').filter((word) => word.trim() !== '...').length;
  return {
    name,
    usage: row.usage,
    doc: row.doc,
    reader: readerNames.has(name),
    phase: row.phase ?? 'any',
    arity: { min: row.min ?? shown, max: row.max ?? shown },
    result: row.result,
  };
}

/** All builtins, by name. */
export const builtins: ReadonlyMap<string, Builtin> = new Map(
  rows.map((row) => [builtin(row).name, builtin(row)]),
);

/** True for the name of a builtin that reads a file. */
export function isReaderName(name: string): name is ReaderName {
  return readerNames.has(name);
}
