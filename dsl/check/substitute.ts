import type { Expression, SourceSyntax } from '../syntax/tree.ts';

/**
 * `node` with other expressions in place of names; the very node where it has none of them. `onMade` is
 * told of each node that was made, with the one it stands for.
 */
export function substitute(
  node: Expression,
  replacements: ReadonlyMap<string, Expression>,
  onMade: (made: SourceSyntax, from: SourceSyntax) => void = () => {},
): Expression {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const items = value.map(visit);
      return items.some((item, at) => item !== value[at]) ? items : value;
    }
    if (!isNode(value)) return value;
    if (value.kind === 'name') {
      const name = value as Extract<Expression, { kind: 'name' }>;
      return replacements.get(name.name.text) ?? value;
    }
    const entries = Object.entries(value).map(([key, part]): [string, unknown] => [
      key,
      // A place is no part of the tree: through its source it leads to all of the text.
      key === 'span' ? part : visit(part),
    ]);
    if (entries.every(([key, part]) => part === value[key])) return value;
    const made = Object.fromEntries(entries);
    if ('kind' in made) onMade(made as unknown as Expression, value as unknown as Expression);
    return made;
  };
  return visit(node) as Expression;
}

function isNode(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null;
}
