import type { Key, Read, Value } from '../../dsl/index.ts';
import { type Context, evaluator, namesIn } from './context.ts';
import { type Grouping, groupByMatched } from './grouping.ts';
import { fixedSelectors, selectedCodes } from './match.ts';
import type { Relation } from './plan.ts';
import { cursorOver, keyAt, namesOf, type Rows } from './rows.ts';
import type { Side } from './side.ts';
import { type CodeColumn, indexTuples } from './tuples.ts';
import { joinVia } from './via.ts';

/**
 * A gather: the producers that agree on the matched dimensions (through the rows of `via`, if there is
 * one), less those that a plan-time `where` leaves out. Linear in instances, rows and members.
 */
export function gatherRelation(
  context: Context,
  read: Read,
  consumer: Side,
  producer: Side,
): Relation {
  const fixed = selectedCodes(context, read, consumer, producer);
  const renamed = { ...producer, rows: renameBound(read, producer.rows) };
  const grouping =
    read.via?.kind === 'table'
      ? joinVia(context, read, consumer, renamed, fixed)
      : groupByMatched(consumer, renamed, fixed, read.matched);
  const filtered =
    read.where?.phase === 'plan'
      ? filterMembers(context, read, consumer, renamed, grouping)
      : grouping;
  return asRelation(filtered, consumer.rows.count);
}

/** `coadd[patch = q] ... over q`: in this gather the dimension `patch` is called `q`. */
function renameBound(read: Read, rows: Rows): Rows {
  const keys = rows.keys.map((column) => {
    const bound = read.selectors.find((s) => s.dimension === column.dimension)?.bound;
    return bound === undefined ? column : { ...column, dimension: bound };
  });
  return { ...rows, keys };
}

/**
 * Members for which the condition holds. Groups are divided first where it mentions names of the
 * consumer, so that it is evaluated once a member and group, never once an edge of a shared group.
 */
function filterMembers(
  context: Context,
  read: Read,
  consumer: Side,
  producer: Side,
  grouping: Grouping,
): Grouping {
  const condition = read.where?.expression;
  if (!condition || consumer.rows.count === 0) return grouping;
  const gathered = new Set(producer.rows.keys.map((k) => k.dimension));
  for (const { dimension } of fixedSelectors(read)) gathered.delete(dimension);
  const ours = namesOf(consumer.rows);
  const mentioned = [...namesIn(condition, consumer.lets)];
  const divided = divide(
    consumer.rows,
    grouping,
    mentioned.filter((name) => ours.has(name) && !gathered.has(name)),
  );
  const theirs = producer.rows.keys.filter((k) => gathered.has(k.dimension));
  const keyOf = new Map(theirs.map((column) => [column.dimension, column]));
  const cursor = cursorOver(consumer.rows);
  let member = 0;
  const lookup = (name: string): Value | undefined => {
    const column = keyOf.get(name);
    return column ? (keyAt(column, member) as Key) : cursor.lookup(name);
  };
  const holds = evaluator(context, condition, lookup, consumer.lets);
  const offsets = new Uint32Array(divided.first.length + 1);
  const kept: number[] = [];
  divided.first.forEach((first, group) => {
    cursor.row = first;
    const from = divided.from[group]!;
    for (let at = grouping.members.offsets[from]!; at < grouping.members.offsets[from + 1]!; at++) {
      member = grouping.members.items[at]!;
      if (holds() === true) kept.push(member);
    }
    offsets[group + 1] = kept.length;
  });
  return { ids: divided.ids, members: { offsets, items: Uint32Array.from(kept) } };
}

interface Division {
  readonly ids: Int32Array | undefined;
  /** A consumer that stands for each new group, and the old group that it had. */
  readonly first: readonly number[];
  readonly from: readonly number[];
}

/** Divides groups by the values that the named keys and variables have at their consumers. */
function divide(rows: Rows, grouping: Grouping, names: readonly string[]): Division {
  const columns = names.map((name): CodeColumn => {
    const codes = (rows.keys.find((k) => k.dimension === name) ??
      rows.variables.find((v) => v.variable === name))!.codes;
    return { codes, cardinality: codes.reduce((most, code) => Math.max(most, code + 1), 1) };
  });
  if (!grouping.ids && columns.length === 0) return { ids: undefined, first: [0], from: [0] };
  const groups = grouping.members.offsets.length - 1;
  const old = { codes: grouping.ids ?? new Int32Array(rows.count), cardinality: groups };
  const { ids, size } = indexTuples([old, ...columns], rows.count);
  const first = new Array<number>(size).fill(-1);
  ids.forEach((id, row) => {
    if (id >= 0 && first[id] === -1) first[id] = row;
  });
  return { ids, first, from: first.map((row) => old.codes[row]!) };
}

/** Without groups that nobody reads; consumers that read nothing share one empty group. */
function asRelation({ ids, members }: Grouping, consumers: number): Relation {
  const { offsets, items } = members;
  if (!ids) return { kind: 'groups', groupOf: undefined, offsets, members: items };
  const groups = offsets.length - 1;
  const place = new Int32Array(groups + 1).fill(-1);
  const groupOf = new Int32Array(consumers);
  const order: number[] = [];
  let same = true;
  for (let consumer = 0; consumer < consumers; consumer++) {
    const group = ids[consumer]! < 0 ? groups : ids[consumer]!;
    if (place[group]! < 0) {
      same &&= order.length === group;
      place[group] = order.push(group) - 1;
    }
    groupOf[consumer] = place[group]!;
  }
  if (same && order.length === groups) return { kind: 'groups', groupOf, offsets, members: items };
  const size = (group: number) => (group === groups ? 0 : offsets[group + 1]! - offsets[group]!);
  const starts = new Uint32Array(order.length + 1);
  order.forEach((group, at) => {
    starts[at + 1] = starts[at]! + size(group);
  });
  const kept = new Uint32Array(starts.at(-1)!);
  order.forEach((group, at) => {
    for (let i = 0; i < size(group); i++) kept[starts[at]! + i] = items[offsets[group]! + i]!;
  });
  return { kind: 'groups', groupOf, offsets: starts, members: kept };
}
