import { type Unit, unitNames, unitOf } from '../evaluate/units.ts';
import type { BinarySyntax, Expression, QuantitySyntax } from '../syntax/tree.ts';
import { insertAfter } from '../text/fix.ts';
import { spanText } from '../text/source.ts';
import type { Context } from './context.ts';
import { expectType, isPathType, presentType } from './mismatch.ts';
import { whenFalse, whenTrue } from './narrow.ts';
import type { Details } from './report.ts';
import type { Type } from './type.ts';
import {
  assignable,
  aType,
  commonType,
  elementType,
  isNumber,
  isOpen,
  isQuantity,
  listOf,
  mayBeNone,
  present,
  sameType,
  simple,
  typeText,
  unknownType,
} from './type-relation.ts';

type Node<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

export function inferBinary(node: BinarySyntax, context: Context): Type {
  switch (node.operator) {
    case 'and':
    case 'or': {
      const tested = node.operator === 'and' ? whenTrue(node.left) : whenFalse(node.left);
      const present = new Set([...context.present, ...tested]);
      expectType(node.left, simple('bool'), context, `\`${node.operator}\``);
      expectType(node.right, simple('bool'), { ...context, present }, `\`${node.operator}\``);
      return simple('bool');
    }
    case '==':
    case '!=':
      return inferEquality(node, context);
    case 'in':
    case 'not in':
      return inferMembership(node, context);
    case '<':
    case '>':
    case '<=':
    case '>=':
      return inferOrder(node, context);
    default:
      return inferArithmetic(node, node.operator, context);
  }
}

/** Both sides, each a guide for literals of the other: `band != "Y"` is E0402. */
function bothSides(node: BinarySyntax, context: Context): readonly [Type, Type] {
  if (isLiteral(node.left)) {
    const right = context.infer(node.right, context);
    return [context.infer(node.left, context, right), right];
  }
  const left = context.infer(node.left, context);
  return [left, context.infer(node.right, context, left)];
}

function isLiteral(node: Expression): boolean {
  return node.kind === 'string' || node.kind === 'list' || node.kind === 'none';
}

function inferEquality(node: BinarySyntax, context: Context): Type {
  const [left, right] = bothSides(node, context);
  if (left.kind !== 'none' && right.kind !== 'none') {
    if (commonType(present(left), present(right)) === undefined) {
      reportOperands(node, left, right, context, 'these are never equal');
    }
  }
  return simple('bool');
}

function inferMembership(node: BinarySyntax, context: Context): Type {
  const bool = simple('bool');
  if (node.left.kind === 'string') {
    const right = presentType(node.right, context);
    expectElement(node, context.infer(node.left, context, elementType(right)), right, context);
    return bool;
  }
  const left = presentType(node.left, context);
  const right = presentType(node.right, context, isOpen(left) ? undefined : listOf(left));
  expectElement(node, left, right, context);
  return bool;
}

function expectElement(node: BinarySyntax, left: Type, right: Type, context: Context): void {
  const element = right.kind === 'string' ? undefined : elementType(right);
  if (element === undefined) {
    context.report.error(
      'E0405',
      node.right.span,
      `\`${node.operator}\` wants a list on its right`,
      {
        label: `this is ${aType(right)}`,
        hint: right.kind === 'string' ? '`matches(text, "pattern")` looks into a text' : undefined,
      },
    );
  } else if (commonType(left, element) === undefined) {
    reportOperands(node, left, right, context, 'it is never in there');
  }
}

function inferOrder(node: BinarySyntax, context: Context): Type {
  const left = presentType(node.left, context);
  const right = presentType(node.right, context, left);
  const ordered = (type: Type): boolean =>
    isOpen(type) || isNumber(type) || isQuantity(type) || ['string', 'closed'].includes(type.kind);
  if (!ordered(left) || !ordered(right) || commonType(left, right) === undefined) {
    reportOperands(node, left, right, context, 'they have no common order');
  }
  return simple('bool');
}

/** Quantity ± same kind, quantity × number, quantity / same kind = float; numbers; string + string. */
function inferArithmetic(node: BinarySyntax, operator: string, context: Context): Type {
  const left = presentType(node.left, context);
  const right = presentType(node.right, context);
  const result = arithmetic(operator, left, right);
  if (result !== undefined) return result;
  reportOperands(node, left, right, context, undefined);
  return unknownType;
}

function arithmetic(operator: string, left: Type, right: Type): Type | undefined {
  if (left.kind === 'unknown' || right.kind === 'unknown') {
    return operator === '+' || operator === '-' ? (isOpen(left) ? right : left) : unknownType;
  }
  if (isOpen(left) || isOpen(right)) return simple('json');
  const bothNumbers = isNumber(left) && isNumber(right);
  const bothInt = left.kind === 'int' && right.kind === 'int';
  if (operator === '/') {
    if (bothNumbers || (isQuantity(left) && sameType(left, right))) return simple('float');
    return isQuantity(left) && isNumber(right) ? left : undefined;
  }
  if (bothNumbers) return simple(bothInt ? 'int' : 'float');
  if (operator === '*') {
    if (isQuantity(left) && isNumber(right)) return left;
    return isQuantity(right) && isNumber(left) ? right : undefined;
  }
  if (isQuantity(left) && sameType(left, right)) return left;
  if (operator !== '+') return undefined;
  if (assignable(left, simple('string')) && assignable(right, simple('string')))
    return simple('string');
  return left.kind === 'list' && right.kind === 'list' ? commonType(left, right) : undefined;
}

