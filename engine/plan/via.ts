import { type Read, spanText } from '../../dsl/index.ts';
import { isColumnar } from '../table/column.ts';
import { type Context, evaluator } from './context.ts';
import { codeColumn, translate } from './domain.ts';
import { asTable } from './elements.ts';
import { formatCount } from './format.ts';
import type { Grouping } from './grouping.ts';
import { listsByKey } from './relation.ts';
import { columnOf, type Rows } from './rows.ts';
import type { Side } from './side.ts';
import { type CodeColumn, indexTuples } from './tuples.ts';

/** Columns of a via table that name keys of one side, in that side's codes. */
interface RowKeys {
  readonly dimensions: readonly string[];
  readonly columns: readonly CodeColumn[];
}

/** So many (producer, row) pairs are looked up at a time: what they need does not grow with the table. */
const pairsAtOnce = 1 << 16;

/**
 * The natural join through a table: a producer belongs to a consumer if both agree on the matched
 * dimensions and some row agrees with each of them on all columns that are its dimensions. Hashed on
 * both sides; the cost is that of the rows and of the pairs they make. Rows that name no instance are
 * reported (W0807).
 */
export function joinVia(
  context: Context,
  read: Read,
  consumer: Side,
  producer: Side,
  fixed: ReadonlyMap<string, CodeColumn>,
): Grouping {
  const via = read.via;
  if (via?.kind !== 'table') throw new Error('not a gather via a table');
  const value = evaluator(context, via.expression, () => undefined, consumer.lets)();
  const { table } = asTable(value ?? [], via.record);
  const has = (dimension: string) => table.record.fields.has(dimension);
  const keysIn = (rows: Rows, wanted: (dimension: string) => boolean): RowKeys => {
    const keys = rows.keys.filter((k) => wanted(k.dimension));
    const columns = keys.map(({ dimension, values }) => {
      const coded = codeColumn(table, dimension);
      return {
        codes: translate(coded.codes, coded.values, values),
        cardinality: values.length,
      };
    });
    return { dimensions: keys.map((k) => k.dimension), columns };
  };
  const ofProducer = keysIn(producer.rows, (d) => has(d) && !fixed.has(d));
  const ofConsumer = keysIn(consumer.rows, has);
  reportIdleRows(context, read, consumer, producer, ofConsumer, ofProducer, table.length);
  // Rows were found different by their key when the table was read.
  const through = ofConsumer.dimensions.filter((d) => !read.matched.includes(d));
  const used = new Set([...through, ...ofProducer.dimensions]);
  const { key } = table.record;
  const different = isColumnar(table) && key.length > 0 && key.every((name) => used.has(name));
  return hashJoin(
    read,
    consumer.rows,
    producer.rows,
    fixed,
    ofConsumer,
    ofProducer,
    table.length,
    different,
  );
}

