import type { Step } from '../../dsl/index.ts';
import type { Binding, Component, Result } from '../bind/binding.ts';
import { type Fate, type Forecast, forecastPlan } from '../bind/forecast.ts';
import { reasonsFor } from '../bind/reasons.ts';
import { locate } from '../plan/instance.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { type Baseline, baselineOf, type Compared } from './baseline.ts';
import { changedGlobals, stepText } from './comparable.ts';
import { changedSettings, type SettingChange } from './settings.ts';

/** Instances by what becomes of them. */
export interface Counts {
  /** Of the same meaning: a result that is there is used again. */
  same: number;
  rerun: number;
  /** Hinges on a value that is made anew: if that comes out the same, nothing runs. */
  unknown: number;
  added: number;
  removed: number;
  /** Of those that are the same, rerun or unknown: without a result in the run that is compared with. */
  unmade: number;
}

/** Why some instances of a step are made anew. */
export interface ComparisonReason {
  readonly kind: 'rerun' | 'unknown';
  /** Of the fingerprint: `script`, `input NAME`, `environment`, `vars NAME`, `parameter NAME`, `key`, `outputs`. */
  readonly components: readonly string[];
  readonly text: string;
  readonly count: number;
  /** Name of the first of them. */
  readonly example: string;
}

export interface StepComparison extends Readonly<Counts> {
  readonly name: string;
  readonly change: 'same' | 'changed' | 'added' | 'removed' | 'renamed';
  /** The name that its instances had before; null where it is the same or they are new. */
  readonly renamedFrom: string | null;
  /** It fans out at run time: its instances are not counted, `change` is what its text and inputs say. */
  readonly dynamic: boolean;
  readonly reasons: readonly ComparisonReason[];
  /** What has changed and reruns nothing. */
  readonly settings: readonly SettingChange[];
}

/** What a plan would do differently from another one. */
export interface Comparison {
  /** In the order of the plan; steps that are gone come last. */
  readonly steps: readonly StepComparison[];
  readonly totals: Readonly<Counts>;
  /** Cpus times the time that reruns and added instances may take; null where no time is said. */
  readonly coreHoursAnew: number | null;
}

/**
 * What running `after` would do differently from `before`, both from a `comparablePlan`: by fingerprints, so
 * that what is only called or laid out differently is the same. `made` gives the results of the run that
 * `before` is of; without it `before` is another version of the text, and nothing has been made.
 */
export async function comparePlans(
  before: Compared,
  after: Compared,
  made?: (instance: number) => Result | undefined,
): Promise<Comparison> {
  const baseline = await baselineOf(before, made ?? (() => undefined));
  const taken = new Set<number>();
  const partners = new Map<number, number>();
  const forecast = await forecastPlan(after.plan, after.binder, {
    lookup(wanted) {
      const found = new Map<number, Result>();
      for (const { instance, fingerprint } of wanted) {
        const equal = baseline.withFingerprint(fingerprint);
        const same = baseline.instanceOf(after.binder.name(instance));
        const partner =
          same !== undefined && equal.includes(same) ? same : equal.find((one) => !taken.has(one));
        if (partner === undefined) continue;
        taken.add(partner);
        partners.set(instance, partner);
        found.set(instance, baseline.resultOf(partner));
      }
      return found;
    },
    intact: async (results) => results.map(() => true),
    previous: () => undefined,
  });
  const comparing: Comparing = {
    baseline,
    after,
    forecast,
    partners,
    isMade: made ? (instance) => made(instance) !== undefined : () => true,
    changedGlobals: changedGlobals(before.plan, after.plan),
    renamed: new Map(),
    clean: new Map(),
    hoursAnew: null,
  };
  const drafts = new Map<PlannedStep, StepComparison>();
  for (const index of after.plan.order) {
    const planned = after.plan.steps[index] as PlannedStep;
    drafts.set(planned, compareStep(comparing, planned));
  }
  const steps = after.plan.steps.map((planned) => drafts.get(planned) as StepComparison);
  const renamed = new Set(steps.map(({ renamedFrom }) => renamedFrom));
  const gone = before.plan.steps.filter(
    ({ step }) =>
      !renamed.has(step.name) && !after.plan.steps.some((own) => own.step.name === step.name),
  );
  const all = [...steps, ...gone.map(removedStep)];
  return { steps: all, totals: totalsOf(all), coreHoursAnew: comparing.hoursAnew };
}

