import type { Type } from '../check/type.ts';
import { present } from '../check/type-relation.ts';
import type {
  BinarySyntax,
  CallSyntax,
  ComprehensionSyntax,
  Expression,
  QuantitySyntax,
} from '../syntax/tree.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { spanText } from '../text/source.ts';
import { didYouMean } from '../text/suggest.ts';
import { applyBuiltin, elementsOf } from './apply.ts';
import { builtins, isReaderName } from './builtins.ts';
import { badArgument, Failure, noElement, wrongKind } from './failure.ts';
import {
  type ArithmeticOperator,
  arithmetic,
  comparison,
  contains,
  negative,
} from './operators.ts';
import { equalValues } from './order.ts';
import { elementCount, inRange, rangeElements } from './range.ts';
import type { Scope } from './scope.ts';
import { describe, isList, isObject, isQuantityValue, isRow, isTable, textOf } from './text.ts';
import { convert, quantity, quantityOf, unitNames, unitOf } from './units.ts';
import type { Value } from './value.ts';

export type Evaluated =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/** Evaluation always ends: after so many steps (an expression, an element) with E0707. */
export const maxSteps = 1_000_000;

/**
 * The value of a checked expression. What data can do wrong is a diagnostic (E0705 arithmetic, E0706 no
 * such element, E0707 too long, E0708 wrong kind, E0710 bad argument). Deterministic: no clock, no random,
 * no files but through the scope, whose `NeedFile` passes through.
 */
export function evaluate(expression: Expression, scope: Scope): Evaluated {
  const evaluation: Evaluation = { scope, locals: undefined, steps: { left: maxSteps } };
  try {
    return { ok: true, value: compute(expression, evaluation) };
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    const { code, message, label, hint, span = expression.span } = problem;
    return { ok: false, diagnostic: { code, severity: 'error', message, span, label, hint } };
  }
}

interface Evaluation {
  readonly scope: Scope;
  /** Names bound by comprehensions, innermost first. */
  readonly locals: Locals | undefined;
  readonly steps: { left: number };
}

interface Locals {
  readonly names: ReadonlyMap<string, Value>;
  readonly outer: Locals | undefined;
}

function spend(evaluation: Evaluation, count: number): void {
  evaluation.steps.left -= count;
  if (evaluation.steps.left >= 0) return;
  const hint = 'keep long data in a table, and compute in a step';
  throw new Failure('E0707', `this takes more than ${maxSteps} steps`, { hint });
}

function compute(node: Expression, evaluation: Evaluation): Value {
  try {
    spend(evaluation, 1);
    const known = evaluation.scope.node?.(node);
    return known === undefined ? computeKind(node, evaluation) : known;
  } catch (problem) {
    if (problem instanceof Failure) problem.span ??= node.span;
    throw problem;
  }
}

function computeKind(node: Expression, evaluation: Evaluation): Value {
  switch (node.kind) {
    case 'number':
    case 'boolean':
      return node.value;
    case 'percent':
      return quantity('percent', node.value / 100);
    case 'quantity':
      return literalQuantity(node);
    case 'none':
      return null;
    case 'string':
      return node.parts
        .map((part) =>
          part.kind === 'text' ? part.text : textOf(compute(part.expression, evaluation)),
        )
        .join('');
    case 'name':
      return named(node.name.text, evaluation);
    case 'list':
      return node.items.map((item) => compute(item, evaluation));
    case 'map': {
      const entries = node.entries.map((e) => [e.key.text, compute(e.value, evaluation)] as const);
      return { kind: 'object', fields: new Map(entries) };
    }
    case 'comprehension':
      return comprehension(node, evaluation);
    case 'if':
      return condition(node.condition, evaluation)
        ? compute(node.consequent, evaluation)
        : compute(node.alternative, evaluation);
    case 'coalesce':
      return optionalValue(node.left, evaluation) ?? compute(node.right, evaluation);
    case 'binary':
      return binary(node, evaluation);
    case 'unary':
      return node.operator === 'not'
        ? !condition(node.operand, evaluation)
        : negative(compute(node.operand, evaluation));
    case 'range':
      return range(node, evaluation);
    case 'convert':
      return converted(node, evaluation);
    case 'field':
      return field(node, compute(node.object, evaluation), false);
    case 'select':
      throw wrongKind(`\`${spanText(node.span)}\` is not known here`);
    case 'index':
      return element(node, evaluation);
    case 'call':
      return call(node, evaluation);
  }
}

