import { createHash } from 'node:crypto';
import {
  type Checked,
  type Diagnostic,
  didYouMean,
  hasErrors,
  type Key,
  matchesKey,
  parseSelector,
  type Selector,
} from '../../dsl/index.ts';
import { checkSelector, forEachMatch } from './check-selector.ts';
import { keyComparison } from './domain.ts';
import { formatCount } from './format.ts';
import { knownSteps, type Marks, noMarks, withNeeds } from './needs.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { restrictPlan } from './restrict.ts';
import { keyAt } from './rows.ts';

/** A part of a plan, in the words of the command line; kept with a run, so that a resume has the same. */
export interface Slice {
  /** `--only SEL`. */
  readonly only?: string | undefined;
  /** `--sample visit=2`, in the order given. */
  readonly sample: readonly Sample[];
}

/** The first `count` keys of a dimension, in key order. */
export interface Sample {
  readonly dimension: string;
  readonly count: number;
}

export function isWholePlan({ only, sample }: Slice): boolean {
  return only === undefined && sample.length === 0;
}

/**
 * The part of a plan that a slice names. `sample` thins out every step that has the dimension; the steps
 * without it stay. `only` names instances, and what they need comes with them: of a selector with a step
 * (`coadd[band=g]`) all of it; of one without (`visit=230`) what fits it too, and single partners
 * (`p[d = e].x`, `previous`) in any case. A gather takes those of its members that are in the slice; what is
 * left with nothing to read is left out, and a note says so. What names nothing of the plan is E1003 to
 * E1008; then the value is undefined.
 */
export function slicePlan(plan: Plan, slice: Slice): Checked<Plan | undefined> {
  const steps = knownSteps(plan);
  const sampled = sampleMarks(steps, slice.sample);
  if (sampled.diagnostics.length > 0) return { value: undefined, diagnostics: sampled.diagnostics };
  const left = noMarks(steps);
  const kept = noMarks(steps);
  const selected = selectionsOf(plan, steps, slice.only);
  if (hasErrors(selected.diagnostics)) {
    return { value: undefined, diagnostics: selected.diagnostics };
  }
  for (const selection of selected.value) {
    const inside = intersect(sampled.value, selection.inside);
    const chosen = intersect(sampled.value, selection.chosen);
    const dropped = noMarks(steps);
    unite(kept, withNeeds(plan, chosen, inside, dropped));
    unite(left, dropped);
  }
  if (!kept.some((marks) => marks.includes(1))) {
    return { value: undefined, diagnostics: [emptySlice(slice)] };
  }
  const restricted = restrictPlan(plan, kept);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([plan.fingerprint, slice.only ?? null, slice.sample]))
    .digest('hex');
  return { value: { ...restricted, fingerprint }, diagnostics: starvedNotes(plan, kept, left) };
}

// --- Internal helpers ---

/** Instances that have one of the first keys of each sampled dimension, or no such dimension. */
function sampleMarks(steps: readonly PlannedStep[], samples: readonly Sample[]): Checked<Marks> {
  const marks = allMarks(steps);
  for (const { dimension, count } of samples) {
    const open = steps.find((one) => isMadeAtRunTime(one, dimension));
    if (open) return { value: marks, diagnostics: [unknownKeys(open, dimension)] };
    const columns = steps.flatMap((step) => {
      const column = step.keys.find((k) => k.dimension === dimension);
      const type = step.step.dimensions.find((d) => d.name === dimension)?.type;
      return column && type ? [{ column, type, marks: marks[step.index]! }] : [];
    });
    const [any] = columns;
    if (!any) {
      return { value: marks, diagnostics: [unknownSample(steps, dimension)] };
    }
    // Of the keys that the samples before have left.
    const present = new Set<Key>();
    for (const { column, marks: own } of columns) {
      for (let ordinal = 0; ordinal < own.length; ordinal++) {
        if (own[ordinal]) present.add(keyAt(column, ordinal));
      }
    }
    const compare = keyComparison(any.type, [...present]);
    const first = new Set([...present].sort(compare).slice(0, count));
    for (const { column, marks: own } of columns) {
      const isFirst = column.values.map((key) => first.has(key));
      for (let ordinal = 0; ordinal < own.length; ordinal++) {
        if (!isFirst[column.codes[ordinal]!]) own[ordinal] = 0;
      }
    }
  }
  return { value: marks, diagnostics: [] };
}

function unknownSample(steps: readonly PlannedStep[], dimension: string): Diagnostic {
  const names = steps.flatMap(({ step }) => step.dimensions.map((d) => d.name));
  const meant = didYouMean(dimension, names);
  return {
    code: 'E1006',
    severity: 'error',
    message: `no step has a dimension \`${dimension}\`, of which \`--sample\` takes the first`,
    hint:
      meant === undefined
        ? `dimensions: ${[...new Set(names)].join(', ')}`
        : `did you mean \`${meant}\`?`,
  };
}

/** A slice for each alternative of a selector: its own instances, and those that fit it. */
interface Selection {
  readonly chosen: Marks;
  readonly inside: Marks;
}