// --- Internal helpers ---

interface Comparing {
  readonly baseline: Baseline;
  readonly after: Compared;
  readonly forecast: Forecast;
  /** The instance before with the same fingerprint. */
  readonly partners: ReadonlyMap<number, number>;
  /** Whether an instance before has a result. */
  isMade(instance: number): boolean;
  readonly changedGlobals: ReadonlySet<string>;
  /** Steps that have another name now, with the one before. */
  readonly renamed: Map<string, string>;
  /** By name of a step: nothing of it is different. */
  readonly clean: Map<string, boolean>;
  /** So far; null while no time is said. */
  hoursAnew: number | null;
}

const noCounts: Counts = { same: 0, rerun: 0, unknown: 0, added: 0, removed: 0, unmade: 0 };

function compareStep(comparing: Comparing, planned: PlannedStep): StepComparison {
  const { baseline, after } = comparing;
  const { step } = planned;
  const old = baseline.plan.steps.find((one) => one.step.name === step.name);
  const counts = { ...noCounts };
  const reasons = new Map<string, ComparisonReason & { count: number }>();
  const isSameText = hasSameMeaning(comparing, planned, old);
  let renamedFrom: string | null = null;
  const met = new Set<number>();
  for (let i = planned.first; i < planned.first + planned.count; i++) {
    const name = after.binder.name(i);
    const same = baseline.instanceOf(name);
    const partner = comparing.partners.get(i);
    if (same !== undefined) met.add(same);
    const kind = kindOf(comparing, i, same, isSameText);
    counts[kind]++;
    if (kind !== 'added' && !comparing.isMade(partner ?? same ?? -1)) counts.unmade++;
    if (kind === 'same' && !old && partner !== undefined) {
      renamedFrom ??= locate(baseline.plan, partner).step.step.name;
    }
    if (kind === 'same') continue;
    const binding = after.binder.bind(i, comparing.forecast.standings);
    addHours(comparing, kind, binding);
    if (kind !== 'added') addReason(comparing, reasons, { kind, instance: i, name, same, binding });
  }
  if (old) counts.removed = old.count - met.size;
  const settings = old ? changedSettings(asWritten(baseline, old), asWritten(after, planned)) : [];
  const differs = counts.rerun + counts.unknown + counts.added + counts.removed > 0;
  const isClean = planned.dynamic ? isSameText : !differs;
  comparing.clean.set(step.name, isClean);
  if (renamedFrom !== null) comparing.renamed.set(step.name, renamedFrom);
  return {
    name: step.name,
    change: old ? (isClean ? 'same' : 'changed') : renamedFrom === null ? 'added' : 'renamed',
    renamedFrom,
    dynamic: planned.dynamic,
    ...counts,
    reasons: [...reasons.values()].sort((a, b) => b.count - a.count),
    settings,
  };
}

function kindOf(
  { forecast, baseline }: Comparing,
  instance: number,
  same: number | undefined,
  isSameText: boolean,
): Exclude<keyof Counts, 'removed' | 'unmade'> {
  const fate = forecast.fateOf(instance);
  if (fate === 'reuse') return 'same';
  if (same === undefined) return 'added';
  if (fate === 'run') return 'rerun';
  const before: Fate = baseline.forecast.fateOf(same);
  const hadNone = before === 'skip' || before === 'block';
  if (fate === 'skip' || fate === 'block') return hadNone ? 'same' : 'unknown';
  return isSameText ? 'same' : 'unknown';
}