type Node<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

function named(name: string, { scope, locals }: Evaluation): Value {
  for (let at = locals; at; at = at.outer) {
    const value = at.names.get(name);
    if (value !== undefined) return value;
  }
  const value = scope.lookup(name);
  if (value !== undefined) return value;
  throw wrongKind(`\`${name}\` has no value here`);
}

function literalQuantity(node: QuantitySyntax): Value {
  let dimension: 'duration' | 'size' | 'angle' = 'duration';
  let amount = 0;
  for (const part of node.parts) {
    const unit = unitOf(part.unit.text);
    if (!unit) throw wrongKind(`unknown unit \`${part.unit.text}\``);
    dimension = unit.dimension;
    amount += quantityOf(part.value, unit).amount;
  }
  return quantity(dimension, amount);
}

function condition(node: Expression, evaluation: Evaluation): boolean {
  const value = compute(node, evaluation);
  if (typeof value === 'boolean') return value;
  throw new Failure('E0708', `a condition must be true or false, not ${describe(value)}`, {
    span: node.span,
  });
}

/** The left side of `??`: there a field that an object does not have is absent, not an error. */
function optionalValue(node: Expression, evaluation: Evaluation): Value {
  if (node.kind !== 'field') return compute(node, evaluation);
  const known = evaluation.scope.node?.(node);
  if (known !== undefined) return known;
  const object = optionalValue(node.object, evaluation);
  return object === null ? null : field(node, object, true);
}

function field(node: Node<'field'>, object: Value, optional: boolean): Value {
  const name = node.field.text;
  if (isRow(object)) return object.table.cell(object.index, name);
  if (!isObject(object)) {
    if (object === null) throw noElement(`\`${spanText(node.object.span)}\` is absent`);
    throw wrongKind(`${describe(object)} has no field \`${name}\``);
  }
  const value = object.fields.get(name);
  if (value !== undefined) return value;
  if (optional) return null;
  const near = didYouMean(name, object.fields.keys());
  throw new Failure('E0706', `there is no field \`${name}\``, {
    span: node.field.span,
    label: `it has ${[...object.fields.keys()].slice(0, 12).join(', ') || 'no fields'}`,
    hint: near === undefined ? undefined : `did you mean \`${near}\`?`,
  });
}

function element(node: Node<'index'>, evaluation: Evaluation): Value {
  const object = compute(node.object, evaluation);
  const index = compute(node.index, evaluation);
  if (isObject(object) && typeof index === 'string') {
    const value = object.fields.get(index);
    if (value !== undefined) return value;
    throw noElement(`there is no field \`${index}\``);
  }
  if (!isList(object) && !isTable(object)) throw wrongKind(`${describe(object)} has no elements`);
  if (typeof index !== 'number' || !Number.isInteger(index)) {
    throw wrongKind(`the number of an element must be an int, not ${describe(index)}`);
  }
  const count = object.length;
  if (index >= 0 && index < count) {
    return isList(object) ? (object[index] as Value) : { kind: 'row', table: object, index };
  }
  const last = count === 0 ? 'it is empty' : `it has ${count}, from 0 to ${count - 1}`;
  throw new Failure('E0706', `there is no element ${index}`, {
    span: node.index.span,
    label: last,
  });
}

function binary(node: BinarySyntax, evaluation: Evaluation): Value {
  const { operator, left, right } = node;
  switch (operator) {
    case 'and':
      return condition(left, evaluation) && condition(right, evaluation);
    case 'or':
      return condition(left, evaluation) || condition(right, evaluation);
    case 'in':
      return isIn(node, evaluation);
    case 'not in':
      return !isIn(node, evaluation);
  }
  const a = compute(left, evaluation);
  const b = compute(right, evaluation);
  switch (operator) {
    case '==':
      return equalValues(a, b);
    case '!=':
      return !equalValues(a, b);
    case '<':
    case '<=':
    case '>':
    case '>=': {
      if (a === null || b === null) throw absentOperand(a === null ? left : right);
      return comparison(
        operator,
        a,
        b,
        typeof a === 'string' ? closedType(node, evaluation) : undefined,
      );
    }
    default: {
      if (a === null || b === null) throw absentOperand(a === null ? left : right);
      if (isList(a) && isList(b)) spend(evaluation, a.length + b.length);
      const isInt = (): boolean => evaluation.scope.typeOf?.(node)?.kind === 'int';
      return arithmetic(operator as ArithmeticOperator, a, b, isInt);
    }
  }
}

