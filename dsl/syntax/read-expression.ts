import { checkConversion, checkUnits } from './check-units.ts';
import { expressionNestingMax } from './limits.ts';
import { type Actions, act, type Node } from './node.ts';
import { problem } from './problem.ts';
import { readString } from './read-string.ts';
import {
  blockMembers,
  membersOf,
  optional,
  type Reader,
  readName,
  readNames,
  readWord,
  spanOfNode,
  spanOfNodes,
} from './reader.ts';
import type {
  BinaryOperator,
  Binder,
  CallSyntax,
  Expression,
  MapEntry,
  Name,
  QuantitySyntax,
  StringSyntax,
} from './tree.ts';

/** The expression that a node was matched as. */
export function readExpression(reader: Reader, node: Node): Expression {
  reader.depth++;
  const expression = act(expressionActions, reader, node);
  reader.depth--;
  return expression;
}

/** The expression of an optional clause, which is its last child: `where EXP`. */
export function readClause(reader: Reader, clause: Node): Expression | undefined {
  const written = optional(clause);
  return written && readExpression(reader, written.child(written.numChildren - 1));
}

export function readBinder(reader: Reader, node: Node): Binder {
  const binder = node.ctorName === 'Binder' ? node.child(0) : node;
  if (binder.ctorName === 'Binder_tuple') {
    const names = readNames(reader, binder.child(1));
    return { kind: 'tuple', names, span: spanOfNode(reader, binder) };
  }
  return { kind: 'single', name: readName(reader, binder) };
}

/** A string by its number in the masked text. */
export function readCutString(reader: Reader, node: Node): StringSyntax {
  const number = Number(node.sourceString.replaceAll('"', ''));
  const cut = reader.masked.strings[number];
  if (!cut) throw new Error(`no string ${number} was cut out`);
  return readString(reader, cut);
}

/** `first (OPERATOR operand)*` from the left; each tail's first child is the operator. */
function chain(
  reader: Reader,
  whole: Node,
  first: Node,
  tails: Node,
  make: (operator: string, left: Expression, right: Expression, tail: Node) => Expression,
): Expression {
  let left = readExpression(reader, first);
  if (tails.numChildren > expressionNestingMax) return tooDeep(reader, whole);
  for (const tail of tails.children) {
    const right = readExpression(reader, tail.child(2));
    left = make(tail.child(0).sourceString, left, right, tail);
  }
  return left;
}

function binaryChain(reader: Reader, whole: Node, first: Node, tails: Node): Expression {
  return chain(reader, whole, first, tails, (operator, left, right, tail) => ({
    kind: 'binary',
    operator: operator as BinaryOperator,
    left,
    right,
    span: spanOfNodes(reader, first, tail),
  }));
}

function tooDeep(reader: Reader, node: Node): Expression {
  const span = spanOfNode(reader, node);
  const message = `this expression nests more than ${expressionNestingMax} deep`;
  const hint = 'give a part of it a name: `let part = ...`';
  // Once for all the levels: whoever stands around it is too deep as well.
  if (!reader.diagnostics.some(({ code }) => code === 'E0115')) {
    reader.diagnostics.push(problem('E0115', span, message, { hint }));
  }
  return { kind: 'none', span };
}

