import type { Key } from '../../dsl/index.ts';
import { formatBounds } from '../plan/format.ts';
import { instanceName, keysOf } from '../plan/instance.ts';
import type { Plan, PlannedRead, PlannedStep } from '../plan/plan.ts';
import { forEachProducer } from '../plan/relation.ts';
import { inputKind } from '../plan/summary.ts';

/** A graph as `braid graph --format json` prints it. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphNode {
  readonly id: string;
  readonly step: string;
  /** Of an instance: its keys by dimension. Of a step: null. */
  readonly key: Readonly<Record<string, Key>> | null;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

/** The steps of a plan; each edge with what it means. */
export interface StepGraphJson extends Graph {
  readonly nodes: readonly StepNode[];
  readonly edges: readonly StepEdge[];
}

export interface StepNode extends GraphNode {
  /** With `?` where its keys are known at run time only. */
  readonly dimensions: readonly string[];
  /** "540", "600..1 890" */
  readonly instances: string;
}

export interface StepEdge extends GraphEdge {
  /** `data`, `previous` (from the step before along a dimension), `keys` (it makes the keys), `after`. */
  readonly kind: 'data' | 'previous' | 'keys' | 'after';
  /** "gather over sensor", "shared"; empty for element-wise reads. */
  readonly label: string;
}

export function stepGraph(plan: Plan): StepGraphJson {
  const nodes = plan.steps.map((planned) => ({
    id: planned.step.name,
    step: planned.step.name,
    key: null,
    dimensions: planned.step.dimensions.map((d) => (d.dynamic ? `${d.name}?` : d.name)),
    instances: formatBounds(planned.bounds),
  }));
  return { nodes, edges: plan.steps.flatMap((planned) => edgesInto(plan, planned)) };
}

/**
 * One edge for each step that is read, in the order in which it is first named. What several inputs read of
 * it in one way is said once.
 */
function edgesInto(plan: Plan, planned: PlannedStep): readonly StepEdge[] {
  const to = planned.step.name;
  const edges = new Map<string, StepEdge & { readonly labels: Set<string> }>();
  const add = (from: string, kind: StepEdge['kind'], label: string) => {
    const labels = edges.get(`${from} ${kind}`)?.labels ?? new Set();
    if (label !== '') labels.add(label);
    edges.set(`${from} ${kind}`, { from, to, kind, label: [...labels].join('; '), labels });
  };
  for (const read of planned.reads) {
    const kind = read.read.kind === 'previous' ? 'previous' : 'data';
    add(read.read.step, kind, readLabel(plan, planned, read));
    if (read.read.via?.kind === 'step') add(read.read.via.step, 'keys', 'table');
  }
  for (const { dynamic } of planned.step.generators) if (dynamic) add(dynamic.step, 'keys', 'keys');
  for (const { target, statuses } of planned.step.after) {
    const from = target === 'workflow' ? lastSteps(plan) : [target];
    for (const name of from) add(name, 'after', `after ${statuses.join(' | ')}`.trimEnd());
  }
  return [...edges.values()].map(({ labels: _, ...edge }) => edge);
}

function readLabel(plan: Plan, consumer: PlannedStep, planned: PlannedRead): string {
  const { read } = planned;
  const over = read.over.join(', ');
  switch (inputKind(plan, consumer, planned)) {
    case 'element':
      return '';
    case 'shared':
      return 'shared';
    case 'selected':
      return `[${read.selectors.map((s) => s.dimension).join(', ')}]`;
    case 'previous':
      return `previous over ${over}`;
    case 'gather':
    case 'all':
      return `gather over ${over}`;
  }
}

/** What nothing but closing steps waits for: a step after the workflow is drawn behind these. */
function lastSteps(plan: Plan): readonly string[] {
  const open = plan.steps.filter((s) => !s.step.after.some((a) => a.target === 'workflow'));
  const read = new Set(
    open.flatMap((s) => s.reads.filter((r) => r.producer !== s.index).map((r) => r.read.step)),
  );
  return open.map((s) => s.step.name).filter((name) => !read.has(name));
}

/** The instances that the plan knows of and their edges, one by one: for plans that a person can read. */
export function instanceGraph(plan: Plan): Graph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const names = plan.steps.flatMap((step) =>
    Array.from({ length: step.count }, (_, ordinal) => instanceName(plan, step.first + ordinal)),
  );
  for (const planned of plan.steps) {
    for (let ordinal = 0; ordinal < planned.count; ordinal++) {
      const instance = planned.first + ordinal;
      const keys = keysOf(plan, instance);
      const entries = planned.keys.map((k, at) => [k.dimension, keys[at]!] as const);
      const key = Object.fromEntries(entries);
      nodes.push({ id: names[instance]!, step: planned.step.name, key });
      for (const from of producersOf(plan, planned, ordinal)) {
        edges.push({ from: names[from]!, to: names[instance]! });
      }
    }
  }
  return { nodes, edges };
}

function producersOf(plan: Plan, planned: PlannedStep, ordinal: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { producer, relation } of planned.reads) {
    const first = plan.steps[producer]?.first ?? 0;
    forEachProducer(relation, ordinal, (each) => found.add(first + each));
  }
  return found;
}
