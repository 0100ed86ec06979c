import type { Diagnostic, Step } from '../../dsl/index.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * What of a plan cannot be run at these sites: `previous` beside fan-out known only at run time (E0901), locations that no site
 * fills (E0902), a `pin` to another site (E0922). Such a plan is not given to `drive`.
 */
export function notRunnable(
  plan: Plan,
  sites: readonly string[] = ['local'],
): readonly Diagnostic[] {
  const { locations } = plan.program;
  const dynamic = plan.steps.flatMap(({ reads }) =>
    reads
      .filter(({ read, relation }) => read.kind === 'previous' && relation.kind === 'unknown')
      .map(({ read }) => {
        const what = `\`previous ${read.step}.${read.output}\` beside keys that are made at run time`;
        return unsupported(`${what} is not run yet`, read.span);
      }),
  );
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
  const pinned = plan.steps.flatMap(({ step }) => elsewhere(step, sites));
  return [...dynamic, ...unfilled, ...pinned];
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

/** E0922: nothing of the step could ever start. */
function elsewhere({ name, pin, span }: Step, sites: readonly string[]): readonly Diagnostic[] {
  if (pin === undefined || sites.includes(pin)) return [];
  const used = sites.map((site) => `\`${site}\``).join(', ');
  return [
    {
      code: 'E0922',
      severity: 'error',
      message: `step \`${name}\` is pinned to site \`${pin}\`, which this run does not use`,
      span,
      label: `this run uses ${used}`,
      hint: `run it with \`--site ${pin}\`, or leave the \`pin\` out`,
    },
  ];
}
