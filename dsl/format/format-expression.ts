import type { Binder, Expression, Name, TypeSyntax } from '../syntax/tree.ts';
import { bracketed, closing, parenthesized } from './brackets.ts';
import { type Cursor, mayBreak, mayBreakTight, space, tight } from './cursor.ts';
import { formatEntries } from './entries.ts';
import { type Doc, group, indent } from './layout.ts';

/** An expression, with the brackets around it. */
export function formatExpression(cursor: Cursor, expression: Expression): Doc {
  // The tree does not keep brackets that only group: they stand before what they hold begins.
  const next = cursor.peek();
  if (next && next.start < expression.span.start) {
    return parenthesized(cursor, () => formatExpression(cursor, expression));
  }
  switch (expression.kind) {
    case 'number':
    case 'boolean':
    case 'none':
    case 'name':
      return cursor.word();
    case 'percent':
      return [cursor.word(), tight(cursor), cursor.word('%')];
    case 'quantity':
      return expression.parts.map((_, at) => [
        at === 0 ? '' : space(cursor),
        cursor.word(),
        space(cursor),
        cursor.word(),
      ]);
    case 'string':
      return cursor.string();
    case 'list': {
      const items = expression.items.map((item) => () => formatExpression(cursor, item));
      return bracketed(cursor, ['[', ']'], items, true);
    }
    case 'map':
      return formatEntries(
        cursor,
        expression.entries.map(({ key, value }) => ({ name: key, value })),
        formatExpression,
      );
    case 'comprehension':
      return formatComprehension(cursor, expression);
    case 'if':
      return formatIf(cursor, expression);
    case 'coalesce':
    case 'binary':
      return formatChain(cursor, expression);
    case 'unary': {
      const operator = cursor.word(expression.operator);
      const between = operator === '-' ? tight(cursor) : space(cursor);
      return [operator, between, formatExpression(cursor, expression.operand)];
    }
    case 'range':
      return formatRange(cursor, expression);
    default:
      return formatPostfix(cursor, expression);
  }
}

/** ` WORD EXPRESSION`, as in `in 1..4 by 2`. */
function formatWordAnd(cursor: Cursor, word: string, expression: Expression): Doc {
  return [cursor.word(word), space(cursor), formatExpression(cursor, expression)];
}

function formatComprehension(
  cursor: Cursor,
  { item, binder, source, where }: Extract<Expression, { kind: 'comprehension' }>,
): Doc {
  const open = cursor.word('[');
  const contents: Doc[] = [mayBreakTight(cursor), formatExpression(cursor, item)];
  contents.push(mayBreak(cursor), cursor.word('for'), space(cursor), formatBinder(cursor, binder));
  contents.push(space(cursor), formatWordAnd(cursor, 'in', source));
  if (where) contents.push(mayBreak(cursor), formatWordAnd(cursor, 'where', where));
  return group([open, indent(contents), closing(cursor, ']')]);
}

function formatIf(
  cursor: Cursor,
  { condition, consequent, alternative }: Extract<Expression, { kind: 'if' }>,
): Doc {
  const first = formatWordAnd(cursor, 'if', condition);
  const then: Doc = [mayBreak(cursor), formatWordAnd(cursor, 'then', consequent)];
  const otherwise: Doc = [mayBreak(cursor), formatWordAnd(cursor, 'else', alternative)];
  return group([first, indent([then, otherwise])]);
}

function formatRange(
  cursor: Cursor,
  { from, to, by }: Extract<Expression, { kind: 'range' }>,
): Doc {
  const ends: Doc[] = [formatExpression(cursor, from), tight(cursor), cursor.word('..')];
  ends.push(tight(cursor), formatExpression(cursor, to));
  if (by) ends.push(space(cursor), formatWordAnd(cursor, 'by', by));
  return ends;
}

type Operation = Extract<Expression, { kind: 'coalesce' | 'binary' }>;

