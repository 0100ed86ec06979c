import type { Key } from '../../../dsl/index.ts';
import { keysAsText } from '../../plan/growth.ts';
import type { Matching } from './matching.ts';

/**
 * What a link is between two steps of which one grows: instead of a relation between ordinals, places of
 * the producer by the keys that readers look for. A group of readers is decided once the places that it
 * looks at are closed (no row can add to them any more) and their members have ended. Nothing is done
 * twice an instance: the cost is that of members and readers, never of their pairs.
 */
export interface Joint {
  readonly matching: Matching;
  /** By the text of their keys. */
  readonly places: Map<string, Place>;
  /** By the producer's ordinal. */
  readonly placeOf: Place[];
  /** By stage of the producer's rows, then by the keys of `probe` that such a row has. */
  readonly gates: Map<string, Gate>[];
  /** Rows of the producer that are no longer open. */
  readonly groups: Map<string, Group>;
  readonly groupOf: Map<number, Group>;
  /** Keys of `probe` that rows of a stage have. */
  readonly known: readonly (readonly string[])[];
  /** How members have ended, by ordinal; undefined: not yet. */
  readonly ends: (MemberEnd | undefined)[];
}

export interface MemberEnd {
  readonly kind: 'present' | 'absent' | 'blocks';
  /** Of an `after`: whether the end is one that it asks for, and how bad it is (`badness`). */
  readonly agrees: boolean;
  readonly bad: number;
}

export interface Place {
  readonly members: number[];
  readonly gates: readonly Gate[];
  readonly groups: Group[];
}

/** Rows that may yet add to the places behind it; `dead` ones never will, and what reads them is blocked. */
export interface Gate {
  pending: number;
  dead: number;
  readonly places: Place[];
}

/** `present`: all is there (or enough); the others as for instances; `fails` blocks without failing the run. */
export type Outcome = 'present' | 'absent' | 'blocks' | 'fails' | 'skips';

export interface Group {
  readonly places: readonly Place[];
  readonly filter: ((ordinal: number) => boolean) | undefined;
  /** Numbers of instances; rows as `-1 - id`. */
  readonly consumers: number[];
  /** Members that have not ended. */
  open: number;
  blocked: boolean;
  agreed: boolean;
  denied: boolean;
  bad: number;
  outcome: Outcome | undefined;
  /** Members in key order, once all are known. */
  members: readonly number[] | undefined;
}

/** `known[stage]`: the dimensions that the producer's rows of that stage have; none for one that is complete. */
export function makeJoint(matching: Matching, known: readonly (readonly string[])[]): Joint {
  return {
    matching,
    places: new Map(),
    placeOf: [],
    gates: known.map(() => new Map()),
    groups: new Map(),
    groupOf: new Map(),
    known: known.map((names) => names.filter((name) => matching.probe.includes(name))),
    ends: [],
  };
}

/** The place of producers with these keys of `probe`. */
export function placeAt(joint: Joint, keys: readonly Key[]): Place {
  const text = keysAsText(keys);
  const found = joint.places.get(text);
  if (found) return found;
  const { probe } = joint.matching;
  const gates = joint.known.map((names, stage) =>
    gateAt(
      joint,
      stage,
      names.map((name) => keys[probe.indexOf(name)]!),
    ),
  );
  const place: Place = { members: [], gates, groups: [] };
  for (const gate of gates) gate.places.push(place);
  joint.places.set(text, place);
  return place;
}

/** The gate of rows with these keys (of `known[stage]`). */
export function gateAt(joint: Joint, stage: number, keys: readonly Key[]): Gate {
  const gates = joint.gates[stage]!;
  const text = keysAsText(keys);
  const found = gates.get(text);
  if (found) return found;
  const gate: Gate = { pending: 0, dead: 0, places: [] };
  gates.set(text, gate);
  return gate;
}

/** A member that has not ended. */
export function addMember(joint: Joint, ordinal: number, keys: readonly Key[]): void {
  const place = placeAt(joint, keys);
  place.members.push(ordinal);
  joint.placeOf[ordinal] = place;
  for (const group of place.groups) {
    group.members = undefined;
    if (belongs(group, ordinal)) group.open++;
  }
}

/** A member ends; gives the groups that look at it. */
export function endMember(joint: Joint, ordinal: number, end: MemberEnd): readonly Group[] {
  const place = joint.placeOf[ordinal];
  if (!place || joint.ends[ordinal]) return [];
  joint.ends[ordinal] = end;
  const groups = place.groups.filter((group) => belongs(group, ordinal));
  for (const group of groups) {
    group.open--;
    note(group, end);
  }
  return groups;
}

/** The group of readers that look at these places; made with all that has ended there so far. */
export function groupAt(
  joint: Joint,
  text: string,
  make: () => Pick<Group, 'places' | 'filter'>,
): Group {
  const found = joint.groups.get(text);
  if (found) return found;
  const group: Group = {
    ...make(),
    consumers: [],
    open: 0,
    blocked: false,
    agreed: false,
    denied: false,
    bad: 0,
    outcome: undefined,
    members: undefined,
  };
  for (const place of group.places) {
    place.groups.push(group);
    for (const ordinal of place.members) {
      if (!belongs(group, ordinal)) continue;
      const end = joint.ends[ordinal];
      if (end) note(group, end);
      else group.open++;
    }
  }
  joint.groups.set(text, group);
  return group;
}

/** No row can add to it any more. */
export function isClosed(group: Group): boolean {
  return group.places.every((place) => place.gates.every((gate) => gate.pending === 0));
}

/** A row that might have added to it never will. */
export function isCutOff(group: Group): boolean {
  return group.places.some((place) => place.gates.some((gate) => gate.dead > 0));
}

export function membersOf(group: Group): number[] {
  return group.places.flatMap((place) => place.members.filter((member) => belongs(group, member)));
}

// --- Internal helpers ---

function belongs(group: Group, ordinal: number): boolean {
  return group.filter === undefined || group.filter(ordinal);
}

function note(group: Group, end: MemberEnd): void {
  group.blocked ||= end.kind === 'blocks';
  group.agreed ||= end.agrees;
  group.denied ||= !end.agrees;
  group.bad = Math.max(group.bad, end.bad);
}
