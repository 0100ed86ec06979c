import type { Type } from '../check/type.ts';
import { elementType, rowsOf } from '../check/type-relation.ts';
import { rowsTable } from './columns.ts';
import { badArgument, noElement, noNumber, wrongKind } from './failure.ts';
import { joinTables } from './join.ts';
import { arithmetic } from './operators.ts';
import { compareValues } from './order.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { describe, isFileValue, isList, isQuantityValue, isTable, textOf } from './text.ts';
import { quantity, tidy } from './units.ts';
import type { Table, Value } from './value.ts';

/** What a builtin knows beside its arguments. */
export interface Applied {
  /** Types of the arguments, where known: closed strings have an order of their own. */
  readonly types: readonly (Type | undefined)[];
  /** Takes `count` steps of the evaluation's fuel. */
  readonly spend: (count: number) => void;
}

type Apply = (args: readonly Value[], applied: Applied) => Value;

/** Applies a builtin that is no reader; undefined if there is none of this name. */
export function applyBuiltin(
  name: string,
  args: readonly Value[],
  applied: Applied,
): Value | undefined {
  return implementations.get(name)?.(args, applied);
}

function at(args: readonly Value[], index: number): Value {
  return args[index] ?? null;
}

function numberAt(args: readonly Value[], index: number): number {
  const value = at(args, index);
  if (typeof value === 'number') return value;
  throw wrongKind(`a number is needed here, not ${describe(value)}`);
}

/** The elements of a list, or the rows of a table. */
export function elementsOf(value: Value, spend: (count: number) => void): readonly Value[] {
  if (isList(value)) return value;
  if (!isTable(value)) throw wrongKind(`${describe(value)} has no elements`);
  spend(value.length);
  return Array.from({ length: value.length }, (_, index) => ({ kind: 'row', table: value, index }));
}

function extreme(name: string, sign: 1 | -1): Apply {
  return (args, { types, spend }) => {
    const list = args.length === 1 ? elementsOf(at(args, 0), spend) : args;
    const first = types[0];
    const type =
      args.length === 1 && first ? elementType(first) : types.find((t) => t?.kind === 'closed');
    if (list.length === 0) throw noElement(`\`${name}\` of an empty list`);
    spend(list.length);
    return list.reduce((best, each) => (sign * compareValues(each, best, type) < 0 ? each : best));
  };
}

function sum([list = null]: readonly Value[], { types, spend }: Applied): Value {
  const elements = elementsOf(list, spend);
  spend(elements.length);
  const [first, ...rest] = elements;
  const element = types[0] && elementType(types[0]);
  if (first === undefined) {
    const kind = element?.kind;
    const isKind = kind === 'duration' || kind === 'size' || kind === 'angle';
    return isKind ? quantity(kind, 0) : 0;
  }
  return rest.reduce(
    (total, each) => arithmetic('+', total, each, () => element?.kind === 'int'),
    first,
  );
}

function sorted([list = null]: readonly Value[], { types, spend }: Applied): Value {
  const elements = elementsOf(list, spend);
  spend(elements.length);
  const type = types[0] && elementType(types[0]);
  return [...elements].sort((a, b) => compareValues(a, b, type));
}

function toInt(round: (value: number) => number): Apply {
  return (args) => {
    const result = round(numberAt(args, 0));
    if (Number.isSafeInteger(result)) return result === 0 ? 0 : result;
    throw noNumber(`${numberAt(args, 0)} is too large for an int`);
  };
}

/** `count` numbers from `a` to `b`, free of the last digit's noise, so that they make readable keys. */
function linear(a: number, b: number, count: number, spend: (count: number) => void): number[] {
  if (!Number.isInteger(count) || count < 1) throw badArgument(`cannot make ${count} numbers`);
  spend(count);
  if (count === 1) return [a];
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return a;
    return i === count - 1 ? b : tidy((a * (count - 1 - i) + b * i) / (count - 1));
  });
}

