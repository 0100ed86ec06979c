import { edgeCount, relationBounds, sumBounds } from './bounds.ts';
import { compact } from './enumerate.ts';
import type { Marks } from './needs.ts';
import type { Bounds, Fan, Plan, PlannedRead, PlannedStep, Relation } from './plan.ts';
import { groupOf } from './relation.ts';
import { selectRows } from './rows.ts';

/** The ordinals of a step that are kept, and the new place of each old one (-1: none). */
interface Kept {
  readonly ordinals: Uint32Array;
  readonly place: Int32Array;
  readonly isWhole: boolean;
}

/**
 * The plan of the kept instances alone: the same steps, some of them empty, with every relation as far as
 * both of its ends are kept (`marks` is of `knownSteps`). Keys and names stay, so that what does not depend on what is left out has
 * the fingerprint that it has in the whole plan. Linear in instances and members.
 */
export function restrictPlan(plan: Plan, marks: Marks): Plan {
  const kept = marks.map(keptOf);
  let first = 0;
  const steps = plan.steps.map((step): PlannedStep => {
    const own = kept[step.index]!;
    const restricted = restrictStep(step, own, kept, first);
    first += restricted.count;
    return restricted;
  });
  const alone = keptOf(Uint8Array.of(1));
  const outputs = plan.outputs.map((output) => ({
    ...output,
    reads: output.reads.map((read) => restrictRead(read, alone, kept[read.producer]!)),
  }));
  const edges = steps.flatMap((step) =>
    step.reads.map((read) => edgeCount(read.relation, step.bounds, read.perInstance)),
  );
  return {
    ...plan,
    steps,
    outputs,
    instances: sumBounds(steps.map((step) => step.bounds)),
    edges: sumBounds(edges),
  };
}

// --- Internal helpers ---

function keptOf(marks: Uint8Array): Kept {
  const place = new Int32Array(marks.length).fill(-1);
  const ordinals = new Uint32Array(marks.length);
  let count = 0;
  for (let ordinal = 0; ordinal < marks.length; ordinal++) {
    if (!marks[ordinal]) continue;
    place[ordinal] = count;
    ordinals[count++] = ordinal;
  }
  return { ordinals: ordinals.slice(0, count), place, isWhole: count === marks.length };
}

function restrictStep(
  step: PlannedStep,
  own: Kept,
  kept: readonly Kept[],
  first: number,
): PlannedStep {
  const reads = step.reads.map((read) => restrictRead(read, own, kept[read.producer]!));
  if (own.isWhole) return { ...step, first, reads };
  if (step.fan) return restrictFan({ ...step, first, reads }, step.fan, own);
  const count = own.ordinals.length;
  const rows = selectRows(step, own.ordinals);
  return {
    ...step,
    first,
    count,
    bounds: { min: count, max: count },
    keys: rows.keys.map(compact),
    variables: rows.variables,
    reads,
    skipped: step.skipped && Uint8Array.from(own.ordinals, (old) => step.skipped![old]!),
  };
}

/** A step that fans out at run time: of the rows that it fans out from. */
function restrictFan(step: PlannedStep, fan: Fan, { ordinals }: Kept): PlannedStep {
  const rows = selectRows(fan.base, ordinals);
  const share = (bound: number) =>
    ordinals.length === 0 ? 0 : (bound / fan.base.count) * ordinals.length;
  return {
    ...step,
    bounds: { min: share(step.bounds.min), max: share(step.bounds.max) },
    fan: { ...fan, base: { ...rows, keys: rows.keys.map(compact) } },
  };
}

function restrictRead(read: PlannedRead, consumer: Kept, producer: Kept): PlannedRead {
  if (consumer.isWhole && producer.isWhole) return read;
  const relation = restrictRelation(read.relation, consumer, producer);
  const perInstance =
    relation.kind === 'unknown'
      ? openBounds(read, producer)
      : relationBounds(relation, consumer.ordinals.length);
  return { ...read, relation, perInstance };
}

