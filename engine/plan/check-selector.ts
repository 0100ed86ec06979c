import {
  type Diagnostic,
  didYouMean,
  type KeyPattern,
  keyText,
  matchesKey,
  matchesSelector,
  matchesStep,
  type Selector,
} from '../../dsl/index.ts';
import { formatCount } from './format.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { keyAt } from './rows.ts';

type KeyTerm = Extract<Selector, { kind: 'key' }>;

/**
 * What a selector names that the plan does not have: a step (E1005), a dimension (E1006), a key (E1007).
 * Keys that are known only at run time are not looked at.
 */
export function checkSelector(plan: Plan, selector: Selector): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const visit = (term: Selector, near: readonly PlannedStep[] | undefined): void => {
    switch (term.kind) {
      case 'any':
        for (const each of term.of) visit(each, near);
        return;
      case 'all': {
        const others = term.of.filter((each) => each.kind !== 'key' && each.kind !== 'state');
        const named = others.length > 0 ? candidates(plan, { kind: 'all', of: others }) : near;
        for (const each of term.of) visit(each, each.kind === 'key' ? named : near);
        return;
      }
      case 'step':
        if (candidates(plan, term).length === 0) diagnostics.push(unknownStep(plan, term));
        return;
      case 'key':
        // Beside a step that is not there, nothing more is said.
        if (near?.length !== 0) diagnostics.push(...checkKey(plan, term, near));
        return;
      case 'state':
        return;
    }
  };
  visit(selector, undefined);
  return diagnostics;
}

/** Calls `f` with the instances of a step that a selector names; `stateOf` tells how one stands. */
export function forEachMatch(
  selector: Selector,
  planned: PlannedStep,
  stateOf: (ordinal: number) => { readonly state: string; readonly reused?: boolean },
  f: (ordinal: number) => void,
): void {
  if (!mayMatch(selector, planned)) return;
  const { keys } = planned;
  let ordinal = 0;
  const values = {
    get(dimension: string) {
      const column = keys.find((key) => key.dimension === dimension);
      return column && keyAt(column, ordinal);
    },
  };
  for (; ordinal < planned.count; ordinal++) {
    const instance = { step: planned.step.name, keys: values, ...stateOf(ordinal) };
    if (matchesSelector(selector, instance)) f(ordinal);
  }
}

// --- Internal helpers ---

/** Whether a step can have instances that a selector names, as far as its name and dimensions say. */
function mayMatch(selector: Selector, planned: PlannedStep): boolean {
  switch (selector.kind) {
    case 'any':
      return selector.of.some((each) => mayMatch(each, planned));
    case 'all':
      return selector.of.every((each) => mayMatch(each, planned));
    case 'step':
      return matchesStep(selector.pattern, planned.step.name);
    case 'key':
      return hasDimension(planned, selector.dimension);
    case 'state':
      return true;
  }
}

function candidates(plan: Plan, selector: Selector): readonly PlannedStep[] {
  return plan.steps.filter((planned) => mayMatch(selector, planned));
}

function hasDimension({ step }: PlannedStep, dimension: string): boolean {
  return step.dimensions.some(({ name }) => name === dimension);
}

function unknownStep(
  plan: Plan,
  { pattern, span }: Extract<Selector, { kind: 'step' }>,
): Diagnostic {
  const names = plan.steps.map(({ step }) => step.name);
  const isDimension = plan.steps.some((planned) => hasDimension(planned, pattern));
  const meant = didYouMean(pattern, names);
  const hint = isDimension
    ? `\`${pattern}\` is a dimension: \`${pattern}=...\``
    : meant === undefined
      ? `steps: ${listed(names)}`
      : `did you mean \`${meant}\`?`;
  const what = pattern.includes('*') ? 'no step fits' : 'there is no step';
  return { code: 'E1005', severity: 'error', message: `${what} \`${pattern}\``, span, hint };
}

function checkKey(
  plan: Plan,
  term: KeyTerm,
  near: readonly PlannedStep[] | undefined,
): readonly Diagnostic[] {
  const owners = (near ?? plan.steps).filter((step) => hasDimension(step, term.dimension));
  if (owners.length === 0) return [unknownDimension(plan, term, near)];
  const isOpen = (planned: PlannedStep) =>
    planned.dynamic &&
    planned.step.dimensions.some(({ name, dynamic }) => name === term.dimension && dynamic);
  if (owners.some(isOpen)) return [];
  return term.values.flatMap((value) => unknownKey(term, value, owners) ?? []);
}

function unknownDimension(
  plan: Plan,
  { dimension, span }: KeyTerm,
  near: readonly PlannedStep[] | undefined,
): Diagnostic {
  const steps = near ?? plan.steps;
  const names = [...new Set(steps.flatMap(({ step }) => step.dimensions.map((d) => d.name)))];
  const [only, second] = near ?? [];
  const message =
    only && !second
      ? `\`${only.step.name}\` has no dimension \`${dimension}\``
      : `${near ? 'none of these steps' : 'no step'} has a dimension \`${dimension}\``;
  const meant = didYouMean(dimension, names);
  const hint =
    meant === undefined
      ? names.length === 0
        ? 'it has none: name it alone'
        : `dimensions: ${listed(names)}`
      : `did you mean \`${meant}\`?`;
  return { code: 'E1006', severity: 'error', message, span, hint };
}

function unknownKey(
  { dimension }: KeyTerm,
  pattern: KeyPattern,
  owners: readonly PlannedStep[],
): Diagnostic | undefined {
  const lists = new Set(
    owners.map(({ keys }) => keys.find((k) => k.dimension === dimension)?.values ?? []),
  );
  const keys = [...lists].flat();
  if (keys.some((key) => matchesKey(pattern, key))) return undefined;
  const texts = [...new Set(keys.map(keyText))];
  const bare = { ...pattern, quoted: false };
  const isQuotedNumber = pattern.quoted && keys.some((key) => matchesKey(bare, key));
  const meant = didYouMean(pattern.text, texts);
  const hint = isQuotedNumber
    ? `its keys are no strings: \`${dimension}=${pattern.text}\``
    : meant && `did you mean \`${dimension}=${meant}\`?`;
  return {
    code: 'E1007',
    severity: 'error',
    message: `\`${dimension}\` has no key ${keyText(pattern.text)}`,
    span: pattern.span,
    label: `${texts.length === 1 ? 'its key is' : `it has ${formatCount(texts.length)} keys:`} ${listed(texts)}`,
    hint,
  };
}

function listed(texts: readonly string[]): string {
  const shown = texts.length > 8 ? [...texts.slice(0, 6), '...', texts.at(-1)] : texts;
  return shown.join(', ');
}
