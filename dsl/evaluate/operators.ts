import type { Type } from '../check/type.ts';
import { noNumber, wrongKind } from './failure.ts';
import { compareValues, equalValues } from './order.ts';
import { describe, isList, isQuantityValue, isTable } from './text.ts';
import { formatQuantity, quantity } from './units.ts';
import type { Quantity, Value } from './value.ts';

export type ArithmeticOperator = '+' | '-' | '*' | '/';
export type ComparisonOperator = '<' | '<=' | '>' | '>=';

/**
 * `a operator b`: numbers; quantities of one kind (+, -, and / which gives a number); quantity and number
 * (*, /); strings and lists (+). `isInt` asks whether the result must be an exact integer.
 */
export function arithmetic(
  operator: ArithmeticOperator,
  a: Value,
  b: Value,
  isInt: () => boolean,
): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    return exact(numbers(operator, a, b), `${a} ${operator} ${b}`, isInt);
  }
  if (isQuantityValue(a) || isQuantityValue(b)) {
    const result = quantities(operator, a, b);
    if (result !== undefined) return result;
  } else if (operator === '+') {
    if (typeof a === 'string' && typeof b === 'string') return a + b;
    if (isList(a) && isList(b)) return [...a, ...b];
  }
  const words = { '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide' }[operator];
  throw wrongKind(`cannot ${words} ${describe(a)} and ${describe(b)}`);
}

function numbers(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      if (b === 0) throw noNumber('division by zero');
      return a / b;
  }
}

function exact(result: number, text: string, isInt: () => boolean): number {
  if (!Number.isFinite(result)) throw noNumber(`\`${text}\` is too large for a number`);
  if (!Number.isSafeInteger(result) && Math.abs(result) > Number.MAX_SAFE_INTEGER && isInt()) {
    throw noNumber(`\`${text}\` is too large for an int`, 'ints go up to 9007199254740991');
  }
  return result;
}

function quantities(operator: ArithmeticOperator, a: Value, b: Value): Value | undefined {
  if (isQuantityValue(a) && isQuantityValue(b)) {
    if (a.dimension !== b.dimension || operator === '*') return undefined;
    const result = numbers(operator, a.amount, b.amount);
    return operator === '/' ? exact(result, shown(a, b), never) : scaled(a, result);
  }
  if (isQuantityValue(a) && typeof b === 'number' && (operator === '*' || operator === '/')) {
    return scaled(a, numbers(operator, a.amount, b));
  }
  if (isQuantityValue(b) && typeof a === 'number' && operator === '*') {
    return scaled(b, a * b.amount);
  }
  return undefined;
}

function shown(a: Quantity, b: Quantity): string {
  return `${formatQuantity(a)} / ${formatQuantity(b)}`;
}

function never(): boolean {
  return false;
}

function scaled(like: Quantity, amount: number): Quantity {
  return quantity(like.dimension, exact(amount, 'this', never));
}

/** `a operator b`; comparisons with NaN are false (IEEE 754). `type` is that of either side. */
export function comparison(
  operator: ComparisonOperator,
  a: Value,
  b: Value,
  type: Type | undefined,
): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return false;
  const order = compareValues(a, b, type);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** `-x` of a number or a quantity. */
export function negative(value: Value): Value {
  if (typeof value === 'number') return value === 0 ? 0 : -value;
  if (isQuantityValue(value)) return quantity(value.dimension, -value.amount);
  throw wrongKind(`cannot negate ${describe(value)}`);
}

/** `x in xs`: equal to one of the elements. */
export function contains(list: Value, value: Value): boolean {
  if (isList(list)) return list.some((each) => equalValues(each, value));
  if (!isTable(list)) throw wrongKind(`${describe(list)} has no elements to look among`);
  for (let index = 0; index < list.length; index++) {
    if (equalValues({ kind: 'row', table: list, index }, value)) return true;
  }
  return false;
}
