import { docAbove } from './doc.ts';
import { type Actions, act, type Node } from './node.ts';
import {
  readBinder,
  readClause,
  readCutString,
  readExpression,
  readNumber,
} from './read-expression.ts';
import {
  blockMembers,
  membersOf,
  optional,
  type Reader,
  readName,
  readNames,
  readWord,
  spanOfNode,
} from './reader.ts';
import type {
  FieldEntry,
  ForSyntax,
  GatherSyntax,
  LetSyntax,
  Name,
  PreviousSyntax,
  RetryClauseSyntax,
  ScriptSyntax,
  SourceSyntax,
  StepItem,
  StringSyntax,
  TypeSyntax,
} from './tree.ts';

/** `NAME = SOURCE`: an argument in a call, a mistake in any other block. */
export interface ArgumentItem {
  readonly kind: 'argument';
  readonly name: Name;
  readonly source: SourceSyntax;
  readonly span: StepItem['span'];
}

export type AnyItem = StepItem | ArgumentItem;

/** The items of a `{ ... }` block, in the order in which they were written. */
export function readItems(reader: Reader, block: Node): AnyItem[] {
  return blockMembers(block).map((item) => act(itemActions, reader, item));
}

export function readFields(reader: Reader, block: Node): FieldEntry[] {
  return blockMembers(block).map((field) => ({
    name: readName(reader, field.child(0)),
    value: readExpression(reader, field.child(2)),
  }));
}

export function readOptionalFields(reader: Reader, block: Node): FieldEntry[] {
  const written = optional(block);
  return written ? readFields(reader, written) : [];
}

/** The type of `: TYPE`. */
export function readAnnotation(reader: Reader, node: Node): TypeSyntax {
  return readType(reader, node.child(1));
}

export function readOptionalAnnotation(reader: Reader, node: Node): TypeSyntax | undefined {
  const written = optional(node);
  return written && readAnnotation(reader, written);
}

export function readType(reader: Reader, node: Node): TypeSyntax {
  const [name, args, mark] = node.children as [Node, Node, Node];
  const written = optional(args);
  return {
    name: readName(reader, name),
    arguments: written ? membersOf(written.child(1)).map((each) => readType(reader, each)) : [],
    optional: optional(mark) !== undefined,
    span: spanOfNode(reader, node),
  };
}

export function readFor(reader: Reader, clause: Node): ForSyntax | undefined {
  const written = optional(clause);
  if (!written) return undefined;
  const [, , , generators, where] = written.children as [Node, Node, Node, Node, Node];
  return {
    generators: membersOf(generators).map((generator) => ({
      binder: readBinder(reader, generator.child(0)),
      source: readExpression(reader, generator.child(2)),
      span: spanOfNode(reader, generator),
    })),
    where: readClause(reader, where),
    span: spanOfNode(reader, written),
  };
}

/** `gather ...`, `previous ...` or an expression. */
export function readSource(reader: Reader, node: Node): SourceSyntax {
  const source = node.child(0);
  if (source.ctorName === 'GatherExp') return readGather(reader, source);
  if (source.ctorName === 'PreviousExp') return readPrevious(reader, source);
  return readExpression(reader, source);
}

function readGather(reader: Reader, node: Node): GatherSyntax {
  const [, expression, over, via, where, fallback] = node.children as [
    Node,
    Node,
    Node,
    Node,
    Node,
    Node,
  ];
  return {
    kind: 'gather',
    expression: readExpression(reader, expression),
    over: readClauseNames(reader, over),
    via: readClause(reader, via),
    where: readClause(reader, where),
    fallback: readClause(reader, fallback),
    span: spanOfNode(reader, node),
  };
}

function readPrevious(reader: Reader, node: Node): PreviousSyntax {
  const [, expression, over, fallback] = node.children as [Node, Node, Node, Node];
  return {
    kind: 'previous',
    expression: readExpression(reader, expression),
    over: readClauseNames(reader, over),
    fallback: readClause(reader, fallback),
    span: spanOfNode(reader, node),
  };
}

/** The names of an optional clause, which are its last child: `over NAMES`. */
function readClauseNames(reader: Reader, clause: Node): Name[] | undefined {
  const written = optional(clause);
  return written && readNames(reader, written.child(written.numChildren - 1));
}

export function readLet(reader: Reader, node: Node): LetSyntax {
  const [, name, type, , value] = node.children as [Node, Node, Node, Node, Node];
  const span = spanOfNode(reader, node);
  return {
    kind: 'let',
    name: readName(reader, name),
    type: readOptionalAnnotation(reader, type),
    value: readExpression(reader, value),
    doc: docAbove(span),
    span,
  };
}

function readScript(reader: Reader, body: Node): ScriptSyntax {
  const node = body.child(0);
  const span = spanOfNode(reader, node);
  if (node.ctorName === 'ScriptBody_exec') {
    return { form: 'exec', command: readExpression(reader, node.child(1)), span };
  }
  const language = readName(reader, node.child(0));
  if (node.ctorName === 'ScriptBody_inline') {
    return { form: 'inline', language, text: readCutString(reader, node.child(1)), span };
  }
  const path: StringSyntax = readCutString(reader, node.child(2));
  return { form: 'file', language, path, arguments: readClause(reader, node.child(3)), span };
}

