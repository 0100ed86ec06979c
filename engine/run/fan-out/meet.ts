import type { Key } from '../../../dsl/index.ts';
import type { JsonRecord, JsonValue } from '../../bind/binding.ts';
import { numberOf } from '../../plan/instance.ts';
import type { OpenRow, PlannedStep } from '../../plan/plan.ts';
import { agrees, badness, block, type Standing, skip, type Wave, wakeUp } from '../standing.ts';
import { flag, hasFlag, move, type RunState, setFlag, stateOf } from '../state.ts';
import { isOpen, isPending } from '../states.ts';
import type { AfterRule, Link } from '../wiring.ts';
import type { FanState } from './fan-state.ts';
import {
  addMember,
  endMember,
  type Gate,
  type Group,
  gateAt,
  groupAt,
  isClosed,
  isCutOff,
  type Joint,
  type MemberEnd,
  membersOf,
  type Outcome,
  placeAt,
} from './joint.ts';
import { type Consumer, keyAtOrdinal, type ViaRows } from './matching.ts';

/**
 * Where instances and rows meet at joints: members that end, rows that are expanded, readers that come,
 * and who is told of it.
 */

/** The number of a row among the readers of a joint. */
export function readerOfRow(id: number): number {
  return -1 - id;
}

/** A member has ended, with a standing for what reads it. */
export function tellJoint(
  state: RunState,
  link: Link,
  joint: Joint,
  ordinal: number,
  standing: Exclude<Standing, 'open'>,
  wave: Wave,
): void {
  const end: MemberEnd = { kind: standing, agrees: standing === 'present', bad: 0 };
  for (const group of endMember(joint, ordinal, end)) decideGroup(state, link, group, wave);
}

/** The same for an `after`, which asks for states. */
export function tellJointAfter(
  state: RunState,
  link: Link,
  joint: Joint,
  rule: AfterRule,
  instance: number,
  ordinal: number,
  wave: Wave,
): void {
  const end: MemberEnd = {
    kind: 'present',
    agrees: agrees(state, rule, instance),
    bad: badness(state, instance),
  };
  for (const group of endMember(joint, ordinal, end)) decideGroup(state, link, group, wave);
}

/** An instance of the producer that is there now. */
export function joinMember(state: RunState, link: Link, joint: Joint, ordinal: number): void {
  const producer = state.plan.steps[link.producer]!;
  const keys = joint.matching.probe.map((name) => keyAtOrdinal(producer, name, ordinal)!);
  addMember(joint, ordinal, keys);
}

/** A reader that is there now; decided at once where all that it reads is. */
export function joinReader(
  state: RunState,
  link: Link,
  joint: Joint,
  reader: number,
  wave: Wave,
): void {
  // Readers of a gather through a step's table come when that table is there.
  if (link.read?.via?.kind === 'step' && link.feeds === undefined) return;
  enter(state, link, joint, reader, joint.matching.table, undefined, wave);
}

/** The gate of a row at the joints of what reads its step. */
export function gateOf(joint: Joint, row: OpenRow): Gate {
  const names = joint.known[row.stage] ?? [];
  return gateAt(
    joint,
    row.stage,
    names.map((name) => row.keys.get(name)!),
  );
}

/** A row has come to an end: what hung on it may be decided. */
export function closeGate(
  state: RunState,
  link: Link,
  gate: Gate,
  dead: boolean,
  wave: Wave,
): void {
  gate.pending--;
  if (dead) gate.dead++;
  if (gate.pending > 0 && !dead) return;
  for (const place of gate.places) {
    for (const group of place.groups) decideGroup(state, link, group, wave);
  }
}

/** One of a row's sources is decided. */
export function tellRow(
  state: RunState,
  fan: FanState,
  id: number,
  outcome: Outcome,
  allowsAbsent: boolean,
  wave: Wave,
): void {
  const row = fan.rows[id]!;
  row.waits--;
  row.absent ||= outcome === 'absent' && !allowsAbsent;
  row.blocked ||= outcome === 'blocks' || outcome === 'fails';
  if (row.waits === 0) settleRow(state, fan, id, wave);
}