function absentOperand({ span }: Expression): Failure {
  const hint = `give a fallback: \`${spanText(span)} ?? ...\``;
  return new Failure('E0706', `\`${spanText(span)}\` is absent`, { span, hint });
}

/** The closed type of either side, whose strings are ordered by declaration. */
function closedType({ left, right }: BinarySyntax, { scope }: Evaluation): Type | undefined {
  for (const side of [left, right]) {
    const type = scope.typeOf?.(side);
    if (type && present(type).kind === 'closed') return type;
  }
  return undefined;
}

function isIn({ left, right }: BinarySyntax, evaluation: Evaluation): boolean {
  const value = compute(left, evaluation);
  if (right.kind === 'range') {
    // A range need not be written out to look into it.
    const [from, to, by] = bounds(right, evaluation);
    return inRange(value, from, to, by);
  }
  const list = compute(right, evaluation);
  if (isList(list) || isTable(list)) spend(evaluation, list.length);
  return contains(list, value);
}

function bounds(node: Node<'range'>, evaluation: Evaluation): [Value, Value, Value | undefined] {
  const by = node.by && compute(node.by, evaluation);
  return [compute(node.from, evaluation), compute(node.to, evaluation), by];
}

function range(node: Node<'range'>, evaluation: Evaluation): Value {
  const [from, to, by] = bounds(node, evaluation);
  spend(evaluation, elementCount(from, to, by));
  return rangeElements(from, to, by);
}

function converted(node: Node<'convert'>, evaluation: Evaluation): Value {
  const value = compute(node.operand, evaluation);
  const unit = unitOf(node.unit.text);
  if (!unit) throw wrongKind(`unknown unit \`${node.unit.text}\``);
  const number = isQuantityValue(value) ? convert(value, unit) : undefined;
  if (number !== undefined) return number;
  const hint = `units of a ${unit.dimension}: ${unitNames(unit.dimension).join(', ')}`;
  throw wrongKind(`${describe(value)} cannot be given in \`${unit.name}\``, hint);
}

function comprehension(node: ComprehensionSyntax, evaluation: Evaluation): Value {
  const source = compute(node.source, evaluation);
  const result: Value[] = [];
  for (const each of elementsOf(source, (count) => spend(evaluation, count))) {
    const names = new Map<string, Value>();
    if (node.binder.kind === 'single') names.set(node.binder.name.text, each);
    else {
      for (const name of node.binder.names) names.set(name.text, columnOf(each, name.text));
    }
    const inner: Evaluation = { ...evaluation, locals: { names, outer: evaluation.locals } };
    if (node.where && !condition(node.where, inner)) spend(evaluation, 1);
    else result.push(compute(node.item, inner));
  }
  return result;
}

function columnOf(value: Value, column: string): Value {
  if (isRow(value)) return value.table.cell(value.index, column);
  const found = isObject(value) ? value.fields.get(column) : undefined;
  if (found !== undefined) return found;
  throw noElement(`${describe(value)} has no column \`${column}\``);
}

function call(node: CallSyntax, evaluation: Evaluation): Value {
  if (node.callee.kind !== 'name') throw wrongKind('only builtin functions can be called');
  const name = node.callee.name.text;
  const args = node.arguments.map((argument) => compute(argument.value, evaluation));
  const { scope } = evaluation;
  if (isReaderName(name)) {
    const [path = null] = args;
    if (typeof path !== 'string') throw badArgument(`a path is needed here, not ${describe(path)}`);
    if (!scope.reader) throw badArgument('no file can be read here');
    return scope.reader(name, path, node);
  }
  const { min = 0 } = builtins.get(name)?.arity ?? {};
  const absent = node.arguments[args.indexOf(null)];
  if (absent) throw absentOperand(absent.value);
  const types = node.arguments.map((argument) => scope.typeOf?.(argument.value));
  const value =
    args.length < min
      ? undefined
      : applyBuiltin(name, args, { types, spend: (count) => spend(evaluation, count) });
  if (value === undefined) throw badArgument(`\`${name}\` cannot be called like this`);
  return value;
}
