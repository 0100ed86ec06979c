import type { Diagnostic } from '../../dsl/index.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * What of a plan cannot be run: fan-out known only at run time and secrets (E0901), locations that no site
 * fills (E0902). Such a plan is not given to `drive`.
 */
export function notRunnable(plan: Plan): readonly Diagnostic[] {
  const { locations, secrets } = plan.program;
  const dynamic = plan.steps
    .filter((planned) => planned.dynamic)
    .map(({ step }): Diagnostic => {
      const what = `\`${step.name}\` fans out over a table that is made at run time`;
      return unsupported(`${what}: this is not run yet`, step.span);
    });
  // What a site leaves open is told by `misfits`.
  const open = plan.site ? [] : locations;
  const unfilled = open.map(
    ({ name, span }): Diagnostic => ({
      code: 'E0902',
      severity: 'error',
      message: `location \`${name}\` is not filled`,
      span,
      label: 'a site says where it is',
      hint: `\`--site FILE.site\`, and there \`location ${name} = "..."\``,
    }),
  );
  const hidden = plan.steps
    .filter(({ step }) => secrets.length > 0 && step.vars.size > 0)
    .slice(0, 1)
    .map(({ step }) =>
      unsupported('secrets are checked, but not handed to scripts yet', step.span),
    );
  return [...dynamic, ...unfilled, ...hidden];
}

function unsupported(message: string, span: Diagnostic['span']): Diagnostic {
  return {
    code: 'E0901',
    severity: 'error',
    message,
    span,
    label: 'it is checked and planned, but not run',
  };
}
