import type { Read } from '../../dsl/index.ts';
import { agreeing } from './after.ts';
import type { Plan, PlannedStep, Relation } from './plan.ts';
import { groupOf } from './relation.ts';

/** A set of instances: by step, 1 at each ordinal that is in it (of `knownSteps`). */
export type Marks = readonly Uint8Array[];

/**
 * The steps of a plan as a slice sees them: those that fan out at run time have the rows that are known
 * when planning, with the keys that these have.
 */
export function knownSteps(plan: Plan): readonly PlannedStep[] {
  return plan.steps.map((step) =>
    step.fan ? { ...step, ...step.fan.base, dynamic: false } : step,
  );
}

export function noMarks(steps: readonly PlannedStep[]): Marks {
  return steps.map((step) => new Uint8Array(step.count));
}

/**
 * The chosen instances with all that they need. A gather of an instance that is `inside` takes only the
 * members that are inside too; single partners and `previous` are taken wherever they are, with all of
 * their own gathers. What then has nothing left to read is left out, and added to `left`. Where a step fans
 * out at run time, all that agrees on the keys known now is taken.
 */
export function withNeeds(plan: Plan, chosen: Marks, inside: Marks, left: Marks): Marks {
  const steps = knownSteps(plan);
  const needs = steps.map((step) => needsOf(steps, step));
  for (;;) {
    const kept = follow({ steps, needs, chosen, inside, left });
    if (!dropStarved(plan, { steps, needs }, kept, left)) return kept;
  }
}

// --- Internal helpers ---

/** What a step reads or waits for of another one. */
interface Need {
  /** Index of the step. */
  readonly producer: number;
  readonly relation: Relation;
  /** A reader without any of it is left out. */
  readonly isVital: boolean;
}

interface Graph {
  readonly steps: readonly PlannedStep[];
  /** By step. */
  readonly needs: readonly (readonly Need[])[];
}

function needsOf(steps: readonly PlannedStep[], step: PlannedStep): readonly Need[] {
  const known = step.reads.map(({ read, producer, relation }): Need => {
    if (relation.kind !== 'unknown') return { producer, relation, isVital: isVital(steps, read) };
    return { ...roughly(steps, step, read.matched, producer), isVital: false };
  });
  const ofStages = (step.fan?.stages ?? []).flatMap(({ reads }) =>
    reads.map((read) => {
      const producer = steps.findIndex((one) => one.step.name === read.step);
      return { ...roughly(steps, step, read.matched, producer), isVital: false };
    }),
  );
  const tables = step.reads.flatMap(({ read }) => {
    const { via } = read;
    const producer =
      via?.kind === 'step' ? steps.findIndex((one) => one.step.name === via.step) : -1;
    return producer < 0 ? [] : [{ ...roughly(steps, step, undefined, producer), isVital: false }];
  });
  const afters = step.step.after.flatMap(({ target, matched }) => {
    const producer = steps.findIndex((one) => one.step.name === target);
    return producer < 0 ? [] : [{ ...roughly(steps, step, matched, producer), isVital: false }];
  });
  return [...known, ...ofStages, ...tables, ...afters];
}

/** All instances that agree on the keys that are known of both: of these dimensions, or of all. */
function roughly(
  steps: readonly PlannedStep[],
  reader: PlannedStep,
  matched: readonly string[] | undefined,
  producer: number,
): Omit<Need, 'isVital'> {
  const target = steps[producer]!;
  const dimensions = matched ?? target.keys.map(({ dimension }) => dimension);
  return { producer, relation: agreeing(reader, target, dimensions) };
}

function isVital(steps: readonly PlannedStep[], read: Read): boolean {
  switch (read.kind) {
    case 'gather':
      return !read.allowsEmpty;
    case 'match':
      return !read.allowsAbsent;
    case 'previous': {
      // In a loop the ones before are decided after the one that reads them: nothing is said of those.
      const producer = steps.find(({ step }) => step.name === read.step);
      const loops = producer?.reads.some((r) => r.read.kind === 'previous') ?? false;
      return !read.allowsAbsent && !loops;
    }
  }
}

interface Following extends Graph {
  readonly chosen: Marks;
  readonly inside: Marks;
  readonly left: Marks;
}

interface Follower extends Following {
  readonly kept: Marks;
  /** Instances whose needs are to be added: a step and an ordinal, one after the other. */
  readonly work: number[];
  /** By relation, of each group: 1 its members inside were added, 2 all. */
  readonly groups: Map<Relation, Uint8Array>;
}