/** All that a row waits for is decided: it is open, or has come to an end. */
export function settleRow(state: RunState, fan: FanState, id: number, wave: Wave): void {
  const row = fan.rows[id]!;
  const { made } = fan.growing.rows[id]!;
  if (row.standing !== 'waiting') return;
  if (row.blocked) {
    endChildren(state, fan, id, 'dead', wave);
    finishRow(state, fan, id, 'dead', wave);
  } else if (row.absent) {
    endChildren(state, fan, id, 'absent', wave);
    finishRow(state, fan, id, 'absent', wave);
  } else {
    const now = madeOf(state, fan, id);
    if (fan.faults.get(id)?.made === now) {
      endChildren(state, fan, id, 'dead', wave);
      finishRow(state, fan, id, 'dead', wave);
    } else if (fan.dropped.has(id)) finishRow(state, fan, id, 'dead', wave);
    else if (made === now && !lacksChildren(state, id)) {
      goOn(state, fan, id, wave);
      finishRow(state, fan, id, 'expanded', wave);
    } else {
      row.standing = 'open';
      fan.open.add(id);
    }
  }
}

/** It is no longer open: the gates that it held shut are told. */
export function finishRow(
  state: RunState,
  fan: FanState,
  id: number,
  standing: 'expanded' | 'absent' | 'dead',
  wave: Wave,
): void {
  const row = fan.growing.rows[id]!;
  fan.rows[id]!.standing = standing;
  fan.open.delete(id);
  fan.pending[row.step]!--;
  if (state.wiring.closing[row.step] === 0) state.mainOpen--;
  if (fan.pending[row.step] === 0) wave.steps.push(row.step);
  for (const link of state.wiring.from[row.step] ?? []) {
    const joint = fan.joints.get(link.index);
    if (joint) closeGate(state, link, gateOf(joint, row), standing === 'dead', wave);
  }
}

/** Names the results that a row is expanded with: another text means that it has to be expanded anew. */
export function madeOf(state: RunState, fan: FanState, id: number): string {
  const row = fan.growing.rows[id]!;
  const parts: string[] = row.parent ? [row.parent.made ?? ''] : [];
  for (const link of state.wiring.into[row.step] ?? []) {
    if (link.stage !== row.stage) continue;
    const group = fan.joints.get(link.index)?.groupOf.get(readerOfRow(id));
    const producer = state.plan.steps[link.producer]!;
    for (const ordinal of group ? membersOf(group) : []) {
      const instance = numberOf(producer, ordinal);
      const own = state.own.get(instance);
      parts.push(`${instance}:${own?.number ?? state.borrowed.get(instance)?.fingerprint ?? '-'}`);
    }
  }
  return parts.join(' ');
}

// --- Internal helpers ---

function enter(
  state: RunState,
  link: Link,
  joint: Joint,
  reader: number,
  rows: ViaRows | undefined,
  table: number | undefined,
  wave: Wave,
): void {
  const consumer = consumerOf(state, link, reader);
  const group = groupAt(joint, joint.matching.groupText(consumer, table), () => ({
    places: joint.matching.patterns(consumer, rows).map((keys) => placeAt(joint, keys)),
    filter: joint.matching.filter(consumer),
  }));
  joint.groupOf.set(reader, group);
  group.consumers.push(reader);
  if (group.outcome !== undefined) tellReader(state, link, reader, group.outcome, group, wave);
  else decideGroup(state, link, group, wave);
}

function consumerOf(state: RunState, link: Link, reader: number): Consumer {
  const step = state.plan.steps[link.consumer] as PlannedStep;
  if (reader < 0) return { step, at: { row: state.fan!.growing.rows[-1 - reader]! } };
  const { growth } = state.plan;
  const ordinal = step.numbers ? growth!.ordinalOf[reader - growth!.first]! : reader - step.first;
  return { step, at: { ordinal } };
}

function decideGroup(state: RunState, link: Link, group: Group, wave: Wave): void {
  if (group.outcome !== undefined) return;
  const outcome = link.after ? afterOutcome(link.after, group) : readOutcome(link, group);
  if (outcome === undefined) return;
  group.outcome = outcome;
  for (const reader of group.consumers) tellReader(state, link, reader, outcome, group, wave);
}

function readOutcome(link: Link, group: Group): Outcome | undefined {
  if (group.blocked || isCutOff(group)) return 'blocks';
  if (group.open > 0 || !isClosed(group)) return undefined;
  return link.read?.kind === 'gather' || group.agreed ? 'present' : 'absent';
}

/** As `decideGroup` of a fixed relation: `any` at the first that agrees, `all` once every one has. */
function afterOutcome(rule: AfterRule, group: Group): Outcome | undefined {
  const over = group.open === 0 && isClosed(group);
  const lost = isCutOff(group) && !rule.statuses.has('finished');
  if (rule.quantifier === 'any' ? group.agreed : over && !group.denied && !lost) return 'present';
  const fails = rule.quantifier === 'any' ? over : group.denied || lost;
  if (!fails) return undefined;
  const bad = rule.statuses.has('succeeded') ? (lost ? 2 : group.bad) : 0;
  return bad === 2 ? 'blocks' : bad === 1 ? 'fails' : 'skips';
}