/** What each rule of an expression says. */
export const expressionActions: Actions<Reader, Expression> = {
  Exp_simple(reader, _node, operand, _end) {
    return readExpression(reader, operand);
  },
  Exp_sum(reader, _node, sum, _end) {
    return readExpression(reader, sum);
  },
  Exp_if(reader, node, _if, condition, _n1, _then, consequent, _n2, _else, alternative) {
    if (reader.depth > expressionNestingMax) return tooDeep(reader, node);
    return {
      kind: 'if',
      condition: readExpression(reader, condition),
      consequent: readExpression(reader, consequent),
      alternative: readExpression(reader, alternative),
      span: spanOfNode(reader, node),
    };
  },
  CoalExp(reader, node, first, _ahead, tails) {
    return chain(reader, node, first, tails, (_operator, left, right, tail) => ({
      kind: 'coalesce',
      left,
      right,
      span: spanOfNodes(reader, first, tail),
    }));
  },
  OrExp_chain(reader, node, first, _ahead, tails) {
    return binaryChain(reader, node, first, tails);
  },
  AndExp(reader, node, first, _ahead, tails) {
    return binaryChain(reader, node, first, tails);
  },
  NotExp_not(reader, node, _not, operand) {
    if (reader.depth > expressionNestingMax) return tooDeep(reader, node);
    const span = spanOfNode(reader, node);
    return { kind: 'unary', operator: 'not', operand: readExpression(reader, operand), span };
  },
  CmpExp(reader, node, left, _ahead, tail) {
    const written = optional(tail)?.child(0);
    if (!written) return readExpression(reader, left);
    const operator =
      written.ctorName === 'CmpTail_notIn'
        ? 'not in'
        : (written.child(0).sourceString as BinaryOperator);
    return {
      kind: 'binary',
      operator,
      left: readExpression(reader, left),
      right: readExpression(reader, written.child(written.numChildren - 1)),
      span: spanOfNode(reader, node),
    };
  },
  RangeExp(reader, node, from, _ahead, tail) {
    const written = optional(tail);
    if (!written) return readExpression(reader, from);
    return {
      kind: 'range',
      from: readExpression(reader, from),
      to: readExpression(reader, written.child(1)),
      by: readClause(reader, written.child(2)),
      span: spanOfNode(reader, node),
    };
  },
  AddExp_chain(reader, node, first, _ahead, tails) {
    return binaryChain(reader, node, first, tails);
  },
  MulExp(reader, node, first, _ahead, tails) {
    return binaryChain(reader, node, first, tails);
  },
  UnExp_minus(reader, node, _minus, operand) {
    if (reader.depth > expressionNestingMax) return tooDeep(reader, node);
    const span = spanOfNode(reader, node);
    return { kind: 'unary', operator: '-', operand: readExpression(reader, operand), span };
  },
  ConvExp(reader, node, operand, _ahead, tail) {
    const written = optional(tail);
    if (!written) return readExpression(reader, operand);
    const unit = readWord(reader, written.child(1));
    reader.diagnostics.push(...checkConversion(unit));
    const span = spanOfNode(reader, node);
    return { kind: 'convert', operand: readExpression(reader, operand), unit, span };
  },
  PostExp(reader, node, primary, _ahead, tails) {
    let object = readExpression(reader, primary);
    if (tails.numChildren > expressionNestingMax) return tooDeep(reader, node);
    for (const tail of tails.children) object = readPostfix(reader, object, primary, tail);
    return object;
  },
  Primary_paren(reader, _node, _open, inner, _close) {
    return readExpression(reader, inner);
  },
  ListExp(reader, node, _open, items, _close) {
    const span = spanOfNode(reader, node);
    return {
      kind: 'list',
      items: optionalMembers(items).map((item) => readExpression(reader, item)),
      span,
    };
  },
  Comprehension(reader, node, _open, item, _for, binder, _in, source, where, _close) {
    return {
      kind: 'comprehension',
      item: readExpression(reader, item),
      binder: readBinder(reader, binder),
      source: readExpression(reader, source),
      where: readClause(reader, where),
      span: spanOfNode(reader, node),
    };
  },
  MapExp(reader, node, _entries) {
    return {
      kind: 'map',
      entries: blockMembers(node).map((entry) => readEntry(reader, entry)),
      span: spanOfNode(reader, node),
    };
  },
  string: readCutString,
  block: readCutString,
  name: readNameOrConstant,
  number: readNumberSyntax,
  lone: readLone,
  loneOr: readLone,
  loneAdd: readLone,
  percent(reader, node, number, _blank, _sign) {
    const span = spanOfNode(reader, node);
    return { kind: 'percent', value: readNumber(number).value, span };
  },
  quantity(reader, node, first, _blanks, rest) {
    const parts = [first, ...rest.children].map((part) => {
      checkNumber(reader, part.child(0));
      const { value } = readNumber(part.child(0));
      return { value, unit: readWord(reader, part.child(3)) };
    });
    const quantity: QuantitySyntax = { kind: 'quantity', parts, span: spanOfNode(reader, node) };
    reader.diagnostics.push(...checkUnits(quantity));
    return quantity;
  },
};

