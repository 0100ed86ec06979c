import { afterRelation } from './after.ts';
import { locate } from './instance.ts';
import type { Plan, PlannedRead, PlannedStep, Relation } from './plan.ts';
import { groupOf } from './relation.ts';

/** A set of instances: by step, 1 at each ordinal that is in it. */
export type Marks = readonly Uint8Array[];

export function noMarks(plan: Plan): Marks {
  return plan.steps.map((step) => new Uint8Array(step.count));
}

/**
 * The chosen instances with all that they need. A gather of an instance that is `inside` takes only the
 * members that are inside too; single partners and `previous` are taken wherever they are, with all of
 * their own gathers. What then has nothing left to read is left out, and added to `left`.
 */
export function withNeeds(plan: Plan, chosen: Marks, inside: Marks, left: Marks): Marks {
  for (;;) {
    const kept = follow(plan, chosen, inside, left);
    if (!dropStarved(plan, kept, left)) return kept;
  }
}

// --- Internal helpers ---

interface Follower {
  readonly plan: Plan;
  readonly inside: Marks;
  readonly left: Marks;
  readonly kept: Marks;
  /** Instances whose needs are to be added. */
  readonly work: number[];
  /** By relation, of each group: 1 its members inside were added, 2 all. */
  readonly groups: Map<Relation, Uint8Array>;
  /** Relations of the `after` lines of a step. */
  readonly afters: Map<number, readonly { producer: PlannedStep; relation: Relation }[]>;
}

function follow(plan: Plan, chosen: Marks, inside: Marks, left: Marks): Marks {
  const follower: Follower = {
    plan,
    inside,
    left,
    kept: noMarks(plan),
    work: [],
    groups: new Map(),
    afters: new Map(),
  };
  for (const step of plan.steps) {
    const marks = chosen[step.index]!;
    for (let ordinal = 0; ordinal < step.count; ordinal++) {
      if (marks[ordinal]) add(follower, step, ordinal);
    }
  }
  for (let at = follower.work.pop(); at !== undefined; at = follower.work.pop()) {
    const { step, ordinal } = locate(plan, at);
    const isInside = inside[step.index]![ordinal] === 1;
    for (const read of step.reads) addRead(follower, read, ordinal, isInside);
    for (const { producer, relation } of aftersOf(follower, step)) {
      addMembers(follower, producer, relation, ordinal, isInside);
    }
  }
  return follower.kept;
}

function add(follower: Follower, step: PlannedStep, ordinal: number): void {
  const marks = follower.kept[step.index]!;
  if (marks[ordinal] || follower.left[step.index]![ordinal]) return;
  marks[ordinal] = 1;
  // What a plan-time condition skips reads nothing.
  if (!step.skipped?.[ordinal]) follower.work.push(step.first + ordinal);
}

function addRead(follower: Follower, read: PlannedRead, ordinal: number, isInside: boolean): void {
  const producer = follower.plan.steps[read.producer]!;
  const { relation } = read;
  if (relation.kind === 'previous') addPrevious(follower, producer, relation, ordinal);
  else addMembers(follower, producer, relation, ordinal, isInside);
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
      return;
  }
}

function aftersOf(
  { plan, afters }: Follower,
  step: PlannedStep,
): readonly { producer: PlannedStep; relation: Relation }[] {
  let known = afters.get(step.index);
  if (!known) {
    known = step.step.after.flatMap(({ target }) => {
      const producer = plan.steps.find((other) => other.step.name === target);
      return producer ? [{ producer, relation: afterRelation(step, producer) }] : [];
    });
    afters.set(step.index, known);
  }
  return known;
}

/** Leaves out what has nothing left to read, and what reads that; false if there is none. */
function dropStarved(plan: Plan, kept: Marks, left: Marks): boolean {
  let found = false;
  for (const index of plan.order) {
    const step = plan.steps[index]!;
    const marks = kept[index]!;
    const tests = step.reads.map((read) => starvation(plan, read, kept));
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

/** Whether a read that must give something gives nothing of what is kept. */
function starvation(
  plan: Plan,
  { read, relation, producer }: PlannedRead,
  kept: Marks,
): (ordinal: number) => boolean {
  const marks = kept[producer]!;
  switch (relation.kind) {
    case 'groups': {
      if (read.allowsEmpty) return () => false;
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
    case 'previous': {
      // In a loop the ones before are decided after the one that reads them: nothing is said of those.
      if (read.allowsAbsent || plan.steps[producer]?.reads.some((r) => r.read.kind === 'previous'))
        return () => false;
      return (ordinal) => {
        const first = relation.to[ordinal] ?? -1;
        for (let at = first; at >= 0; at = relation.before[at] ?? -1) if (marks[at]) return false;
        return first >= 0;
      };
    }
    case 'unknown':
    case 'grown':
      return () => false;
    default: {
      if (read.allowsAbsent) return () => false;
      const to = partnerOf(relation);
      return (ordinal) => {
        const partner = to(ordinal);
        return partner >= 0 && !marks[partner];
      };
    }
  }
}

function partnerOf(
  relation: Extract<Relation, { kind: 'identity' | 'constant' | 'map' }>,
): (ordinal: number) => number {
  switch (relation.kind) {
    case 'identity':
      return (ordinal) => ordinal;
    case 'constant':
      return () => relation.to;
    case 'map':
      return (ordinal) => relation.to[ordinal] ?? -1;
  }
}
