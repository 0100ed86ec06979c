import type { Diagnostic } from '../../dsl/index.ts';
import { sumBounds } from './bounds.ts';
import { namesIn } from './context.ts';
import { type CriticalPath, criticalPath } from './critical-path.ts';
import type { Bounds, Plan, PlannedRead, PlannedStep } from './plan.ts';
import { resourcesOf, type StepResources } from './resources.ts';

/** A plan as `braid plan --json` prints it; `max` is null where nothing bounds it. */
export interface PlanSummary {
  readonly workflow: string;
  readonly version: string | null;
  readonly steps: readonly StepSummary[];
  readonly instances: Limits;
  readonly edges: Limits;
  /** Of the steps whose cpus and time are known when planning; null if there is none. */
  readonly coreHours: Limits | null;
  readonly criticalPath: CriticalPath;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Limits {
  readonly min: number;
  readonly max: number | null;
}

export interface StepSummary {
  readonly name: string;
  /** With `?` where its keys are known at run time only. */
  readonly dimensions: readonly string[];
  readonly instances: Limits;
  /** Instances that a plan-time `when` skips. */
  readonly skipped: number;
  readonly inputs: readonly InputSummary[];
  readonly resources: StepResources;
}

/**
 * `element`: one each, of the same keys; `shared`: one for several; `selected`: `p[d = e]`; `gather`:
 * `perInstance` each; `all`: a gather of all there are, shared by all readers; `previous`.
 */
export type InputKind = 'element' | 'shared' | 'selected' | 'gather' | 'all' | 'previous';

export interface InputSummary {
  readonly name: string;
  /** The step that is read. */
  readonly from: string;
  readonly kind: InputKind;
  readonly over: readonly string[];
  readonly perInstance: Limits;
  /** How much of it counts is known only at run time: by the reader's `when` or the gather's `where`. */
  readonly conditional: boolean;
}

export function planSummary(plan: Plan, diagnostics: readonly Diagnostic[] = []): PlanSummary {
  const { program } = plan;
  const steps = plan.steps.map((step) => summarize(plan, step));
  const hours = steps.flatMap(({ resources }) =>
    resources.coreHours ? [resources.coreHours] : [],
  );
  return {
    workflow: program.name,
    version: program.version ?? null,
    steps,
    instances: limits(plan.instances),
    edges: limits(plan.edges),
    coreHours: hours.length > 0 ? limits(sumBounds(hours)) : null,
    criticalPath: criticalPath(
      plan,
      steps.map((s) => s.resources.timeMs?.max),
    ),
    diagnostics,
  };
}

function summarize(plan: Plan, planned: PlannedStep): StepSummary {
  const { step } = planned;
  return {
    name: step.name,
    dimensions: step.dimensions.map(({ name, dynamic }) => (dynamic ? `${name}?` : name)),
    instances: limits(planned.bounds),
    skipped: planned.skipped?.reduce((sum, one) => sum + one, 0) ?? 0,
    inputs: planned.reads.map((read) => summarizeRead(plan, planned, read)),
    resources: resourcesOf(plan, planned),
  };
}

function summarizeRead(plan: Plan, consumer: PlannedStep, planned: PlannedRead): InputSummary {
  const { when, lets } = consumer.step;
  const looked = when?.phase === 'run' ? namesIn(when.expression, lets) : undefined;
  return {
    name: planned.input,
    from: planned.read.step,
    kind: inputKind(plan, consumer, planned),
    over: planned.read.over,
    perInstance: limits(planned.perInstance),
    conditional: (looked?.has(planned.input) ?? false) || planned.read.where?.phase === 'run',
  };
}

export function inputKind(
  plan: Plan,
  consumer: PlannedStep,
  { read, producer }: PlannedRead,
): InputKind {
  const fixed = read.selectors.some((s) => s.bound === undefined);
  switch (read.kind) {
    case 'previous':
      return 'previous';
    case 'gather':
      return read.matched.length === 0 && !fixed && !read.via && !read.where ? 'all' : 'gather';
    case 'match': {
      if (read.element !== undefined) return 'element';
      if (fixed) return 'selected';
      const theirs = plan.steps[producer]?.step.dimensions.length ?? 0;
      return theirs === consumer.step.dimensions.length ? 'element' : 'shared';
    }
  }
}

function limits({ min, max }: Bounds): Limits {
  return { min, max: Number.isFinite(max) ? max : null };
}
