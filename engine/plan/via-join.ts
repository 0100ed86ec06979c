import type { Grouping } from './grouping.ts';
import { listsByKey } from './relation.ts';
import type { Rows } from './rows.ts';
import { inDomain, ownCodes } from './side.ts';
import { type CodeColumn, indexTuples, type TupleIndex } from './tuples.ts';

/** Columns of a table that name keys of one side, in that side's codes. */
export interface RowKeys {
  readonly dimensions: readonly string[];
  readonly columns: readonly CodeColumn[];
}

/** What is joined: the table is between the two as rows of keys. */
export interface Joined {
  readonly consumers: Rows;
  readonly producers: Rows;
  readonly ofConsumer: RowKeys;
  readonly ofProducer: RowKeys;
  readonly rowCount: number;
  /** No two rows have the same keys. */
  readonly distinct: boolean;
  /** Dimensions that both sides have and must agree on, beside what rows say. */
  readonly matched: readonly string[];
  /** Dimensions of the producer that the consumer fixes, as codes of the producer. */
  readonly fixed: ReadonlyMap<string, CodeColumn>;
}

/** So many (producer, row) pairs are looked up at a time: what they need does not grow with the table. */
const pairsAtOnce = 1 << 16;

/** Producers of each group of consumers that agree on all that the join compares. */
export function hashJoin(joined: Joined): Grouping {
  const { consumers, producers, ofConsumer, ofProducer, fixed, matched } = joined;
  // Through the table go the consumer's columns that matching does not compare already.
  const through = ofConsumer.dimensions.flatMap((d, at) => (matched.includes(d) ? [] : [at]));
  const throughColumns = through.map((at) => ofConsumer.columns[at]!);
  const fixedNames = producers.keys.map((k) => k.dimension).filter((d) => fixed.has(d));
  const direct = matched.filter((d) => !fixed.has(d));
  const groups = indexTuples(
    [
      ...direct.map((d) => ownCodes(consumers, d)),
      ...through.map((at) => ownCodes(consumers, ofConsumer.dimensions[at]!)),
      ...fixedNames.map((d) => fixed.get(d)!),
    ],
    consumers.count,
  );
  const members = collectMembers(groups, {
    before: direct.map((d) => inDomain(producers, d, consumers)),
    between: throughColumns,
    after: fixedNames.map((d) => ownCodes(producers, d)),
  });
  const rows = distinctRows([...ofProducer.columns, ...throughColumns], joined);
  const rowIndex = indexTuples(picked(ofProducer.columns, rows), rows.length);
  const rowLists = listsByKey(rowIndex.ids, rowIndex.size);
  const keyOf = rowIndex.find(
    ofProducer.dimensions.map((d) => ownCodes(producers, d)),
    producers.count,
  );
  for (let producer = 0; producer < producers.count; producer++) {
    const key = keyOf[producer]!;
    if (key < 0) continue;
    for (let at = rowLists.offsets[key]!; at < rowLists.offsets[key + 1]!; at++) {
      members.add(producer, rows[rowLists.items[at]!]!);
    }
  }
  return { ids: groups.ids, members: members.lists() };
}

/** Columns by which a group is found: of the producer, of the row, of the producer again. */
interface GroupColumns {
  readonly before: readonly CodeColumn[];
  readonly between: readonly CodeColumn[];
  readonly after: readonly CodeColumn[];
}

/** Takes pairs of a producer and a row, finds their groups in batches, and lists producers by group. */
function collectMembers(groups: TupleIndex, { before, between, after }: GroupColumns) {
  const found = createPairs();
  const producers = new Uint32Array(pairsAtOnce);
  const rows = new Uint32Array(pairsAtOnce);
  let pending = 0;
  const lookUp = () => {
    const who = producers.subarray(0, pending);
    const which = rows.subarray(0, pending);
    const columns = [...picked(before, who), ...picked(between, which), ...picked(after, who)];
    const ids = groups.find(columns, pending);
    for (let at = 0; at < pending; at++) if (ids[at]! >= 0) found.add(ids[at]!, who[at]!);
    pending = 0;
  };
  return {
    add(producer: number, row: number) {
      producers[pending] = producer;
      rows[pending] = row;
      if (++pending === pairsAtOnce) lookUp();
    },
    lists() {
      lookUp();
      return found.lists(groups.size);
    },
  };
}

function picked(columns: readonly CodeColumn[], rows: Uint32Array): readonly CodeColumn[] {
  return columns.map(({ codes, cardinality }) => {
    const chosen = new Int32Array(rows.length);
    for (let at = 0; at < rows.length; at++) chosen[at] = codes[rows[at]!]!;
    return { codes: chosen, cardinality };
  });
}

/** Rows whose codes are all there, the first of each tuple. */
function distinctRows(
  columns: readonly CodeColumn[],
  { rowCount: count, distinct }: Joined,
): Uint32Array {
  const rows = new Uint32Array(count);
  let met = 0;
  if (distinct) {
    for (let row = 0; row < count; row++) {
      let named = true;
      for (const { codes } of columns) named &&= codes[row]! >= 0;
      if (named) rows[met++] = row;
    }
  } else {
    const { ids } = indexTuples(columns, count);
    for (let row = 0; row < count; row++) if (ids[row] === met) rows[met++] = row;
  }
  return rows.subarray(0, met);
}

/** (group, producer) pairs in columns that grow. */
function createPairs() {
  let groups = new Int32Array(1024);
  let producers = new Uint32Array(1024);
  let count = 0;
  return {
    add(group: number, producer: number) {
      if (count === groups.length) {
        const bigger = new Int32Array(count * 2);
        bigger.set(groups);
        groups = bigger;
        const more = new Uint32Array(count * 2);
        more.set(producers);
        producers = more;
      }
      groups[count] = group;
      producers[count++] = producer;
    },
    lists(size: number) {
      const { offsets, items } = listsByKey(groups.subarray(0, count), size);
      for (let at = 0; at < items.length; at++) items[at] = producers[items[at]!]!;
      return { offsets, items };
    },
  };
}