function tellReader(
  state: RunState,
  link: Link,
  reader: number,
  outcome: Outcome,
  group: Group,
  wave: Wave,
): void {
  if (reader < 0) {
    tellRow(state, state.fan!, -1 - reader, outcome, link.read?.allowsAbsent ?? false, wave);
    return;
  }
  state.instances.waits[reader]!--;
  if (link.feeds !== undefined) feed(state, link.feeds, reader, outcome, group, link, wave);
  if (outcome === 'blocks' || outcome === 'fails') {
    block(state, reader, wave, outcome === 'blocks');
  } else if (outcome === 'skips') skip(state, reader, wave);
  else wakeUp(state, reader, wave);
}

/** The table of a `via` is there: now it is known which members its reader gathers. */
function feed(
  state: RunState,
  index: number,
  reader: number,
  outcome: Outcome,
  table: Group,
  from: Link,
  wave: Wave,
): void {
  const link = state.wiring.links[index]!;
  const joint = state.fan!.joints.get(index)!;
  const via = link.read?.via;
  const [ordinal] = membersOf(table);
  if (outcome !== 'present' && outcome !== 'absent') {
    tellReader(state, link, reader, outcome, table, wave);
    return;
  }
  if (outcome === 'absent' || ordinal === undefined || via?.kind !== 'step') {
    // Without its table nothing is gathered.
    enter(state, link, joint, reader, [], undefined, wave);
    return;
  }
  const instance = numberOf(state.plan.steps[from.producer]!, ordinal);
  const values = state.own.get(instance)?.left?.values ?? state.borrowed.get(instance)?.values;
  enter(state, link, joint, reader, rowsOf(values?.[via.output] ?? null), instance, wave);
}

function rowsOf(json: JsonValue): ViaRows {
  const rows = Array.isArray(json) ? (json as readonly JsonRecord[]) : [];
  return rows.map((row) => (column: string) => {
    const cell = row[column];
    return cell === null || typeof cell === 'object' ? undefined : (cell as Key | undefined);
  });
}

/** A row that holds as it was expanded: what came of it no longer waits for it. */
function goOn(state: RunState, fan: FanState, id: number, wave: Wave): void {
  const row = fan.growing.rows[id]!;
  for (const child of row.children.values()) {
    if (isLast(state, row)) {
      state.instances.waits[child]!--;
      wakeUp(state, child, wave);
    } else if (row.gone.has(child)) endRow(state, fan, child, 'absent', wave);
    else tellRow(state, fan, child, 'present', true, wave);
  }
}

/**
 * Instances of it were retired while its source was absent, and are named again by the same results: it is to
 * be expanded again, which brings them back.
 */
function lacksChildren(state: RunState, id: number): boolean {
  const row = state.fan!.growing.rows[id]!;
  if (!isLast(state, row)) return false;
  return [...row.children.values()].some((child) => {
    if (row.gone.has(child)) return false;
    const isGone = hasFlag(state, child, flag.gone) && !hasFlag(state, child, flag.back);
    return isGone || stateOf(state, child) === 'retired';
  });
}

/** What came of a row that will not be expanded again: without a source it is blocked, or its key is gone. */
export function endChildren(
  state: RunState,
  fan: FanState,
  id: number,
  standing: 'absent' | 'dead',
  wave: Wave,
): void {
  const row = fan.growing.rows[id]!;
  for (const child of row.children.values()) {
    if (!isLast(state, row)) endRow(state, fan, child, standing, wave);
    else if (standing === 'dead') block(state, child, wave, true);
    else retire(state, child, wave);
  }
}

function endRow(
  state: RunState,
  fan: FanState,
  id: number,
  standing: 'absent' | 'dead',
  wave: Wave,
): void {
  endChildren(state, fan, id, standing, wave);
  if (fan.rows[id]!.standing === 'waiting') finishRow(state, fan, id, standing, wave);
}

/** Its key is gone. One with an open attempt is retired when that has ended, however it ends. */
export function retire(state: RunState, instance: number, wave: Wave): void {
  const at = state.instances.state[instance] ?? 0;
  if (stateOf(state, instance) === 'retired') return;
  if (isOpen[at]) {
    setFlag(state, instance, flag.gone, true);
    setFlag(state, instance, flag.back, false);
  } else {
    const pending = isPending[at];
    move(state, instance, 'retire');
    state.again.delete(instance);
    if (pending) wave.ended.push(instance);
  }
  wave.touched.push(instance);
}

/** Its children are instances. */
export function isLast(state: RunState, row: OpenRow): boolean {
  return row.stage + 1 === state.plan.steps[row.step]?.fan?.stages.length;
}
