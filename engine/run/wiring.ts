import type { After, Read } from '../../dsl/index.ts';
import { afterRelation } from '../plan/after.ts';
import type { Plan, PlannedRead, PlannedStep, Relation } from '../plan/plan.ts';
import { type Reverse, reverseOf } from '../plan/relation.ts';
import type { StepRules } from './rules.ts';

/**
 * What waits for what, made once from a plan: one link a read or `after`, between two steps. Counting
 * happens along links (`settle.ts`); an edge between two instances is never an object.
 */
export interface Link {
  readonly index: number;
  /** Indices of steps. */
  readonly producer: number;
  readonly consumer: number;
  readonly relation: Relation;
  readonly reverse: Reverse;
  /**
   * A failure within the budget counts as absent at once, instead of when the step's budget is decided:
   * so where the producing step itself waits for the consumer (a loop along `previous`).
   */
  readonly immediate: boolean;
  /** Present where states are waited for instead of values. */
  readonly after: AfterRule | undefined;
  /** The input's name, `after STEP`, `for each` or `via`. */
  readonly label: string;
  /** Absent for an `after`. */
  readonly read?: Read;
  /** What waits are rows of this stage of the consuming step (`fan-out/`), not its instances. */
  readonly stage?: number;
  /** Index of the link of a gather whose `via` table this one brings. */
  readonly feeds?: number;
}

export interface AfterRule {
  readonly quantifier: 'all' | 'any';
  readonly statuses: ReadonlySet<string>;
  /** Only these dimensions are matched; undefined: all that both have. */
  readonly matched?: readonly string[] | undefined;
}

export interface Wiring {
  readonly links: readonly Link[];
  /** By step. */
  readonly from: readonly (readonly Link[])[];
  readonly into: readonly (readonly Link[])[];
  /** Number of instances; step of each. Both grow with the plan. */
  size: number;
  stepOf: Uint16Array<ArrayBuffer>;
  /** 1 for a step that runs after the workflow (`after workflow`, or needs one that does). */
  readonly closing: Uint8Array;
  /** For `after workflow ...`: the statuses of the run that let the step run. */
  readonly gates: readonly (readonly ReadonlySet<string>[])[];
}

export function wire(plan: Plan, rules: readonly StepRules[]): Wiring {
  const drafts: Draft[] = [];
  for (const step of plan.steps) {
    for (const read of step.reads) addReadDrafts(plan, step, read, drafts);
    drafts.push(...step.step.after.flatMap((after) => afterDraft(plan, step.index, after)));
    drafts.push(...stageDrafts(plan, step));
  }
  const upstream = upstreamOf(plan.steps.length, drafts);
  const links = drafts.map((draft, index): Link => {
    const rule = rules[draft.producer];
    const tolerant = (rule?.tolerate ?? 0) > 0 || rule?.tolerateShare !== undefined;
    return {
      ...draft,
      index,
      reverse: reverseOf(
        draft.relation,
        plan.steps[draft.consumer]?.count ?? 0,
        plan.steps[draft.producer]?.count ?? 0,
      ),
      immediate: !tolerant || upstream(draft.producer).has(draft.consumer),
    };
  });
  const gates = plan.steps.map((step) =>
    step.step.after.filter((a) => a.target === 'workflow').map((a) => statusesOf(a)),
  );
  return {
    links,
    from: plan.steps.map((step) => links.filter((link) => link.producer === step.index)),
    into: plan.steps.map((step) => links.filter((link) => link.consumer === step.index)),
    ...numbering(plan),
    closing: closingSteps(plan, links, gates),
    gates,
  };
}

type Draft = Omit<Link, 'index' | 'reverse' | 'immediate'>;

/** The link of a read; where its table is made by a step, one for that as well. */
function addReadDrafts(
  plan: Plan,
  { index: consumer }: PlannedStep,
  { producer, relation, input, read }: PlannedRead,
  drafts: Draft[],
): void {
  const feeds = drafts.push({ producer, consumer, relation, after: undefined, label: input, read });
  const { via } = read;
  if (via?.kind !== 'step') return;
  const table = plan.steps.find(({ step }) => step.name === via.step);
  if (!table) return;
  drafts.push({
    producer: table.index,
    consumer,
    relation: { kind: 'unknown' },
    after: undefined,
    label: 'via',
    read: {
      ...read,
      kind: 'match',
      step: via.step,
      output: via.output,
      isKey: false,
      selectors: [],
      matched: table.step.dimensions.map(({ name }) => name),
      over: [],
      via: undefined,
      where: undefined,
    },
    feeds: feeds - 1,
  });
}

/** What the rows of a dynamic step wait for. */
function stageDrafts(plan: Plan, { index: consumer, fan }: PlannedStep): Draft[] {
  return (fan?.stages ?? []).flatMap(({ reads }, stage) =>
    reads.flatMap((read): Draft[] => {
      const producer = plan.steps.find(({ step }) => step.name === read.step);
      if (!producer) return [];
      const relation = { kind: 'unknown' } as const;
      const label = 'for each';
      return [
        { producer: producer.index, consumer, relation, after: undefined, label, read, stage },
      ];
    }),
  );
}

function afterDraft(plan: Plan, consumer: number, after: After): Draft[] {
  const target = plan.steps.find((step) => step.step.name === after.target);
  const reader = plan.steps[consumer];
  if (!target || !reader) return [];
  return [
    {
      producer: target.index,
      consumer,
      relation: afterRelation(reader, target, after.matched),
      after: {
        quantifier: after.quantifier,
        statuses: statusesOf(after),
        matched: after.matched,
      },
      label: `after ${after.target}`,
    },
  ];
}

function statusesOf(after: After): ReadonlySet<string> {
  return new Set(after.statuses.length > 0 ? after.statuses : ['succeeded', 'skipped']);
}

/** Steps that a step waits for, directly or not; computed when asked, once. */
function upstreamOf(
  count: number,
  drafts: readonly Draft[],
): (step: number) => ReadonlySet<number> {
  const producers = Array.from({ length: count }, () => new Set<number>());
  for (const draft of drafts) producers[draft.consumer]?.add(draft.producer);
  const known = new Map<number, Set<number>>();
  return (step) => {
    const found = known.get(step) ?? new Set<number>();
    if (known.has(step)) return found;
    known.set(step, found);
    const work = [...(producers[step] ?? [])];
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      if (found.has(at)) continue;
      found.add(at);
      work.push(...(producers[at] ?? []));
    }
    return found;
  };
}

function numbering(plan: Plan): Pick<Wiring, 'size' | 'stepOf'> {
  const fixed = plan.steps.filter((step) => !step.fan);
  const size = fixed.reduce((sum, step) => Math.max(sum, step.first + step.count), 0);
  const stepOf = new Uint16Array(size);
  for (const step of fixed) stepOf.fill(step.index, step.first, step.first + step.count);
  return { size, stepOf };
}

function closingSteps(plan: Plan, links: readonly Link[], gates: Wiring['gates']): Uint8Array {
  const closing = Uint8Array.from(plan.steps, (step) =>
    (gates[step.index]?.length ?? 0) > 0 ? 1 : 0,
  );
  for (let changed = true; changed; ) {
    changed = false;
    for (const { producer, consumer } of links) {
      if (closing[producer] === 1 && closing[consumer] === 0) {
        closing[consumer] = 1;
        changed = true;
      }
    }
  }
  return closing;
}
