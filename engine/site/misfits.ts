import {
  type Diagnostic,
  didYouMean,
  type Environment,
  type Program,
  type Step,
} from '../../dsl/index.ts';
import type { Bounds } from '../plan/plan.ts';
import type { BoundSite } from './bound-site.ts';
import { amountText, type Maximum, maximaOf, type ResourceName } from './maxima.ts';

/** What the instances of a step ask for: bytes, seconds or counts; null where that is not known. */
export type Asked = (step: Step, resource: ResourceName) => Bounds | null;

/**
 * What a workflow wants that its site does not have: locations that are not filled (E0902), resources above
 * the site's maxima (E0911), environments that it cannot provide (E0912).
 */
export function misfits(program: Program, bound: BoundSite, asked: Asked): readonly Diagnostic[] {
  return [
    ...unfilled(program, bound),
    ...program.steps.flatMap((step) => tooMuch(step, bound, asked)),
    ...unprovided(program, bound),
  ];
}

function unfilled(program: Program, { site, locations }: BoundSite): readonly Diagnostic[] {
  const declared = new Set(program.locations.map(({ name }) => name));
  const spare = [...site.locations.keys()].filter((name) => !declared.has(name));
  return (
    program.locations
      // One whose value does not fit its type has been told of.
      .filter(({ name }) => !locations.has(name) && !site.locations.has(name))
      .map(({ name, span }) => {
        const near = didYouMean(name, spare);
        const where = site.source.text === '' ? 'a site file' : `\`${site.source.name}\``;
        return {
          code: 'E0902',
          severity: 'error',
          message: `location \`${name}\` is not filled`,
          span,
          label: `site \`${site.name}\` does not say where it is`,
          hint:
            near === undefined
              ? `in ${where}: \`location ${name} = "..."\``
              : `the site has \`location ${near}\`: is it meant to be \`${name}\`?`,
        };
      })
  );
}

function tooMuch(step: Step, bound: BoundSite, asked: Asked): readonly Diagnostic[] {
  return [...maximaOf(bound)].flatMap(([resource, maximum]): Diagnostic[] => {
    const wanted = asked(step, resource);
    if (wanted === null || wanted.max <= maximum.amount) return [];
    return [aboveMaximum(step, bound, resource, wanted, maximum)];
  });
}

function aboveMaximum(
  step: Step,
  { site }: BoundSite,
  resource: ResourceName,
  wanted: Bounds,
  { amount, span }: Maximum,
): Diagnostic {
  const expression = step.resources.get(resource);
  const most = amountText(resource, wanted.max);
  const has = amountText(resource, amount);
  const noun = resource === 'cpus' || resource === 'gpus' ? '' : ` of ${resource}`;
  return {
    code: 'E0911',
    severity: 'error',
    message: `\`${step.name}\` asks for ${most}${noun}, site \`${site.name}\` has ${has}`,
    span: expression?.span ?? step.span,
    label: wanted.min === wanted.max ? undefined : `${amountText(resource, wanted.min)} to ${most}`,
    labels: span && [{ span, text: 'the most that one instance gets here' }],
    hint: `\`tune ${step.name} { resources { ${resource} = ... } }\` at the site, or another site`,
  };
}

function unprovided(program: Program, bound: BoundSite): readonly Diagnostic[] {
  const used = new Set(program.steps.map((step) => step.environment));
  // A library's environment stands under another name than the one that it has in its file.
  return [...program.environments]
    .filter(([name]) => used.has(name))
    .flatMap(([, environment]) => {
      const why = lackOf(environment, bound);
      if (why === undefined) return [];
      const own = bound.site.environments.get(environment.name);
      const { text, hint } = why;
      return [
        {
          code: 'E0912',
          severity: 'error',
          message: `site \`${bound.site.name}\` cannot provide env \`${environment.name}\``,
          span: environment.span,
          label: text,
          labels: own && [{ span: own.span, text: 'what the site says of it' }],
          hint,
        } satisfies Diagnostic,
      ];
    });
}

const containers = ['apptainer', 'docker', 'podman-hpc', 'shifter'];

/** Why a site cannot provide an environment; undefined if it can, as far as its text tells. */
function lackOf(
  { name, fields }: Environment,
  { site, kind }: BoundSite,
): { readonly text: string; readonly hint: string } | undefined {
  const runtime = site.environments.get(name)?.runtime;
  const wants = fields.has('image') ? 'image' : fields.has('cvmfs') ? 'cvmfs' : undefined;
  const saying = (word: string) => `in the site file: \`env ${name} { runtime = "${word}" }\``;
  if (runtime === undefined) {
    if (wants === undefined) return undefined;
    const text = `it is given by \`${wants}\`, and the site does not say how that is had`;
    const able = kind?.runtimes.filter((r) => containers.includes(r) === (wants === 'image')) ?? [];
    return { text, hint: saying(able.find((r) => r !== 'none') ?? 'none') };
  }
  if (runtime === 'none') return undefined;
  const field = runtime === 'cvmfs' ? 'cvmfs' : 'image';
  if (fields.has(field)) return undefined;
  return {
    text: `the site has it by \`${runtime}\`, which needs its \`${field}\``,
    hint: `\`env ${name} { ${field} = "..." }\` in the workflow, or another runtime at the site`,
  };
}
