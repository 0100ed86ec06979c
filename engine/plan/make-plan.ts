import { type Checked, hasErrors, type Program, type Read, type Step } from '../../dsl/index.ts';
import type { Loaded } from '../loaded.ts';
import { boundsPerRow, edgeCount, readBounds, sumBounds, times } from './bounds.ts';
import { type Context, evaluator } from './context.ts';
import { enumerateStep, staticGenerators } from './enumerate.ts';
import { gatherRelation } from './gather.ts';
import { knownMembers } from './gather-bounds.ts';
import { matchRelation } from './match.ts';
import { elementRelation } from './members.ts';
import { reportMissing } from './missing.ts';
import { buildStepGraph, stepOrder } from './order.ts';
import type { Bounds, Plan, PlannedRead, PlannedStep, Relation, Stage } from './plan.ts';
import { longArguments } from './practice.ts';
import { previousRelation } from './previous.ts';
import { createReport } from './report.ts';
import { cursorOver, largestPlan, oneRow, type Rows } from './rows.ts';
import { type Side, sideOf } from './side.ts';
import { largePlan, measureStep, refuseLarge, refuseLargeSlice } from './size.ts';
import { isWholePlan, type Slice, slicePlan } from './slice.ts';

export interface PlanOptions {
  /** Plan more than 100 000 instances. */
  readonly allowLarge?: boolean;
  /** Only this part of it: see `slicePlan`. */
  readonly slice?: Slice;
}

/**
 * The plan of a loaded workflow. Costs what its instances, the rows of its tables and the members of its
 * gathers cost, never their products. With errors among the diagnostics (E0309 equal keys, E0311 and
 * E0312 missing partners, E0506 too large, what evaluation found) the plan is incomplete and for
 * reading only.
 */
export function makePlan(loaded: Loaded, options: PlanOptions = {}): Checked<Plan> {
  const { slice, allowLarge = false } = options;
  if (!slice || isWholePlan(slice)) return makeWholePlan(loaded, allowLarge);
  const whole = makeWholePlan(loaded, true);
  if (hasErrors(whole.diagnostics)) return whole;
  const sliced = slicePlan(whole.value, slice);
  const large = sliced.value && !allowLarge ? refuseLargeSlice(sliced.value) : undefined;
  return {
    value: sliced.value ?? whole.value,
    diagnostics: [...whole.diagnostics, ...sliced.diagnostics, ...(large ? [large] : [])],
  };
}

function makeWholePlan(loaded: Loaded, allowLarge: boolean): Checked<Plan> {
  const { program, globals, reader, fingerprint } = loaded;
  const report = createReport();
  const context: Context = {
    program,
    globals,
    report,
    reader,
    elements: new Map(),
    filtered: new Map(),
    clauses: new Map(),
    domains: new Map(),
    side: (name) => drafted(name)?.side,
  };
  const known = new Map<string, Draft | undefined>();
  const byName = new Map(program.steps.map((step) => [step.name, step]));
  // What scatters over the members of a gather needs the rows of what is gathered first.
  const drafted = (name: string): Draft | undefined => {
    const step = byName.get(name);
    if (!known.has(name)) {
      known.set(name, undefined);
      known.set(name, step && draftStep(context, step));
    }
    return known.get(name);
  };
  const limit = allowLarge ? largestPlan : largePlan;
  const sizes = program.steps.map((step) => measureStep(context, step));
  let refusal = refuseLarge(sizes, limit);
  const drafts: Draft[] = [];
  for (const step of refusal ? [] : program.steps) {
    const draft = drafted(step.name)!;
    const counted = { ...sizes[drafts.length]!, minimum: draft.bounds.min };
    sizes[drafts.length] = counted;
    drafts.push(draft);
    refusal ??= refuseLarge(sizes, limit) ?? report.diagnostics.find((d) => d.code === 'E0506');
    if (refusal) break;
  }
  if (refusal) report.add(refusal);
  const complete = refusal ? [] : drafts;
  const steps = planSteps(context, complete);
  const outputs = refusal ? [] : planOutputs(context, complete);
  const edges = steps.flatMap((step) =>
    step.reads.map((read) => edgeCount(read.relation, step.bounds, read.perInstance)),
  );
  const plan: Plan = {
    program,
    site: loaded.site,
    globals,
    steps,
    order: refusal ? [] : orderOf(steps, program),
    instances: sumBounds(steps.map((s) => s.bounds)),
    edges: sumBounds(edges),
    outputs,
    fingerprint,
    reader,
  };
  return { value: plan, diagnostics: report.diagnostics };
}

/** A step with its rows, before anything is known of what it reads. */
interface Draft {
  readonly step: Step;
  readonly side: Side;
  /** How many instances a row stands for. */
  readonly perRow: Bounds;
  readonly bounds: Bounds;
}

