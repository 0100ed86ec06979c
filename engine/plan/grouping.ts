import { type Lists, listsByKey } from './relation.ts';
import { codesIn, type Side } from './side.ts';
import { type CodeColumn, indexTuples } from './tuples.ts';

/** Consumers with equal `ids` read the same members; -1: this consumer reads none. */
export interface Grouping {
  /** Undefined: one group for all. */
  readonly ids: Int32Array | undefined;
  /** Members of each group in ascending order. */
  readonly members: Lists;
}

/** Producers and consumers that agree on the matched and the selected dimensions. */
export function groupByMatched(
  consumer: Side,
  producer: Side,
  fixed: ReadonlyMap<string, CodeColumn>,
  matched: readonly string[],
): Grouping {
  const columns = producer.rows.keys.filter(
    (k) => fixed.has(k.dimension) || matched.includes(k.dimension),
  );
  if (columns.length === 0) {
    const offsets = Uint32Array.of(0, producer.rows.count);
    const items = Uint32Array.from({ length: producer.rows.count }, (_, ordinal) => ordinal);
    return { ids: undefined, members: { offsets, items } };
  }
  const theirs = columns.map((k) => ({ codes: k.codes, cardinality: k.values.length }));
  const index = indexTuples(theirs, producer.rows.count);
  const ours = columns.map((k) => fixed.get(k.dimension) ?? codesIn(k, consumer.rows));
  return {
    ids: index.find(ours, consumer.rows.count),
    members: listsByKey(index.ids, index.size),
  };
}
