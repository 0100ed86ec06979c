import { type Read, spanText } from '../../dsl/index.ts';
import { hasDistinctKeys } from '../table/repeated-keys.ts';
import { type Context, evaluator } from './context.ts';
import { codeColumn, translate } from './domain.ts';
import { asTable } from './elements.ts';
import { formatCount } from './format.ts';
import type { Grouping } from './grouping.ts';
import type { Rows } from './rows.ts';
import { ownCodes, type Side } from './side.ts';
import { type CodeColumn, indexTuples } from './tuples.ts';
import { hashJoin, type RowKeys } from './via-join.ts';

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
  const used = new Set([...ofConsumer.dimensions, ...ofProducer.dimensions]);
  for (const dimension of read.matched) {
    if (!ofProducer.dimensions.includes(dimension)) used.delete(dimension);
  }
  return hashJoin({
    consumers: consumer.rows,
    producers: producer.rows,
    ofConsumer,
    ofProducer,
    rowCount: table.length,
    distinct: hasDistinctKeys(table) && table.record.key.every((name) => used.has(name)),
    matched: read.matched,
    fixed,
  });
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
