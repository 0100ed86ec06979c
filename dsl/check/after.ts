import type { After } from '../program.ts';
import type { StepItem } from '../syntax/tree.ts';
import type { Context } from './context.ts';
import { reportUnknownStep } from './infer-access.ts';

type AfterSyntax = Extract<StepItem, { kind: 'after' }>;

/** `after`: the step's name (E0202); the states were checked when they were read. */
export function linkAfter(item: AfterSyntax, context: Context): After[] {
  const target = item.target.text;
  const step = context.file.steps.get(target);
  if (target !== 'workflow' && step === undefined) {
    reportUnknownStep(item.target, context, false);
    return [];
  }
  const after: After = {
    target,
    quantifier: item.quantifier ?? 'all',
    statuses: item.statuses.map((s) => s.text),
    span: item.target.span,
  };
  return step?.inside === undefined ? [after] : afterAll(after, step.inside);
}

/** A call is as its worst step: what is wanted of it is wanted of every step inside. */
export function afterAll(after: After, steps: readonly string[]): After[] {
  return steps.map((target) => ({ ...after, target }));
}
