import type { Expression, SourceSyntax } from '../syntax/tree.ts';

/** The expressions directly inside one, in the order of the text. */
export function parts(node: SourceSyntax): readonly Expression[] {
  switch (node.kind) {
    case 'string':
      return node.parts.flatMap((p) => (p.kind === 'interpolation' ? [p.expression] : []));
    case 'list':
      return node.items;
    case 'map':
      return node.entries.map((e) => e.value);
    case 'comprehension':
      return [node.item, node.source, ...some(node.where)];
    case 'if':
      return [node.condition, node.consequent, node.alternative];
    case 'coalesce':
    case 'binary':
      return [node.left, node.right];
    case 'unary':
    case 'convert':
      return [node.operand];
    case 'range':
      return [node.from, node.to, ...some(node.by)];
    case 'field':
      return [node.object];
    case 'select':
      return [node.object, ...node.selectors.map((s) => s.value)];
    case 'index':
      return [node.object, node.index];
    case 'call':
      return [
        ...(node.callee.kind === 'name' ? [] : [node.callee]),
        ...node.arguments.map((a) => a.value),
      ];
    case 'gather':
      return [node.expression, ...some(node.via), ...some(node.where), ...some(node.fallback)];
    case 'previous':
      return [node.expression, ...some(node.fallback)];
    default:
      return [];
  }
}

function some<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

/** Names that an expression mentions and does not bind itself (comprehensions bind theirs). */
export function freeNames(node: SourceSyntax): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (at: SourceSyntax, bound: ReadonlySet<string>): void => {
    if (at.kind === 'name' && !bound.has(at.name.text)) found.add(at.name.text);
    if (at.kind !== 'comprehension') {
      for (const part of parts(at)) visit(part, bound);
      return;
    }
    visit(at.source, bound);
    const names = at.binder.kind === 'single' ? [at.binder.name] : at.binder.names;
    const inner = new Set([...bound, ...names.map((n) => n.text)]);
    visit(at.item, inner);
    if (at.where) visit(at.where, inner);
  };
  visit(node, new Set());
  return found;
}