function draftStep(context: Context, step: Step): Draft {
  const rows = enumerateStep(context, step);
  const dynamic =
    staticGenerators(step).length < step.generators.length || step.where?.phase === 'run';
  const perRow = boundsPerRow(context, step, rows);
  const bounds = times({ min: rows.count, max: rows.count }, perRow);
  return { step, side: sideOf(step.name, rows, step.lets, dynamic, step.calls), perRow, bounds };
}

function planSteps(context: Context, drafts: readonly Draft[]): readonly PlannedStep[] {
  let first = 0;
  return drafts.map((draft, index) => {
    const { step, side, bounds } = draft;
    const rows = side.dynamic ? unknownRows(step) : side.rows;
    const skipped = side.dynamic ? undefined : skippedRows(context, step, rows);
    const reads = step.inputs.flatMap((input) =>
      input.reads.flatMap((read) => planRead(context, drafts, side, read, input.name, skipped)),
    );
    const planned: PlannedStep = {
      step,
      index,
      first,
      count: rows.count,
      bounds,
      dynamic: side.dynamic,
      keys: rows.keys,
      variables: rows.variables,
      reads,
      skipped,
      ...(side.dynamic ? { fan: { base: side.rows, stages: stagesOf(step) } } : {}),
    };
    first += rows.count;
    for (const warning of longArguments(planned)) context.report.add(warning);
    return planned;
  });
}

/** Generators whose elements a run makes, in their order; then the condition, if it has to wait longer. */
function stagesOf(step: Step): readonly Stage[] {
  const known = staticGenerators(step);
  const stages = step.generators
    .filter((generator) => !known.includes(generator))
    .map((generator): Stage => ({ generator, where: undefined, reads: generator.reads }));
  const where = step.where?.phase === 'run' ? step.where : undefined;
  const last = stages.at(-1);
  if (!where) return stages;
  const { expression, reads } = where;
  if (last && reads.length === 0) return [...stages.slice(0, -1), { ...last, where: expression }];
  return [...stages, { generator: undefined, where: expression, reads }];
}

function unknownRows(step: Step): Rows {
  const codes = new Uint32Array(0);
  const keys = step.dimensions.map(({ name }) => ({ dimension: name, values: [], codes }));
  return { count: 0, keys, variables: [] };
}

/** 1 where a plan-time `when` is false. */
function skippedRows(context: Context, step: Step, rows: Rows): Uint8Array | undefined {
  if (step.when?.phase !== 'plan') return undefined;
  const cursor = cursorOver(rows);
  const lookup = cursor.lookup.bind(cursor);
  const holds = evaluator(context, step.when.expression, lookup, step.lets);
  const skipped = new Uint8Array(rows.count);
  for (; cursor.row < rows.count; cursor.row++) if (holds() === false) skipped[cursor.row] = 1;
  return skipped;
}

function planRead(
  context: Context,
  drafts: readonly Draft[],
  consumer: Side,
  read: Read,
  input: string,
  skipped: Uint8Array | undefined,
): readonly PlannedRead[] {
  const producer = context.program.steps.findIndex((s) => s.name === read.step);
  const from = drafts[producer];
  if (!from) return [];
  const relation = relationOf(context, read, consumer, from.side);
  reportMissing(context, read, relation, consumer, from.side, skipped);
  const perInstance =
    knownMembers(context, read, consumer, from.side) ??
    readBounds(read, relation, consumer, from.side, from.perRow);
  return [{ read, input, producer, relation, perInstance }];
}

function relationOf(context: Context, read: Read, consumer: Side, producer: Side): Relation {
  if (consumer.dynamic || producer.dynamic || read.via?.kind === 'step') return { kind: 'unknown' };
  if (read.element !== undefined) return elementRelation(context, read, consumer, producer);
  switch (read.kind) {
    case 'match':
      return matchRelation(context, read, consumer, producer);
    case 'gather':
      return gatherRelation(context, read, consumer, producer);
    case 'previous':
      return previousRelation(context, read, consumer, producer);
  }
}

function planOutputs(context: Context, drafts: readonly Draft[]): Plan['outputs'] {
  return context.program.outputs.map(({ name, reads }) => {
    const side = sideOf(name, oneRow, [], false);
    return {
      name,
      reads: reads.flatMap((read) => planRead(context, drafts, side, read, name, undefined)),
    };
  });
}

function orderOf(steps: readonly PlannedStep[], program: Program): readonly number[] {
  const indexOf = new Map(steps.map((s) => [s.step.name, s.index]));
  return stepOrder(buildStepGraph(program))
    .flat()
    .map((name) => indexOf.get(name) ?? 0);
}