function hashJoin(
  read: Read,
  consumers: Rows,
  producers: Rows,
  fixed: ReadonlyMap<string, CodeColumn>,
  ofConsumer: RowKeys,
  ofProducer: RowKeys,
  rowCount: number,
  different: boolean,
): Grouping {
  // Through the table go the consumer's columns that matching does not compare already.
  const through = ofConsumer.dimensions.flatMap((d, at) => (read.matched.includes(d) ? [] : [at]));
  const throughColumns = through.map((at) => ofConsumer.columns[at]!);
  const fixedNames = producers.keys.map((k) => k.dimension).filter((d) => fixed.has(d));
  const direct = read.matched.filter((d) => !fixed.has(d));

  const groups = indexTuples(
    [
      ...direct.map((d) => ownCodes(consumers, d)),
      ...through.map((at) => ownCodes(consumers, ofConsumer.dimensions[at]!)),
      ...fixedNames.map((d) => fixed.get(d)!),
    ],
    consumers.count,
  );
  const theirs = direct.map((d) => inDomain(producers, d, consumers));
  const theirFixed = fixedNames.map((d) => ownCodes(producers, d));

  const distinct = distinctRows([...ofProducer.columns, ...throughColumns], rowCount, different);
  const rowIndex = indexTuples(picked(ofProducer.columns, distinct), distinct.length);
  const rowLists = listsByKey(rowIndex.ids, rowIndex.size);
  const keyOf = rowIndex.find(
    ofProducer.dimensions.map((d) => ownCodes(producers, d)),
    producers.count,
  );

  const found = createPairs();
  const pendingProducers = new Uint32Array(pairsAtOnce);
  const pendingRows = new Uint32Array(pairsAtOnce);
  let pending = 0;
  const lookUp = () => {
    const who = pendingProducers.subarray(0, pending);
    const which = pendingRows.subarray(0, pending);
    const columns = [
      ...picked(theirs, who),
      ...picked(throughColumns, which),
      ...picked(theirFixed, who),
    ];
    const ids = groups.find(columns, pending);
    for (let at = 0; at < pending; at++) if (ids[at]! >= 0) found.add(ids[at]!, who[at]!);
    pending = 0;
  };
  for (let producer = 0; producer < producers.count; producer++) {
    const key = keyOf[producer]!;
    if (key < 0) continue;
    for (let at = rowLists.offsets[key]!; at < rowLists.offsets[key + 1]!; at++) {
      pendingProducers[pending] = producer;
      pendingRows[pending] = distinct[rowLists.items[at]!]!;
      if (++pending === pairsAtOnce) lookUp();
    }
  }
  lookUp();
  return { ids: groups.ids, members: found.lists(groups.size) };
}

function ownCodes(rows: Rows, dimension: string): CodeColumn {
  const { codes, values } = columnOf(rows, dimension);
  return { codes, cardinality: values.length };
}

function inDomain(rows: Rows, dimension: string, target: Rows): CodeColumn {
  const { codes, values } = columnOf(rows, dimension);
  const wanted = columnOf(target, dimension).values;
  return { codes: translate(codes, values, wanted), cardinality: wanted.length };
}

function picked(columns: readonly CodeColumn[], rows: Uint32Array): readonly CodeColumn[] {
  return columns.map(({ codes, cardinality }) => {
    const chosen = new Int32Array(rows.length);
    for (let at = 0; at < rows.length; at++) chosen[at] = codes[rows[at]!]!;
    return { codes: chosen, cardinality };
  });
}

/** Rows whose codes are all there, the first of each tuple (all, if they are `different` anyway). */
function distinctRows(
  columns: readonly CodeColumn[],
  count: number,
  different: boolean,
): Uint32Array {
  const rows = new Uint32Array(count);
  let met = 0;
  if (different) {
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

function reportIdleRows(
  context: Context,
  read: Read,
  consumer: Side,
  producer: Side,
  ofConsumer: RowKeys,
  ofProducer: RowKeys,
  rowCount: number,
): void {
  const named = [
    namedBy(consumer.rows, ofConsumer, rowCount),
    namedBy(producer.rows, ofProducer, rowCount),
  ];
  const [left, right] = named as [Int32Array, Int32Array];
  let idle = 0;
  for (let row = 0; row < rowCount; row++) if (left[row]! < 0 || right[row]! < 0) idle++;
  if (idle === 0) return;
  const rows = idle === 1 ? '1 row' : `${formatCount(idle)} rows`;
  const names = idle === 1 ? 'names' : 'name';
  const { span } = read.via?.kind === 'table' ? read.via.expression : read;
  context.report.add({
    code: 'W0807',
    severity: 'warning',
    message: `${rows} of ${formatCount(rowCount)} in \`${spanText(span)}\` ${names} no instance`,
    span,
    label: `of \`${producer.name}\`, or of \`${consumer.name}\``,
  });
}

/** For each row of the table a number that is negative where no instance has its keys. */
function namedBy(rows: Rows, keys: RowKeys, rowCount: number): Int32Array | Uint32Array {
  const [only, ...others] = keys.columns;
  // Every key in a column is some instance's.
  if (only && others.length === 0) return only.codes;
  const index = indexTuples(
    keys.dimensions.map((d) => ownCodes(rows, d)),
    rows.count,
  );
  return index.find(keys.columns, rowCount);
}