function selectionsOf(
  plan: Plan,
  steps: readonly PlannedStep[],
  only: string | undefined,
): Checked<readonly Selection[]> {
  const all = allMarks(steps);
  if (only === undefined) return { value: [{ chosen: all, inside: all }], diagnostics: [] };
  const { value: selector, diagnostics } = parseSelector(only);
  if (hasErrors(diagnostics)) return { value: [], diagnostics };
  const unknown = [...checkSelector(plan, selector), ...beyondPlan(steps, selector)];
  if (unknown.length > 0) return { value: [], diagnostics: unknown };
  const alternatives = selector.kind === 'any' ? selector.of : [selector];
  return {
    value: alternatives.map((each) => ({
      chosen: matchesOf(steps, each),
      inside: namesStep(each) ? all : fitting(steps, each),
    })),
    diagnostics: [],
  };
}

function allMarks(steps: readonly PlannedStep[]): Marks {
  return steps.map((step) => new Uint8Array(step.count).fill(1));
}

/** What only a run has: states, and keys that it makes. */
function beyondPlan(steps: readonly PlannedStep[], selector: Selector): readonly Diagnostic[] {
  switch (selector.kind) {
    case 'any':
    case 'all':
      return selector.of.flatMap((each) => beyondPlan(steps, each));
    case 'step':
      return [];
    case 'key': {
      const open = steps.find((one) => isMadeAtRunTime(one, selector.dimension));
      return open ? [{ ...unknownKeys(open, selector.dimension), span: selector.span }] : [];
    }
    case 'state':
      return [
        {
          code: 'E1008',
          severity: 'error',
          message: 'a slice is chosen by steps and keys, not by states',
          span: selector.span,
          hint: 'to try failed instances of a run again: `braid retry RUN :failed`',
        },
      ];
  }
}

function isMadeAtRunTime({ step, keys }: PlannedStep, dimension: string): boolean {
  return (
    step.dimensions.some(({ name }) => name === dimension) &&
    !keys.some((column) => column.dimension === dimension)
  );
}

function unknownKeys({ step }: PlannedStep, dimension: string): Diagnostic {
  return {
    code: 'E1008',
    severity: 'error',
    message: `the keys of \`${dimension}\` are known only at run time, so a slice cannot name them`,
    labels: [{ span: step.span, text: `\`${step.name}\` fans out over them` }],
  };
}

function matchesOf(steps: readonly PlannedStep[], selector: Selector): Marks {
  const marks = noMarks(steps);
  const waiting = { state: 'waiting' };
  for (const step of steps) {
    forEachMatch(
      selector,
      step,
      () => waiting,
      (ordinal) => {
        marks[step.index]![ordinal] = 1;
      },
    );
  }
  return marks;
}

function namesStep(selector: Selector): boolean {
  if (selector.kind === 'any' || selector.kind === 'all') return selector.of.some(namesStep);
  return selector.kind === 'step';
}

/** Instances that break none of the conditions: those of dimensions that a step does not have hold. */
function fitting(steps: readonly PlannedStep[], selector: Selector): Marks {
  return steps.map((step) => {
    const fits = fitsAt(step, selector);
    return Uint8Array.from({ length: step.count }, (_, ordinal) => Number(fits(ordinal)));
  });
}

function fitsAt(step: PlannedStep, selector: Selector): (ordinal: number) => boolean {
  switch (selector.kind) {
    case 'any':
    case 'all': {
      const parts = selector.of.map((each) => fitsAt(step, each));
      return selector.kind === 'any'
        ? (ordinal) => parts.some((fits) => fits(ordinal))
        : (ordinal) => parts.every((fits) => fits(ordinal));
    }
    case 'key': {
      const column = step.keys.find((k) => k.dimension === selector.dimension);
      if (!column) return () => true;
      const wanted = column.values.map((key) =>
        selector.values.some((pattern) => matchesKey(pattern, key)),
      );
      return (ordinal) => wanted[column.codes[ordinal]!]!;
    }
    case 'step':
    case 'state':
      return () => true;
  }
}

function intersect(left: Marks, right: Marks): Marks {
  return left.map((marks, index) => marks.map((mark, ordinal) => mark & right[index]![ordinal]!));
}

function unite(into: Marks, more: Marks): void {
  more.forEach((marks, index) => {
    const own = into[index]!;
    for (let ordinal = 0; ordinal < marks.length; ordinal++) own[ordinal]! |= marks[ordinal]!;
  });
}

function emptySlice({ only, sample }: Slice): Diagnostic {
  const words = [
    ...(only === undefined ? [] : [`--only ${only}`]),
    ...sample.map(({ dimension, count }) => `--sample ${dimension}=${count}`),
  ];
  return {
    code: 'E1008',
    severity: 'error',
    message: `no instance is in the slice \`${words.join(' ')}\``,
    hint: '`braid plan` without it shows the dimensions of each step',
  };
}

function starvedNotes(plan: Plan, kept: Marks, left: Marks): readonly Diagnostic[] {
  return plan.steps.flatMap(({ step, index }): Diagnostic[] => {
    const count = left[index]!.reduce((sum, mark, at) => sum + (mark & ~kept[index]![at]!), 0);
    if (count === 0) return [];
    const instances = count === 1 ? '1 instance' : `${formatCount(count)} instances`;
    return [
      {
        code: 'E1008',
        severity: 'note',
        message: `${instances} of \`${step.name}\` left out: nothing that they read is in the slice`,
        span: step.span,
      },
    ];
  });
}