function readRetryClause(reader: Reader, node: Node): RetryClauseSyntax {
  const [, causes, fields] = node.children as [Node, Node, Node];
  return {
    causes: membersOf(causes).map((cause) => {
      const codes = optional(cause.child(1));
      return {
        name: readName(reader, cause.child(0)),
        codes: codes ? membersOf(codes.child(1)).map((code) => readNumber(code).value) : [],
        span: spanOfNode(reader, cause),
      };
    }),
    fields: readOptionalFields(reader, fields),
    span: spanOfNode(reader, node),
  };
}

/** What each rule of an item of a block says. */
export const itemActions: Actions<Reader, AnyItem> = {
  ArgItem(reader, node, name, _equals, source) {
    const span = spanOfNode(reader, node);
    // A word of the language here begins an item that has no name: told by whoever owns the block.
    return {
      kind: 'argument',
      name: readWord(reader, name),
      source: readSource(reader, source),
      span,
    };
  },
  InItem(reader, node, _in, name, type, _equals, source) {
    return {
      kind: 'in',
      name: readName(reader, name),
      type: readOptionalAnnotation(reader, type),
      source: readSource(reader, source),
      span: spanOfNode(reader, node),
    };
  },
  OutItem(reader, node, _out, name, type, from) {
    const written = optional(from);
    return {
      kind: 'out',
      name: readName(reader, name),
      type: readAnnotation(reader, type),
      from: written && readExpression(reader, written.child(1)),
      expect: written && readClause(reader, written.child(2)),
      span: spanOfNode(reader, node),
    };
  },
  LetDecl(reader, node, _let, _name, _type, _equals, _value) {
    return readLet(reader, node);
  },
  WhenItem(reader, node, _when, condition) {
    const span = spanOfNode(reader, node);
    return { kind: 'when', condition: readExpression(reader, condition), span };
  },
  AfterItem(reader, node, _after, quantifier, target, states) {
    const written = optional(states);
    return {
      kind: 'after',
      quantifier: optional(quantifier)?.sourceString as 'all' | 'any' | undefined,
      target:
        target.sourceString === 'workflow' ? readWord(reader, target) : readName(reader, target),
      statuses: written ? readNames(reader, written) : [],
      span: spanOfNode(reader, node),
    };
  },
  EnvItem(reader, node, _env, name) {
    return { kind: 'env', name: readName(reader, name), span: spanOfNode(reader, node) };
  },
  VarsItem(reader, node, _vars, fields) {
    return { kind: 'vars', fields: readFields(reader, fields), span: spanOfNode(reader, node) };
  },
  ResourcesItem(reader, node, _resources, fields) {
    return {
      kind: 'resources',
      fields: readFields(reader, fields),
      span: spanOfNode(reader, node),
    };
  },
  BatchItem(reader, node, _batch, fields) {
    return { kind: 'batch', fields: readFields(reader, fields), span: spanOfNode(reader, node) };
  },
  RetryItem(reader, node, _retry, attempts, block) {
    const written = optional(block);
    return {
      kind: 'retry',
      attempts: readExpression(reader, attempts),
      clauses: written && blockMembers(written).map((clause) => readRetryClause(reader, clause)),
      span: spanOfNode(reader, node),
    };
  },
  TolerateItem(reader, node, _tolerate, budget) {
    return {
      kind: 'tolerate',
      budget: readExpression(reader, budget),
      span: spanOfNode(reader, node),
    };
  },
  LimitItem(reader, node, _limit, count, per) {
    return {
      kind: 'limit',
      count: readExpression(reader, count),
      per: readClauseNames(reader, per) ?? [],
      span: spanOfNode(reader, node),
    };
  },
  BundleItem(reader, node, _bundle, count, by) {
    return {
      kind: 'bundle',
      count: readExpression(reader, count),
      by: readClauseNames(reader, by) ?? [],
      span: spanOfNode(reader, node),
    };
  },
  PriorityItem(reader, node, _priority, value) {
    return {
      kind: 'priority',
      value: readExpression(reader, value),
      span: spanOfNode(reader, node),
    };
  },
  PinItem(reader, node, _pin, site) {
    return { kind: 'pin', site: readName(reader, site), span: spanOfNode(reader, node) };
  },
  RegisterItem(reader, node, _register, name, _as, as, _at, at, fields) {
    return {
      kind: 'register',
      name: readName(reader, name),
      as: readExpression(reader, as),
      at: readExpression(reader, at),
      fields: readOptionalFields(reader, fields),
      span: spanOfNode(reader, node),
    };
  },
  ScriptItem(reader, node, _script, body) {
    return { kind: 'script', body: readScript(reader, body), span: spanOfNode(reader, node) };
  },
  UndoItem(reader, node, _undo, body) {
    return { kind: 'undo', body: readScript(reader, body), span: spanOfNode(reader, node) };
  },
};