/** Of a read whose partners only the run knows, when some of them are left out. */
function openBounds(
  { read, perInstance }: PlannedRead,
  { place, ordinals, isWhole }: Kept,
): Bounds {
  if (isWhole || read.kind !== 'gather') return perInstance;
  const isShared =
    read.matched.length === 0 && read.selectors.length === 0 && !read.via && !read.where;
  if (!isShared) return { min: 0, max: perInstance.max };
  const share = (bound: number) =>
    ordinals.length === 0 ? 0 : (bound / place.length) * ordinals.length;
  return { min: share(perInstance.min), max: share(perInstance.max) };
}

function restrictRelation(relation: Relation, consumer: Kept, producer: Kept): Relation {
  const { ordinals } = consumer;
  const placeOf = (old: number) => (old < 0 ? -1 : producer.place[old]!);
  switch (relation.kind) {
    case 'identity': {
      const to = Int32Array.from(ordinals, placeOf);
      const isSame =
        to.length === producer.ordinals.length && to.every((place, at) => place === at);
      return isSame ? relation : { kind: 'map', to };
    }
    case 'constant': {
      const to = placeOf(relation.to);
      return to < 0
        ? { kind: 'map', to: new Int32Array(ordinals.length).fill(-1) }
        : { kind: 'constant', to };
    }
    case 'map':
      return { kind: 'map', to: Int32Array.from(ordinals, (old) => placeOf(relation.to[old]!)) };
    case 'previous': {
      const nearest = nearestKept(relation.before, producer);
      const beforeOf = (old: number) => (old < 0 ? -1 : nearest[old]!);
      return {
        kind: 'previous',
        to: Int32Array.from(ordinals, (old) => beforeOf(relation.to[old]!)),
        before: Int32Array.from(producer.ordinals, (old) => beforeOf(relation.before[old]!)),
      };
    }
    case 'groups':
      return restrictGroups(relation, consumer, producer);
    case 'unknown':
    case 'grown':
      return relation;
  }
}

/** For each old ordinal the new place of the first on its chain, itself included, that is kept; or -1. */
function nearestKept(before: Int32Array, { place }: Kept): Int32Array {
  const nearest = place.slice();
  const known = Uint8Array.from(place, (at) => (at >= 0 ? 1 : 0));
  const way: number[] = [];
  for (let start = 0; start < nearest.length; start++) {
    let at = start;
    while (at >= 0 && !known[at]) {
      way.push(at);
      at = before[at]!;
    }
    const found = at < 0 ? -1 : nearest[at]!;
    for (let passed = way.pop(); passed !== undefined; passed = way.pop()) {
      nearest[passed] = found;
      known[passed] = 1;
    }
  }
  return nearest;
}

/** Groups that a kept consumer has, in the order in which they are met, with their kept members. */
function restrictGroups(
  relation: Extract<Relation, { kind: 'groups' }>,
  { ordinals }: Kept,
  { place }: Kept,
): Relation {
  const number = new Int32Array(relation.offsets.length - 1).fill(-1);
  const met: number[] = [];
  const groups = Int32Array.from(ordinals, (old) => {
    const group = groupOf(relation, old);
    if (number[group]! < 0) number[group] = met.push(group) - 1;
    return number[group]!;
  });
  if (!relation.groupOf && met.length === 0) met.push(0);
  const offsets = new Uint32Array(met.length + 1);
  const members: number[] = [];
  met.forEach((group, at) => {
    for (let i = relation.offsets[group]!; i < relation.offsets[group + 1]!; i++) {
      const member = place[relation.members[i]!]!;
      if (member >= 0) members.push(member);
    }
    offsets[at + 1] = members.length;
  });
  const groupColumn = relation.groupOf ? groups : undefined;
  return { kind: 'groups', groupOf: groupColumn, offsets, members: Uint32Array.from(members) };
}
