import type { Expression } from '../syntax/tree.ts';

const nothing: ReadonlySet<string> = new Set();

/** Names that are certainly not `none` where the condition holds. */
export function whenTrue(condition: Expression): ReadonlySet<string> {
  return tested(condition, true);
}

/** Names that are certainly not `none` where the condition does not hold. */
export function whenFalse(condition: Expression): ReadonlySet<string> {
  return tested(condition, false);
}

function tested(condition: Expression, holds: boolean): ReadonlySet<string> {
  if (condition.kind === 'unary' && condition.operator === 'not') {
    return tested(condition.operand, !holds);
  }
  if (condition.kind !== 'binary') return nothing;
  const { operator, left, right } = condition;
  if (operator === (holds ? '!=' : '==')) {
    if (left.kind === 'name' && right.kind === 'none') return new Set([left.name.text]);
    if (right.kind === 'name' && left.kind === 'none') return new Set([right.name.text]);
  }
  const all = operator === (holds ? 'and' : 'or');
  const some = operator === (holds ? 'or' : 'and');
  if (!all && !some) return nothing;
  const [a, b] = [tested(left, holds), tested(right, holds)];
  return all ? new Set([...a, ...b]) : new Set([...a].filter((name) => b.has(name)));
}
