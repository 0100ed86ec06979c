import { type Diagnostic, renderDiagnostics } from '../../../../dsl/index.ts';
import {
  askedInPlan,
  load,
  makePlan,
  memoryFiles,
  misfits,
  type Plan,
} from '../../../../engine/index.ts';
import { runnerKinds } from '../../../../runners/index.ts';

export interface AtSite {
  /** Lines below `workflow w`. */
  readonly workflow: string;
  /** A site file. */
  readonly site: string;
  readonly name?: string;
  readonly set?: readonly (readonly [string, string])[];
  readonly files?: Readonly<Record<string, string>>;
}

/** A workflow loaded and planned for a site, with all that is said on the way. */
export async function atSite({ workflow, site, name, set = [], files = {} }: AtSite): Promise<{
  readonly plan: Plan | undefined;
  readonly diagnostics: readonly Diagnostic[];
}> {
  const port = memoryFiles({ ...files, 'w.braid': `workflow w\n${workflow}`, 'at/x.site': site });
  const loaded = await load('w.braid', {
    files: port,
    set,
    site: { path: 'at/x.site', name, kinds: runnerKinds, home: '/home/me' },
  });
  if (loaded.diagnostics.some((d) => d.severity === 'error')) {
    return { plan: undefined, diagnostics: loaded.diagnostics };
  }
  const planned = makePlan(loaded.value);
  const plan = planned.value;
  const lacks = plan.site ? misfits(plan.program, plan.site, askedInPlan(plan)) : [];
  return { plan, diagnostics: [...loaded.diagnostics, ...planned.diagnostics, ...lacks] };
}

/** The plan of a workflow that fits its site. */
export async function planAt(given: AtSite): Promise<Plan> {
  const { plan, diagnostics } = await atSite(given);
  if (!plan || diagnostics.length > 0) throw new Error(rendered(diagnostics));
  return plan;
}

/** What is said, as printed. */
export async function toldAt(given: AtSite): Promise<string> {
  return rendered((await atSite(given)).diagnostics);
}

function rendered(diagnostics: readonly Diagnostic[]): string {
  return renderDiagnostics(diagnostics, { color: false });
}