/** The step with the conditions that a comparable plan leaves aside. */
function asWritten({ plan }: Compared, { step }: PlannedStep): Step {
  return plan.program.steps.find(({ name }) => name === step.name) ?? step;
}

/** Whether a step says the same, of the same parameters, and all that it reads is the same. */
function hasSameMeaning(
  { changedGlobals, clean, renamed }: Comparing,
  { step }: PlannedStep,
  old: PlannedStep | undefined,
): boolean {
  if (!old) return false;
  let text = stepText(step);
  for (const [now, before] of renamed) text = text.replaceAll(`"${now}"`, `"${before}"`);
  if (text !== stepText(old.step)) return false;
  if ([...changedGlobals].some((name) => text.includes(`"${name}"`))) return false;
  const sources = [
    ...step.inputs.flatMap(({ reads }) =>
      reads.flatMap((read) => [read.step, ...(read.via?.kind === 'step' ? [read.via.step] : [])]),
    ),
    ...step.generators.flatMap(({ dynamic }) => (dynamic ? [dynamic.step] : [])),
  ];
  return sources.every((name) => clean.get(name) ?? true);
}

interface Changed {
  readonly kind: 'rerun' | 'unknown';
  readonly instance: number;
  readonly name: string;
  /** The instance of this name before. */
  readonly same: number | undefined;
  readonly binding: Binding;
}

function addReason(
  { after, baseline, forecast }: Comparing,
  reasons: Map<string, ComparisonReason & { count: number }>,
  { kind, instance, name, same, binding }: Changed,
): void {
  const old = same === undefined ? undefined : baseline.componentsOf(same);
  const texts =
    binding.kind === 'ready'
      ? reasonsFor(after.plan, instance, { now: binding.components, before: old }, (partner) => {
          const fate = forecast.fateOf(partner);
          const { step } = locate(after.plan, partner);
          return fate === 'reuse' ? undefined : `\`${step.step.name}\``;
        })
      : forecast.reasonsOf(instance);
  // One line for all instances of a step, however many members each gathers.
  const text = texts
    .map((one) => one.replace(/ and \d+ others?$/, '').replace(/\[[^\]]*\](?=\.)/, ''))
    .join('; ');
  const known = reasons.get(`${kind} ${text}`);
  if (known) {
    known.count++;
    return;
  }
  const components =
    binding.kind === 'ready' && old ? changedComponents(binding.components, old) : [];
  reasons.set(`${kind} ${text}`, { kind, components, text, count: 1, example: name });
}

function changedComponents(
  now: readonly Component[],
  before: readonly Component[],
): readonly string[] {
  const digests = (list: readonly Component[]) => new Map(list.map((c) => [c.name, c.digest]));
  const [is, was] = [digests(now), digests(before)];
  const names = [...new Set([...is.keys(), ...was.keys()])];
  return names.filter((name) => is.get(name) !== was.get(name));
}

function removedStep({ step, count, dynamic }: PlannedStep): StepComparison {
  return {
    ...noCounts,
    name: step.name,
    change: 'removed',
    renamedFrom: null,
    dynamic,
    removed: count,
    reasons: [],
    settings: [],
  };
}

function totalsOf(steps: readonly StepComparison[]): Counts {
  const totals = { ...noCounts };
  for (const step of steps) {
    for (const name of Object.keys(totals) as (keyof Counts)[]) totals[name] += step[name];
  }
  return totals;
}

const msPerHour = 3_600_000;

function addHours(comparing: Comparing, kind: keyof Counts, binding: Binding): void {
  if (kind === 'unknown' || binding.kind !== 'ready') return;
  const { cpus, timeMs } = binding.resources;
  if (timeMs === undefined) return;
  comparing.hoursAnew = (comparing.hoursAnew ?? 0) + (cpus * timeMs) / msPerHour;
}
