import type { Diagnostic } from '../../dsl/index.ts';
import {
  askedInPlan,
  type BoundSite,
  diskFiles,
  misfits,
  missingPlaces,
  type Plan,
} from '../../engine/index.ts';
import { valuesOf } from '../view/site.ts';

/** What the plan wants that its site does not have; nothing without a site. */
export function siteMisfits(plan: Plan): readonly Diagnostic[] {
  return plan.site ? misfits(plan.program, plan.site, askedInPlan(plan)) : [];
}

/** The same for a run that is to start here: its runner must be there, and so must its places (E0913, E0914). */
export async function siteRefusals(plan: Plan): Promise<readonly Diagnostic[]> {
  const { site: bound, program } = plan;
  if (!bound) return [];
  const refusals = siteMisfits(plan);
  if (bound.kind?.isBuilt !== true) {
    const { runner, name } = bound.site;
    const refused: Diagnostic = {
      code: 'E0913',
      severity: 'error',
      message: `site \`${name}\` has \`runner ${runner.kind}\`, which this version cannot run`,
      span: runner.span,
      label: 'it is checked and planned for',
      hint: 'leave out `--site` to run here, or name a site with `runner local`',
    };
    return [...refusals, refused];
  }
  return [...refusals, ...(await missingPlaces(program, bound, diskFiles()))];
}

/** `site` and `locations` of `braid plan --json`, and what the runner is told of steps. */
export function siteSummary({ program, globals, site: bound }: Plan) {
  const locations = program.locations.map(({ name }) => {
    const value = bound?.locations.has(name) ? globals.get(name) : undefined;
    return { name, value: value === undefined || value === null ? null : textOf(value) };
  });
  const site = bound && {
    name: bound.site.name,
    runner: bound.site.runner.kind,
    batch: Object.fromEntries([...bound.batch].map(([step, fields]) => [step, valuesOf(fields)])),
  };
  return { site: site ?? null, locations };
}

function textOf(value: NonNullable<unknown>): string {
  return typeof value === 'object' && 'path' in value ? String(value.path) : String(value);
}

/** "at site slac (slurm), 3 locations filled" */
export function siteLine({ site, locations }: BoundSite): string {
  const count = `${locations.size} location${locations.size === 1 ? '' : 's'} filled`;
  return `at site ${site.name} (${site.runner.kind})${locations.size > 0 ? `, ${count}` : ''}`;
}
