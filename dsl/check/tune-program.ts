import type { Program, Step } from '../program.ts';
import type { Site, SiteValue, Tune } from '../site.ts';
import type { Expression, SourceSyntax } from '../syntax/tree.ts';
import type { Checked } from '../text/diagnostic.ts';
import { suggestion } from '../text/fix.ts';
import type { Span } from '../text/source.ts';

import { createReport, type Report } from './report.ts';
import { substitute } from './substitute.ts';
import type { Type } from './type.ts';
import { freeNames } from './walk.ts';

export interface Tuned {
  readonly program: Program;
  /** Fields of `batch` by step, for the runner. */
  readonly batch: ReadonlyMap<string, ReadonlyMap<string, SiteValue>>;
}

/**
 * The workflow as a site tunes it: resources, retry, limits, bundles and priorities of the steps that its
 * patterns name, and nothing that counts in a fingerprint. E0302 for dimensions that a step has not; W0811
 * for names that look like slips (a site serves many workflows, so that others of its names are no news);
 * W0812 for a formula over a resource that a step does not ask for.
 */
export function tuneProgram(program: Program, site: Site): Checked<Tuned> {
  const report = createReport();
  const made = new Map<SourceSyntax, Type>();
  const typeOf = (node: SourceSyntax): Type => {
    const own = made.get(node) ?? site.typeOf(node);
    return own.kind === 'unknown' ? program.typeOf(node) : own;
  };
  const batch = new Map<string, ReadonlyMap<string, SiteValue>>();
  const steps = program.steps.map((step) => {
    let tuned = step;
    for (const tune of site.tunes) {
      if (!tune.patterns.some(({ text }) => fitsPattern(text, step.name))) continue;
      tuned = tuneStep(tuned, tune, report, (node, from) => made.set(node, typeOf(from)));
      if (tune.batch.size === 0) continue;
      batch.set(step.name, new Map([...(batch.get(step.name) ?? []), ...tune.batch]));
    }
    return tuned;
  });
  reportSlips(program, site, report);
  return {
    value: { program: { ...program, steps, typeOf }, batch },
    diagnostics: report.diagnostics,
  };
}

/** Whether a pattern names a step; `*` stands for any characters, those of inner steps (`call.step`) too. */
export function fitsPattern(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${parts.join('.*')}$`, 'u').test(name);
}

type OnMade = (made: SourceSyntax, from: SourceSyntax) => void;

function tuneStep(step: Step, tune: Tune, report: Report, onMade: OnMade): Step {
  checkDimensions(step, tune, report);
  const resources = new Map(step.resources);
  for (const [name, formula] of tune.resources) {
    const value = ownFormula(step, name, formula, report, onMade);
    if (value !== undefined) resources.set(name, value);
  }
  const { limit, bundle } = tune;
  return {
    ...step,
    resources,
    retry: tune.retry ?? step.retry,
    limit: limit ? { ...limit, per: limit.per.map((name) => name.text) } : step.limit,
    bundle: bundle ? { ...bundle, by: bundle.by.map((name) => name.text) } : step.bundle,
    priority: tune.priority ?? step.priority,
  };
}

/** What an instance has of a resource that its step does not name; of the others nothing is known. */
const unsaid: ReadonlyMap<string, number> = new Map([
  ['cpus', 1],
  ['gpus', 0],
]);

/** The formula with the step's own expressions in it; undefined if the step has not said one of them. */
function ownFormula(
  step: Step,
  name: string,
  formula: Expression,
  report: Report,
  onMade: OnMade,
): Expression | undefined {
  const own = new Map(step.resources);
  for (const wanted of freeNames(formula)) {
    if (own.has(wanted)) continue;
    const value = unsaid.get(wanted);
    if (value === undefined) {
      report.warning(
        'W0812',
        formula.span,
        `step \`${step.name}\` does not say its \`${wanted}\`, so that \`${name}\` is not tuned there`,
        { labels: [{ span: step.span, text: 'this step' }] },
      );
      return undefined;
    }
    own.set(wanted, { kind: 'number', value, integer: true, span: formula.span });
  }
  return substitute(formula, own, onMade);
}

/** E0302: a limit or bundle per a dimension that the step does not have. */
function checkDimensions(step: Step, tune: Tune, report: Report): void {
  const has = new Set(step.dimensions.map((d) => d.name));
  for (const { text: name, span } of [...(tune.limit?.per ?? []), ...(tune.bundle?.by ?? [])]) {
    if (has.has(name)) continue;
    report.error('E0302', span, `\`${step.name}\` does not vary over \`${name}\``, {
      labels: [
        { span: step.span, text: `this step varies over ${[...has].join(', ') || 'nothing'}` },
      ],
      ...suggestion(span, name, has),
    });
  }
}

/** W0811 for each name of the site that the workflow has not, but nearly. */
function reportSlips(program: Program, site: Site, report: Report): void {
  const steps = program.steps.map((s) => s.name);
  for (const { text, span } of site.tunes.flatMap((t) => t.patterns)) {
    if (steps.some((name) => fitsPattern(text, name))) continue;
    reportSlip(text, span, steps, 'step', program, report);
  }
  // A location that is not filled is told of by itself.
  const kinds = [
    ['parameter', site.params, program.params.map((p) => p.name)],
    ['environment', site.environments, [...program.environments.values()].map((e) => e.name)],
  ] as const;
  for (const [noun, given, declared] of kinds) {
    const open = declared.filter((name) => !given.has(name));
    for (const [name, { span }] of given) {
      if (!declared.includes(name)) reportSlip(name, span, open, noun, program, report);
    }
  }
}

function reportSlip(
  name: string,
  span: Span,
  candidates: readonly string[],
  noun: string,
  program: Program,
  report: Report,
): void {
  const meant = suggestion(span, name, candidates);
  if (meant.hint === undefined) return;
  report.warning('W0811', span, `\`${program.name}\` has no ${noun} \`${name}\``, {
    ...meant,
  });
}
