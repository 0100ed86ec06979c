import type { Value } from '../../dsl/index.ts';
import type { Plan, PlannedRead, PlannedStep } from '../plan/plan.ts';
import type { Standings } from './binding.ts';
import type { Reader } from './reading.ts';
import { Unsettled } from './unsettled.ts';

/** Decides whether a member of a gather belongs to it (a run-time `where`). */
export type MemberTest = (member: number) => boolean | Unsettled;

/**
 * The list that a gather gives an instance: members in key order, absent ones left out. A list is kept
 * by group, so that instances which share a group share one list, and its digest with it.
 */
export interface Gatherer {
  /**
   * `test` is undefined without a run-time `where`; `shared` says that its answer is the same for all
   * instances of a group.
   */
  list(
    read: PlannedRead,
    ordinal: number,
    standings: Standings,
    test: MemberTest | undefined,
    shared: boolean,
  ): readonly Value[] | Unsettled;
}

export function makeGatherer(plan: Plan, reader: Reader): Gatherer {
  const kept = new WeakMap<PlannedRead, Map<number, Kept>>();

  return {
    list(read, ordinal, standings, test, shared) {
      const { members, group } = membersOf(plan, read, ordinal);
      if (members === undefined) {
        const { step, output } = read.read;
        return new Unsettled(
          'unknown',
          `how many \`${step}.${output}\` there are is not known yet`,
        );
      }
      const generation = shared ? standings.generation?.() : undefined;
      if (generation === undefined) return listOf(reader, read, members, standings, test);
      const groups = kept.get(read) ?? new Map<number, Kept>();
      kept.set(read, groups);
      const known = groups.get(group);
      if (known?.standings === standings && known.generation === generation) return known.list;
      const list = listOf(reader, read, members, standings, test);
      if (!(list instanceof Unsettled)) groups.set(group, { standings, generation, list });
      return list;
    },
  };
}

interface Kept {
  readonly standings: Standings;
  readonly generation: number;
  readonly list: readonly Value[];
}

function listOf(
  reader: Reader,
  read: PlannedRead,
  members: Iterable<number>,
  standings: Standings,
  test: MemberTest | undefined,
): readonly Value[] | Unsettled {
  const list: Value[] = [];
  for (const member of members) {
    const belongs = test === undefined || test(member);
    if (belongs instanceof Unsettled) {
      if (belongs.kind === 'absent') continue;
      return belongs;
    }
    if (!belongs) continue;
    const value = reader.partner(read, member, standings);
    if (!(value instanceof Unsettled)) list.push(value);
    else if (value.kind === 'unknown') return value;
  }
  return list;
}

/** Ordinals of the producer that belong to an instance; undefined if they are not known when planning. */
export function membersOf(
  plan: Plan,
  read: PlannedRead,
  ordinal: number,
): { readonly members: Iterable<number> | undefined; readonly group: number } {
  const { relation } = read;
  switch (relation.kind) {
    case 'groups': {
      const group = relation.groupOf === undefined ? 0 : (relation.groupOf[ordinal] ?? -1);
      if (group < 0) return { members: [], group };
      const { offsets, members } = relation;
      return { members: members.subarray(offsets[group], offsets[group + 1]), group };
    }
    case 'identity':
      return { members: [ordinal], group: ordinal };
    case 'constant':
      return { members: [relation.to], group: 0 };
    case 'map': {
      const to = relation.to[ordinal] ?? -1;
      return { members: to < 0 ? [] : [to], group: to };
    }
    case 'grown': {
      const members = relation.members(ordinal);
      // The very list is the group: consumers that share it share what is made of it.
      return { members, group: members === undefined ? -1 : groupNumber(members) };
    }
    case 'previous':
    case 'unknown': {
      const producer = plan.steps[read.producer] as PlannedStep;
      return { members: producer.count === 0 && !producer.dynamic ? [] : undefined, group: -1 };
    }
  }
}

const numbers = new WeakMap<readonly number[], number>();
let lastNumber = 0;

function groupNumber(members: readonly number[]): number {
  let number = numbers.get(members);
  if (number === undefined) {
    number = ++lastNumber;
    numbers.set(members, number);
  }
  return number;
}
