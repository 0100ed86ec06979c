import type { Read } from '../../dsl/index.ts';
import { type Context, dimensionType } from './context.ts';
import { keyComparison } from './domain.ts';
import { selectedCodes } from './match.ts';
import type { KeyColumn, Relation } from './plan.ts';
import { type Lists, listsByKey } from './relation.ts';
import { columnOf } from './rows.ts';
import { codesIn, type Side } from './side.ts';
import { indexTuples, pick, sortOrder } from './tuples.ts';

/**
 * `previous p.x over d`: the producer at the greatest earlier key along `d` with all other shared
 * dimensions equal; for a reader without `d`, the last one. `before` is the chain on which a reader goes
 * on where one is absent.
 */
export function previousRelation(
  context: Context,
  read: Read,
  consumer: Side,
  producer: Side,
): Relation {
  const along = columnOf(producer.rows, read.over[0] ?? '');
  const others = producer.rows.keys.filter((k) => k !== along);
  const fixed = selectedCodes(context, read, consumer, producer);
  const theirs = others.map((k) => ({ codes: k.codes, cardinality: k.values.length }));
  const index = indexTuples(theirs, producer.rows.count);
  const chains = chainsOf(index.ids, index.size, along, producer.rows.count);
  const before = new Int32Array(producer.rows.count).fill(-1);
  for (let chain = 0; chain < index.size; chain++) {
    for (let at = chains.offsets[chain]! + 1; at < chains.offsets[chain + 1]!; at++) {
      before[chains.items[at]!] = chains.items[at - 1]!;
    }
  }
  const ours = others.map((k) => fixed.get(k.dimension) ?? codesIn(k, consumer.rows));
  const ids = index.find(ours, consumer.rows.count);
  const limits = earlierKeys(context, read.step, along, consumer);
  const to = new Int32Array(consumer.rows.count).fill(-1);
  for (let row = 0; row < to.length; row++) {
    if (ids[row]! >= 0) to[row] = lastBelow(chains, ids[row]!, along, limits(row));
  }
  return { kind: 'previous', to, before };
}

/** The ordinals of each chain by their key along the dimension. */
function chainsOf(ids: Int32Array, size: number, along: KeyColumn, count: number): Lists {
  const byKey = sortOrder([{ codes: along.codes, cardinality: along.values.length }], count);
  if (!byKey) return listsByKey(ids, size);
  const chains = listsByKey(
    Int32Array.from(byKey, (ordinal) => ids[ordinal]!),
    size,
  );
  return { offsets: chains.offsets, items: pick(byKey, chains.items) };
}

/** For a consumer's row, how many of the producer's keys along the dimension come before its own. */
function earlierKeys(
  context: Context,
  step: string,
  along: KeyColumn,
  consumer: Side,
): (row: number) => number {
  const own = consumer.rows.keys.find((k) => k.dimension === along.dimension);
  if (!own) return () => along.values.length;
  if (own.values === along.values) return (row) => own.codes[row]!;
  const { values } = own;
  const all = [...values, ...along.values];
  const compare = keyComparison(dimensionType(context.program, step, along.dimension), all);
  // Both are in key order: one walk through the two counts those before each key.
  const counts = new Uint32Array(values.length);
  for (let at = 0, count = 0; at < values.length; at++) {
    while (count < along.values.length && compare(along.values[count]!, values[at]!) < 0) count++;
    counts[at] = count;
  }
  return (row) => counts[own.codes[row]!]!;
}

/** The last ordinal of a chain whose code along the dimension is below `limit`; -1 if there is none. */
function lastBelow(chains: Lists, chain: number, along: KeyColumn, limit: number): number {
  const start = chains.offsets[chain]!;
  let low = start;
  let high = chains.offsets[chain + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (along.codes[chains.items[middle]!]! < limit) low = middle + 1;
    else high = middle;
  }
  return low === start ? -1 : chains.items[low - 1]!;
}