function chunks(args: readonly Value[], { spend }: Applied): Value {
  const list = elementsOf(at(args, 0), spend);
  const size = numberAt(args, 1);
  if (!Number.isInteger(size) || size < 1) throw badArgument(`cannot make chunks of ${size}`);
  spend(list.length);
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/** More rows than any plan can hold; keeps a join by a nearly constant column from filling the memory. */
const maxJoinedRows = 50_000_000;

function join(args: readonly Value[], { types }: Applied): Value {
  const tables = args.map((value, at): Table => {
    if (isTable(value)) return value;
    const type = types[at];
    const record = type && rowsOf(type);
    if (record && isList(value)) return rowsTable(record, value);
    throw wrongKind(`only tables can be joined, not ${describe(value)}`);
  });
  return tables.reduce((joined, next) => {
    const result = joinTables(joined, next, maxJoinedRows);
    if (typeof result === 'string') throw badArgument(result);
    return result;
  });
}

function pathAt(args: readonly Value[]): string {
  const value = at(args, 0);
  const path = isFileValue(value) ? value.path : value;
  if (typeof path === 'string') return path;
  throw wrongKind(`a path is needed here, not ${describe(value)}`);
}

function basename(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

function stem(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** The patterns of one workflow are few; each instance asks for the same ones. */
const patterns = new Map<string, Pattern>();

function patternOf(text: string): Pattern {
  const known = patterns.get(text);
  if (known) return known;
  const compiled = compilePattern(text);
  if (typeof compiled === 'string') throw badArgument(`\`${text}\` is no pattern: ${compiled}`);
  if (patterns.size > 100) patterns.clear();
  patterns.set(text, compiled);
  return compiled;
}

function matches(args: readonly Value[], { spend }: Applied): Value {
  const [text = null, pattern = null] = args;
  if (typeof text !== 'string' || typeof pattern !== 'string') {
    throw wrongKind(
      `only strings match patterns, not ${describe(typeof text === 'string' ? pattern : text)}`,
    );
  }
  spend(Math.ceil((text.length * pattern.length) / 1000));
  return patternOf(pattern).matches(text);
}

const implementations: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  [
    'len',
    ([value = null]) => {
      if (typeof value === 'string') return [...value].length;
      if (isList(value) || isTable(value)) return value.length;
      throw wrongKind(`${describe(value)} has no length`);
    },
  ],
  ['min', extreme('min', 1)],
  ['max', extreme('max', -1)],
  ['sum', sum],
  ['sorted', sorted],
  ['ceil', toInt(Math.ceil)],
  ['floor', toInt(Math.floor)],
  // Math.round takes halves up, also below zero.
  ['round', toInt((x) => Math.sign(x) * Math.round(Math.abs(x)))],
  [
    'abs',
    ([value = null]) =>
      isQuantityValue(value)
        ? quantity(value.dimension, Math.abs(value.amount))
        : Math.abs(numberAt([value], 0)),
  ],
  [
    'mod',
    (args) => {
      const [a, b] = [numberAt(args, 0), numberAt(args, 1)];
      if (b === 0) throw noNumber('division by zero');
      const rest = a % b;
      return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest === 0 ? 0 : rest;
    },
  ],
  [
    'linspace',
    (args, { spend }) => linear(numberAt(args, 0), numberAt(args, 1), numberAt(args, 2), spend),
  ],
  [
    'logspace',
    (args, { spend }) =>
      linear(numberAt(args, 0), numberAt(args, 1), numberAt(args, 2), spend).map((x) => {
        const power = tidy(10 ** x);
        if (Number.isFinite(power)) return power;
        throw noNumber(`10^${x} is too large for a number`);
      }),
  ],
  ['join', join],
  ['chunks', chunks],
  ['str', (args) => textOf(at(args, 0))],
  ['stem', (args) => stem(pathAt(args))],
  ['basename', (args) => basename(pathAt(args))],
  ['matches', matches],
  // Both say how the value enters a script; the value is that of the argument.
  ['filelist', (args) => at(args, 0)],
  ['raw', (args) => textOf(at(args, 0))],
]);