function reportOperands(
  node: BinarySyntax,
  left: Type,
  right: Type,
  context: Context,
  label: string | undefined,
): void {
  const verb: Record<string, string> = {
    '+': 'add',
    '-': 'subtract',
    '*': 'multiply',
    '/': 'divide',
  };
  const what = verb[node.operator] ?? 'compare';
  const pair = `${aType(left)} and ${aType(right)}`;
  context.report.error('E0405', node.span, `cannot ${what} ${pair}`, {
    label: label ?? `${typeText(left)} ${node.operator} ${typeText(right)}`,
    ...operandHint(node, left, right),
  });
}

function operandHint(node: BinarySyntax, left: Type, right: Type): Details {
  const path = pathMeant(node, left, right);
  if (path !== undefined) return { hint: `the path in a string: \`${path}\`` };
  const [quantity, number] = isQuantity(left) ? [left, node.right] : [right, node.left];
  if (!isQuantity(quantity) || number.kind !== 'number') return {};
  const unit = quantity.kind === 'duration' ? 'min' : quantity.kind === 'size' ? 'GB' : 'deg';
  const hint = `give the number a unit: \`${spanText(number.span)} ${unit}\``;
  return { hint, fixes: [insertAfter(number.span, ` ${unit}`)] };
}

/** `f + ".bak"`, with a file `f`. */
function pathMeant(node: BinarySyntax, left: Type, right: Type): string | undefined {
  if (node.operator !== '+') return undefined;
  const isText = (type: Type) => type.kind === 'string';
  if (!(isPathType(left) && isText(right)) && !(isText(left) && isPathType(right)))
    return undefined;
  const inside = (operand: Expression) => {
    const text = spanText(operand.span);
    return operand.kind === 'string' && !text.startsWith('"""') ? text.slice(1, -1) : `@{${text}}`;
  };
  return `"${inside(node.left)}${inside(node.right)}"`;
}

export function inferUnary(node: Node<'unary'>, context: Context): Type {
  if (node.operator === 'not') {
    expectType(node.operand, simple('bool'), context, '`not`');
    return simple('bool');
  }
  const operand = presentType(node.operand, context);
  if (isOpen(operand) || isNumber(operand) || isQuantity(operand)) return operand;
  context.report.error('E0405', node.span, `cannot negate ${aType(operand)}`);
  return unknownType;
}

/** `a..b by c`: ints. */
export function inferRange(node: Node<'range'>, context: Context): Type {
  const bounds = [node.from, node.to, ...(node.by ? [node.by] : [])];
  const types = bounds.map((bound) => presentType(bound, context));
  const wrong = types.findIndex((type) => !assignable(type, simple('int')));
  const [bound, type] = [bounds[wrong], types[wrong]];
  if (bound !== undefined && type !== undefined) {
    context.report.error('E0401', bound.span, `a range goes over ints, not ${aType(type)}`, {
      hint: type.kind === 'float' ? '`linspace(from, to, count)` gives floats' : undefined,
    });
  }
  return listOf(simple('int'));
}

/** Unknown units are the parser's to report (E0107). */
export function inferQuantity(node: QuantitySyntax, context: Context): Type {
  let first: Unit | undefined;
  for (const part of node.parts) {
    const unit = unitOf(part.unit.text);
    if (unit === undefined) return unknownType;
    first ??= unit;
    if (unit.dimension !== first.dimension) {
      context.report.error(
        'E0405',
        part.unit.span,
        `cannot add a ${unit.dimension} to a ${first.dimension}`,
      );
      return unknownType;
    }
  }
  return first === undefined ? unknownType : simple(first.dimension);
}

/** `x to s`: a float. */
export function inferConvert(node: Node<'convert'>, context: Context): Type {
  const operand = presentType(node.operand, context);
  const unit = unitOf(node.unit.text);
  if (unit === undefined || isOpen(operand)) return simple('float');
  if (!isQuantity(operand)) {
    context.report.error('E0405', node.span, `only a quantity has units, not ${aType(operand)}`, {
      label: `this is ${aType(operand)}`,
    });
  } else if (operand.kind !== unit.dimension) {
    const names = unitNames(operand.kind as Unit['dimension']).join(', ');
    context.report.error(
      'E0405',
      node.unit.span,
      `\`${unit.name}\` is no unit of ${aType(operand)}`,
      {
        label: `${aType(operand)} has ${names}`,
      },
    );
  }
  return simple('float');
}

/** `a ?? b`: what is left when `a` is absent. */
export function inferCoalesce(node: Node<'coalesce'>, context: Context, wanted?: Type): Type {
  const left = context.infer(node.left, { ...context, allowsAbsent: true }, wanted);
  const right = context.infer(node.right, context, wanted ?? present(left));
  const common = commonType(present(left), right);
  if (common !== undefined) return mayBeNone(right) ? common : present(common);
  context.report.error(
    'E0401',
    node.right.span,
    `the fallback is ${aType(right)}, not ${aType(present(left))}`,
    {
      label: `this is ${aType(right)}`,
    },
  );
  return unknownType;
}

export function inferIf(node: Node<'if'>, context: Context, wanted?: Type): Type {
  expectType(node.condition, simple('bool'), context, 'a condition');
  const branch = (at: Expression, tested: ReadonlySet<string>): Type =>
    context.infer(at, { ...context, present: new Set([...context.present, ...tested]) }, wanted);
  const yes = branch(node.consequent, whenTrue(node.condition));
  const no = branch(node.alternative, whenFalse(node.condition));
  const common = commonType(yes, no);
  if (common !== undefined) return common;
  context.report.error(
    'E0401',
    node.alternative.span,
    `\`else\` is ${aType(no)}, \`then\` ${aType(yes)}`,
    {
      label: `this is ${aType(no)}`,
      labels: [{ span: node.consequent.span, text: `this is ${aType(yes)}` }],
    },
  );
  return unknownType;
}
