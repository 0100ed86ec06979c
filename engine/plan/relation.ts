import type { Relation } from './plan.ts';

/**
 * Reading relations in both directions. A relation says which ordinals of the producing step an ordinal
 * of the consuming step reads; nothing here makes one object an edge, and a gather that thousands of
 * consumers share is walked and counted once, as a group.
 */

/** Lists by index: list `i` is `items[offsets[i]..offsets[i+1])`. */
export interface Lists {
  readonly offsets: Uint32Array;
  readonly items: Uint32Array;
}

/**
 * Who reads a producer's ordinal.
 * `identity`: the same ordinal. `constant`: all consumers read `to`, and nobody another one.
 * `direct`: `consumers` lists the consumers of each producer (for `previous`: those that look at it
 * first; where it is absent they look at `before[producer]` next).
 * `groups`: `groups` lists the groups of each producer, `consumers` the consumers of each group
 * (absent: there is one group, 0, and every consumer has it), so that a readiness counter is kept per
 * group and the cost of an end is the number of its groups.
 * `unknown`: one of the two is dynamic.
 */
export type Reverse =
  | { readonly kind: 'identity' }
  | { readonly kind: 'constant'; readonly to: number; readonly consumers: number }
  | { readonly kind: 'direct'; readonly consumers: Lists }
  | {
      readonly kind: 'groups';
      readonly groups: Lists;
      readonly consumers: Lists | undefined;
      readonly consumerCount: number;
    }
  | { readonly kind: 'unknown' };

/**
 * The reverse of `relation` between a consuming step of `consumers` instances and a producing one of
 * `producers`. Linear in instances and members; lists are in ascending order.
 */
export function reverseOf(relation: Relation, consumers: number, producers: number): Reverse {
  switch (relation.kind) {
    case 'identity':
    case 'unknown':
      return relation;
    case 'grown':
      return { kind: 'unknown' };
    case 'constant':
      return { kind: 'constant', to: relation.to, consumers };
    case 'map':
    case 'previous':
      return { kind: 'direct', consumers: listsByKey(relation.to, producers) };
    case 'groups': {
      const groupCount = relation.offsets.length - 1;
      return {
        kind: 'groups',
        groups: transpose(relation, producers),
        consumers: relation.groupOf ? listsByKey(relation.groupOf, groupCount) : undefined,
        consumerCount: consumers,
      };
    }
  }
}

/** Calls `f` with each ordinal that `consumer` reads, in key order (`previous`: only the nearest). */
export function forEachProducer(
  relation: Relation,
  consumer: number,
  f: (producer: number) => void,
): void {
  switch (relation.kind) {
    case 'identity':
      f(consumer);
      return;
    case 'constant':
      f(relation.to);
      return;
    case 'map':
    case 'previous': {
      const producer = relation.to[consumer] ?? -1;
      if (producer >= 0) f(producer);
      return;
    }
    case 'groups': {
      const group = groupOf(relation, consumer);
      const end = relation.offsets[group + 1] ?? 0;
      for (let at = relation.offsets[group] ?? 0; at < end; at++) f(relation.members[at] ?? 0);
      return;
    }
    case 'grown':
      for (const member of relation.members(consumer) ?? []) f(member);
      return;
    case 'unknown':
      return;
  }
}

/** Calls `f` with each consumer of `producer`, in ascending order. */
export function forEachConsumer(
  reverse: Reverse,
  producer: number,
  f: (consumer: number) => void,
): void {
  switch (reverse.kind) {
    case 'identity':
      f(producer);
      return;
    case 'constant':
      if (producer === reverse.to) for (let c = 0; c < reverse.consumers; c++) f(c);
      return;
    case 'direct':
      forEachItem(reverse.consumers, producer, f);
      return;
    case 'groups':
      forEachItem(reverse.groups, producer, (group) => forEachOfGroup(reverse, group, f));
      return;
    case 'unknown':
      return;
  }
}

/** Calls `f` with each consumer that has `group`. */
export function forEachOfGroup(
  reverse: Extract<Reverse, { kind: 'groups' }>,
  group: number,
  f: (consumer: number) => void,
): void {
  if (reverse.consumers) forEachItem(reverse.consumers, group, f);
  else for (let c = 0; c < reverse.consumerCount; c++) f(c);
}

export function forEachItem(lists: Lists, index: number, f: (item: number) => void): void {
  const end = lists.offsets[index + 1] ?? 0;
  for (let at = lists.offsets[index] ?? 0; at < end; at++) f(lists.items[at] ?? 0);
}

/** The group that `consumer` reads. */
export function groupOf(relation: Extract<Relation, { kind: 'groups' }>, consumer: number): number {
  return relation.groupOf ? (relation.groupOf[consumer] ?? 0) : 0;
}

/** How many ordinals `consumer` reads; for `previous` 1 or 0. */
export function producerCount(relation: Relation, consumer: number): number {
  switch (relation.kind) {
    case 'identity':
    case 'constant':
      return 1;
    case 'map':
    case 'previous':
      return (relation.to[consumer] ?? -1) >= 0 ? 1 : 0;
    case 'groups': {
      const group = groupOf(relation, consumer);
      return (relation.offsets[group + 1] ?? 0) - (relation.offsets[group] ?? 0);
    }
    case 'grown':
      return relation.members(consumer)?.length ?? 0;
    case 'unknown':
      return 0;
  }
}

/** Indices of `keys` listed by their value below `count`; negative values are left out. */
export function listsByKey(keys: Int32Array | Uint32Array, count: number): Lists {
  const offsets = new Uint32Array(count + 1);
  for (const key of keys) if (key >= 0) offsets[key + 1]!++;
  for (let i = 0; i < count; i++) offsets[i + 1]! += offsets[i]!;
  const items = new Uint32Array(offsets[count]!);
  const next = offsets.slice(0, count);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (key >= 0) items[next[key]!++] = i;
  }
  return { offsets, items };
}

/** Groups of each member. */
function transpose(relation: Extract<Relation, { kind: 'groups' }>, producers: number): Lists {
  const offsets = new Uint32Array(producers + 1);
  for (const member of relation.members) offsets[member + 1]!++;
  for (let i = 0; i < producers; i++) offsets[i + 1]! += offsets[i]!;
  const items = new Uint32Array(relation.members.length);
  const next = offsets.slice(0, producers);
  for (let group = 0; group + 1 < relation.offsets.length; group++) {
    for (let at = relation.offsets[group]!; at < relation.offsets[group + 1]!; at++) {
      items[next[relation.members[at]!]!++] = group;
    }
  }
  return { offsets, items };
}