function follow(following: Following): Marks {
  const { steps, needs, chosen, inside } = following;
  const follower: Follower = {
    ...following,
    kept: noMarks(steps),
    work: [],
    groups: new Map(),
  };
  for (const step of steps) {
    const marks = chosen[step.index]!;
    for (let ordinal = 0; ordinal < step.count; ordinal++) {
      if (marks[ordinal]) add(follower, step, ordinal);
    }
  }
  for (let ordinal = follower.work.pop(); ordinal !== undefined; ordinal = follower.work.pop()) {
    const index = follower.work.pop()!;
    const isInside = inside[index]![ordinal] === 1;
    for (const { producer, relation } of needs[index]!) {
      if (relation.kind === 'previous') addPrevious(follower, steps[producer]!, relation, ordinal);
      else addMembers(follower, steps[producer]!, relation, ordinal, isInside);
    }
  }
  return follower.kept;
}

function add(follower: Follower, step: PlannedStep, ordinal: number): void {
  const marks = follower.kept[step.index]!;
  if (marks[ordinal] || follower.left[step.index]![ordinal]) return;
  marks[ordinal] = 1;
  // What a plan-time condition skips reads nothing.
  if (!step.skipped?.[ordinal]) follower.work.push(step.index, ordinal);
}

/** The nearest one before, and those before it as long as one may be skipped. */
function addPrevious(
  follower: Follower,
  producer: PlannedStep,
  { to, before }: Extract<Relation, { kind: 'previous' }>,
  ordinal: number,
): void {
  for (let at = to[ordinal] ?? -1; at >= 0; at = before[at] ?? -1) {
    add(follower, producer, at);
    if (!producer.skipped?.[at] && producer.step.when?.phase !== 'run') return;
  }
}

function addMembers(
  follower: Follower,
  producer: PlannedStep,
  relation: Relation,
  ordinal: number,
  isInside: boolean,
): void {
  switch (relation.kind) {
    case 'identity':
      add(follower, producer, ordinal);
      return;
    case 'constant':
      add(follower, producer, relation.to);
      return;
    case 'map': {
      const to = relation.to[ordinal] ?? -1;
      if (to >= 0) add(follower, producer, to);
      return;
    }
    case 'groups': {
      const seen = follower.groups.get(relation) ?? new Uint8Array(relation.offsets.length);
      follower.groups.set(relation, seen);
      const group = groupOf(relation, ordinal);
      const wanted = isInside ? 1 : 2;
      if (seen[group]! >= wanted) return;
      seen[group] = wanted;
      const inside = follower.inside[producer.index]!;
      for (let at = relation.offsets[group]!; at < relation.offsets[group + 1]!; at++) {
        const member = relation.members[at]!;
        if (!isInside || inside[member]) add(follower, producer, member);
      }
      return;
    }
    case 'previous':
    case 'unknown':
    case 'grown':
      return;
  }
}

/** Leaves out what has nothing left to read, and what reads that; false if there is none. */
function dropStarved(plan: Plan, { steps, needs }: Graph, kept: Marks, left: Marks): boolean {
  let found = false;
  for (const index of plan.order) {
    const step = steps[index]!;
    const marks = kept[index]!;
    const tests = needs[index]!.filter((need) => need.isVital).map(({ relation, producer }) =>
      starvation(relation, kept[producer]!),
    );
    for (let ordinal = 0; ordinal < step.count; ordinal++) {
      if (!marks[ordinal] || step.skipped?.[ordinal]) continue;
      if (!tests.some((isStarved) => isStarved(ordinal))) continue;
      marks[ordinal] = 0;
      left[index]![ordinal] = 1;
      found = true;
    }
  }
  return found;
}

/** Whether a relation that had something for an ordinal has nothing of what is kept. */
function starvation(relation: Relation, marks: Uint8Array): (ordinal: number) => boolean {
  switch (relation.kind) {
    case 'groups': {
      const known = new Int8Array(relation.offsets.length).fill(-1);
      return (ordinal) => {
        const group = groupOf(relation, ordinal);
        if (known[group]! < 0) {
          const members = relation.members.subarray(
            relation.offsets[group],
            relation.offsets[group + 1],
          );
          known[group] = members.length > 0 && !members.some((m) => marks[m]) ? 1 : 0;
        }
        return known[group] === 1;
      };
    }
    case 'previous':
      return (ordinal) => {
        const first = relation.to[ordinal] ?? -1;
        for (let at = first; at >= 0; at = relation.before[at] ?? -1) if (marks[at]) return false;
        return first >= 0;
      };
    case 'identity':
      return (ordinal) => !marks[ordinal];
    case 'constant':
      return () => !marks[relation.to];
    case 'map':
      return (ordinal) => {
        const partner = relation.to[ordinal] ?? -1;
        return partner >= 0 && !marks[partner];
      };
    case 'unknown':
    case 'grown':
      return () => false;
  }
}
