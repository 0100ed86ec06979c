import type { Diagnostic, Generator, Step } from '../../dsl/index.ts';
import { boundsPerRow } from './bounds.ts';
import { type Context, namesIn } from './context.ts';
import {
  conjuncts,
  independentElements,
  ownConditions,
  ownElements,
  rangeOf,
  staticGenerators,
} from './enumerate.ts';
import { formatCount } from './format.ts';
import type { Plan } from './plan.ts';
import { oneRow } from './rows.ts';

/** Plans with more instances than this are made only when asked for. */
export const largePlan = 100_000;

/** How many instances a step has at least, and the factors of that. */
export interface StepSize {
  readonly step: Step;
  readonly factors: readonly { readonly name: string; readonly count: number }[];
  readonly minimum: number;
}

/**
 * The size of a step before any of its instances is made. A part of a `for each` that depends on an
 * earlier one, that shares a dimension with it, or that a `where` over several of them thins out counts as
 * nothing yet.
 */
export function measureStep(context: Context, step: Step): StepSize {
  const known = new Set<string>();
  const factors: { name: string; count: number }[] = [];
  let conditions = step.where?.phase === 'plan' ? conjuncts(step.where.expression).length : 0;
  let exact = true;
  for (const generator of staticGenerators(step)) {
    const own = ownConditions(step, generator).length;
    conditions -= own;
    const count =
      own > 0
        ? ownElements(context, step, generator)?.count
        : elementCount(context, step, generator);
    exact &&= count !== undefined && !generator.dimensions.some((d) => known.has(d));
    for (const dimension of generator.dimensions) known.add(dimension);
    const name = generator.dimensions.join(', ');
    if (count !== undefined) factors.push({ name, count });
  }
  const perRow = boundsPerRow(context, step, oneRow).min;
  if (perRow !== 1) {
    const unknown = step.dimensions.filter((d) => d.dynamic).map((d) => `${d.name}?`);
    factors.push({ name: unknown.join(', '), count: perRow });
  }
  const product = factors.reduce((total, { count }) => total * count, 1);
  return { step, factors, minimum: exact && conditions === 0 ? product : 0 };
}

/** Undefined where it depends on an earlier generator. */
function elementCount(context: Context, step: Step, generator: Generator): number | undefined {
  if (generator.form === 'members') return undefined;
  const names = namesIn(generator.source, step.lets);
  const scatter = step.generators.flatMap((g) => [
    ...g.dimensions,
    ...(g.variable ? [g.variable] : []),
  ]);
  const range = scatter.some((name) => names.has(name))
    ? undefined
    : rangeOf(context, step, generator);
  return range?.count ?? independentElements(context, step, generator)?.rows.count;
}

/** E0506, naming what makes the plan large; `undefined` if it may be made. */
export function refuseLarge(sizes: readonly StepSize[], limit: number): Diagnostic | undefined {
  const total = sizes.reduce((sum, { minimum }) => sum + minimum, 0);
  if (total <= limit) return undefined;
  const [largest, ...others] = sizes.toSorted((a, b) => b.minimum - a.minimum);
  if (!largest) return undefined;
  return {
    code: 'E0506',
    severity: 'error',
    message: `this plan has at least ${formatCount(total)} instances, more than ${formatCount(limit)}`,
    span: largest.step.span,
    label: factorText(largest),
    labels: others
      .filter(({ minimum }) => minimum * 10 > total)
      .map((size) => ({ span: size.step.span, text: factorText(size) })),
    hint: limit === largePlan ? 'if that is meant: `--allow-large`' : 'run it in parts: `--only`',
  };
}

/** E0506 for a slice, whose instances are known. */
export function refuseLargeSlice(plan: Plan): Diagnostic | undefined {
  const sizes = plan.steps.map(({ step, bounds }) => ({
    step,
    factors: [{ name: step.name, count: bounds.min }],
    minimum: bounds.min,
  }));
  return refuseLarge(sizes, largePlan);
}

/** "visit 20 000 x sensor 189 = 3 780 000" */
function factorText({ factors, minimum }: StepSize): string {
  const product = factors.map(({ name, count }) => `${name} ${formatCount(count)}`).join(' x ');
  return factors.length > 1 ? `${product} = ${formatCount(minimum)}` : product;
}