/** A name, number or string that was not matched by a rule of its own. */
function readLone(reader: Reader, node: Node): Expression {
  const first = node.sourceString[0] as string;
  if (first === '"') return readCutString(reader, node);
  return /[0-9]/.test(first) ? readNumberSyntax(reader, node) : readNameOrConstant(reader, node);
}

function readNameOrConstant(reader: Reader, node: Node): Expression {
  const span = spanOfNode(reader, node);
  const text = node.sourceString;
  if (text === 'true' || text === 'false') return { kind: 'boolean', value: text === 'true', span };
  if (text === 'none') return { kind: 'none', span };
  return { kind: 'name', name: readName(reader, node), span };
}

function readNumberSyntax(reader: Reader, node: Node): Expression {
  checkNumber(reader, node);
  return { kind: 'number', ...readNumber(node), span: spanOfNode(reader, node) };
}

/** E0117: a number that would become another one. */
function checkNumber(reader: Reader, node: Node): void {
  const { value, integer } = readNumber(node);
  const fits = integer ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (fits) return;
  const hint = integer
    ? `ints go up to ${Number.MAX_SAFE_INTEGER}; a float has a point: \`${node.sourceString}.0\``
    : 'floats go up to 1.79e308';
  const span = spanOfNode(reader, node);
  reader.diagnostics.push(problem('E0117', span, 'this number is too large', { hint }));
}

/** The value of a `number` node, and whether it was written as an integer. */
export function readNumber(node: Node): { value: number; integer: boolean } {
  const text = node.sourceString.replaceAll('_', '');
  return { value: Number(text), integer: /^\d+$/.test(text) };
}

function readPostfix(reader: Reader, object: Expression, primary: Node, tail: Node): Expression {
  const span = spanOfNodes(reader, primary, tail);
  const form = tail.child(0);
  switch (form.ctorName) {
    case 'Postfix_field':
      return { kind: 'field', object, field: readWord(reader, form.child(1)), span };
    case 'Postfix_select': {
      const selectors = membersOf(form.child(1)).map((selector) => ({
        dimension: readName(reader, selector.child(0)),
        value: readExpression(reader, selector.child(2)),
      }));
      return { kind: 'select', object, selectors, span };
    }
    case 'Postfix_index':
      return { kind: 'index', object, index: readExpression(reader, form.child(1)), span };
    default:
      return {
        kind: 'call',
        callee: object,
        arguments: optionalMembers(form.child(1)).map((node) => readArgument(reader, node)),
        span,
      };
  }
}

/** What stands between brackets that may be empty; a comma may follow the last of them. */
function optionalMembers(node: Node): readonly Node[] {
  const written = optional(node);
  return written ? membersOf(written.child(0)) : [];
}

function readArgument(reader: Reader, node: Node): CallSyntax['arguments'][number] {
  const written = node.child(0);
  if (written.ctorName !== 'Arg_named') {
    return { name: undefined, value: readExpression(reader, written) };
  }
  return {
    name: readName(reader, written.child(0)),
    value: readExpression(reader, written.child(2)),
  };
}

function readEntry(reader: Reader, node: Node): MapEntry {
  return {
    key: readKey(reader, node.child(0).child(0)),
    value: readExpression(reader, node.child(2)),
  };
}

/** A column's name: any word, or a string without `@{...}`. */
function readKey(reader: Reader, node: Node): Name {
  if (node.ctorName !== 'string') return readWord(reader, node);
  const text = readCutString(reader, node);
  return {
    text: text.parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''),
    span: text.span,
  };
}
