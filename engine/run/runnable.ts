import type { Diagnostic } from '../../dsl/index.ts';
import type { Plan } from '../plan/plan.ts';

/** What of a plan cannot be run (E0901); such a plan is not given to `drive`. */
export function notRunnable(plan: Plan): readonly Diagnostic[] {
  return plan.steps
    .filter((planned) => planned.dynamic)
    .map(({ step }) => ({
      code: 'E0901',
      severity: 'error',
      message: `\`${step.name}\` fans out over a table that is made at run time: this is not run yet`,
      span: step.span,
      label: 'it is checked and planned, but not run',
    }));
}
