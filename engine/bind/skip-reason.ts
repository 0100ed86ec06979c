import { type Expression, evaluate, inOneLine, parts } from '../../dsl/index.ts';
import type { StepBinding } from './bind-instance.ts';
import type { SkipReason, Standings } from './binding.ts';
import { shortText } from './fingerprint.ts';
import type { InstanceScope } from './instance-scope.ts';
import { compute, Invalid, Unsettled } from './unsettled.ts';

/**
 * Why an instance is skipped: its `when` with what it speaks of, or the member that it stands for. By the
 * standings of now: undefined if neither holds any more, and where an `after` was the reason.
 */
export function skipReason(
  step: StepBinding,
  ordinal: number,
  standings: Standings,
): SkipReason | undefined {
  const { scope } = step;
  const { when, inputs } = scope.frame.planned.step;
  scope.enter(ordinal);
  inputs.forEach((input, index) => {
    const isMember = input.reads[0]?.element !== undefined;
    const isAsked = when && scope.frame.inputsIn(when.expression).has(input.name);
    if (isMember || isAsked) scope.inputs[index] = step.readInput(input, scope, standings);
  });
  const gone = inputs.find((input, index) => {
    const value = scope.inputs[index];
    return input.reads[0]?.element !== undefined && value instanceof Unsettled;
  });
  if (gone) return { kind: 'member', input: gone.name };
  if (when === undefined || holds(when.expression, scope) !== false) return undefined;
  const values = new Map<string, string>();
  for (const operand of operandsOf(when.expression)) {
    const text = valueText(operand, scope);
    if (text !== '') values.set(inOneLine(operand.span), text);
  }
  const named = [...values].map(([name, value]) => ({ name, value }));
  return { kind: 'when', condition: written(when.expression), values: named };
}

/** Undefined where it has no value (any more). */
function holds(condition: Expression, scope: InstanceScope): boolean | undefined {
  try {
    return compute(condition, scope) === true;
  } catch (problem) {
    if (problem instanceof Invalid || problem instanceof Unsettled) return undefined;
    throw problem;
  }
}

/** What a condition compares: names, their fields, and what is computed from them. */
function operandsOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'name':
    case 'call':
    case 'select':
    case 'index':
      return [node];
    case 'field':
      return isPath(node.object) ? [node] : operandsOf(node.object);
    case 'comprehension':
      // Its names have values only inside of it.
      return operandsOf(node.source);
    default:
      return parts(node).flatMap(operandsOf);
  }
}

/** `v`, `v.flat`: names only. */
function isPath(node: Expression): boolean {
  return node.kind === 'name' || (node.kind === 'field' && isPath(node.object));
}

function valueText(operand: Expression, scope: InstanceScope): string {
  try {
    const evaluated = evaluate(operand, scope);
    return evaluated.ok ? shortText(evaluated.value) : '';
  } catch (problem) {
    if (problem instanceof Unsettled) return problem.kind === 'absent' ? 'none' : '';
    throw problem;
  }
}

/** As it stands in the text. The condition of a call and that of a step inside stand at two places. */
function written(node: Expression): string {
  const isOfTwo =
    node.kind === 'binary' &&
    (node.left.span.source !== node.span.source || node.left.span.start < node.span.start);
  return isOfTwo ? `${written(node.left)} and ${written(node.right)}` : inOneLine(node.span);
}
