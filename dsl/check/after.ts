import type { After } from '../program.ts';
import type { StepItem } from '../syntax/tree.ts';
import { spanText } from '../text/source.ts';
import type { Context } from './context.ts';
import { reportUnknownStep } from './infer-access.ts';
import type { Report } from './report.ts';

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
  return step?.inside === undefined ? [after] : afterAll(after, step.inside, context.report);
}

/**
 * A call is as its worst step: what is wanted of it is wanted of every step inside. E0318 for what would be
 * wanted of any one of several: that is asked of the step itself.
 */
export function afterAll(after: After, steps: readonly string[], report: Report): After[] {
  const { quantifier, statuses, span } = after;
  const wantsOne =
    quantifier === 'any' ||
    (!statuses.includes('finished') && statuses.some((s) => s === 'failed' || s === 'blocked'));
  if (wantsOne && steps.length > 1) {
    const what = spanText(span) === 'workflow' ? 'a called workflow' : `call \`${spanText(span)}\``;
    report.error('E0318', span, `whether some step of ${what} ended like this is not waited for`, {
      label: 'of all of its steps: `succeeded`, `skipped`, `finished`',
      hint: 'let a step of the library follow the one that matters, or ask `workflow failed` outside',
    });
    return [];
  }
  return steps.map((target) => ({ ...after, target }));
}