/** Operators that stand beside each other without brackets: `a + b - c`; the line breaks after them. */
const levels: Readonly<Record<string, string>> = { '+': '+-', '-': '+-', '*': '*/', '/': '*/' };

function operatorOf(operation: Operation): string {
  return operation.kind === 'coalesce' ? '??' : operation.operator;
}

function formatChain(cursor: Cursor, operation: Operation): Doc {
  const level = levelOf(operation);
  const operations = [operation];
  let left = operation.left;
  while (isOperation(left) && levelOf(left) === level && left.span.start === operation.span.start) {
    operations.unshift(left);
    left = left.left;
  }
  const first = formatExpression(cursor, left);
  const rest = operations.map((each): Doc => {
    const before = space(cursor);
    const words = operatorOf(each).split(' ');
    const operator = words.map((word, at) => [at === 0 ? '' : space(cursor), cursor.word(word)]);
    return [before, operator, mayBreak(cursor), formatExpression(cursor, each.right)];
  });
  return group([first, indent(rest)]);
}

function isOperation(expression: Expression): expression is Operation {
  return expression.kind === 'coalesce' || expression.kind === 'binary';
}

function levelOf(operation: Operation): string {
  const operator = operatorOf(operation);
  return levels[operator] ?? operator;
}

function formatPostfix(
  cursor: Cursor,
  expression: Extract<Expression, { kind: 'convert' | 'field' | 'select' | 'index' | 'call' }>,
): Doc {
  switch (expression.kind) {
    case 'convert': {
      const operand = formatExpression(cursor, expression.operand);
      return [operand, space(cursor), cursor.word('to'), space(cursor), cursor.word()];
    }
    case 'field': {
      const object = formatExpression(cursor, expression.object);
      return [object, tight(cursor), cursor.word('.'), tight(cursor), cursor.word()];
    }
    case 'index': {
      const object = formatExpression(cursor, expression.object);
      const index = () => formatExpression(cursor, expression.index);
      return [object, tight(cursor), bracketed(cursor, ['[', ']'], [index], false)];
    }
    case 'select': {
      const object = formatExpression(cursor, expression.object);
      const selectors = expression.selectors.map(
        ({ value }) =>
          () =>
            named(cursor, value),
      );
      return [object, tight(cursor), bracketed(cursor, ['[', ']'], selectors, false)];
    }
    case 'call': {
      const callee = formatExpression(cursor, expression.callee);
      const given = expression.arguments.map(({ name, value }) => {
        return () => (name ? named(cursor, value) : formatExpression(cursor, value));
      });
      return [callee, tight(cursor), bracketed(cursor, ['(', ')'], given, true)];
    }
  }
}

/** `NAME = EXPRESSION` between brackets. */
function named(cursor: Cursor, value: Expression): Doc {
  const name = [cursor.word(), space(cursor), cursor.word('=')];
  return [name, space(cursor), formatExpression(cursor, value)];
}

// --- Types, names ---

/** A type, which is always on one line. */
export function formatType(cursor: Cursor, type: TypeSyntax): string {
  let text = cursor.word();
  type.arguments.forEach((argument, at) => {
    text += cursor.word(at === 0 ? '<' : ',') + (at === 0 ? '' : ' ');
    text += formatType(cursor, argument);
  });
  if (type.arguments.length > 0) text += cursor.word('>');
  return type.optional ? text + cursor.word('?') : text;
}

/** `a, b` */
export function formatNames(cursor: Cursor, names: readonly Name[], separator = ','): Doc {
  const between = separator === ',' ? tight : space;
  return names.map((_, at) => {
    if (at === 0) return cursor.word();
    return [between(cursor), cursor.word(separator), space(cursor), cursor.word()];
  });
}

export function formatBinder(cursor: Cursor, binder: Binder): Doc {
  if (binder.kind === 'single') return cursor.word();
  return parenthesized(cursor, () => formatNames(cursor, binder.names));
}
