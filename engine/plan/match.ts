import type { Read } from '../../dsl/index.ts';
import { type Context, evaluator, namesIn } from './context.ts';
import type { Relation } from './plan.ts';
import { columnOf, cursorOver, namesOf } from './rows.ts';
import { codeFinder, codesIn, constantCodes, type Side } from './side.ts';
import type { CodeColumn } from './tuples.ts';

/** `p.x` and `p[d = e].x`: for each consumer the one producer that agrees on all of `p`'s dimensions. */
export function matchRelation(
  context: Context,
  read: Read,
  consumer: Side,
  producer: Side,
): Relation {
  if (producer.rows.keys.length === 0) {
    return producer.rows.count > 0
      ? { kind: 'constant', to: 0 }
      : { kind: 'map', to: constantCodes(consumer.rows.count, -1) };
  }
  if (sameKeys(read, consumer, producer)) return { kind: 'identity' };
  const selected = selectedCodes(context, read, consumer, producer);
  const columns = producer.rows.keys.map(
    (column) => selected.get(column.dimension) ?? codesIn(column, consumer.rows),
  );
  const to = producer.index().find(columns, consumer.rows.count);
  if (read.matched.length === 0 && to.length > 0 && to.every((p) => p === to[0] && p >= 0)) {
    return { kind: 'constant', to: to[0]! };
  }
  const identity = to.length === producer.rows.count && to.every((p, c) => p === c);
  return identity ? { kind: 'identity' } : { kind: 'map', to };
}

/** Both have the very columns of one `for each`: the common case, known without looking at a row. */
function sameKeys(read: Read, consumer: Side, producer: Side): boolean {
  const theirs = producer.rows.keys;
  const ours = consumer.rows.keys;
  return (
    fixedSelectors(read).length === 0 &&
    theirs.length === ours.length &&
    theirs.every((k, at) => {
      const own = ours[at]!;
      return own.dimension === k.dimension && own.codes === k.codes && own.values === k.values;
    })
  );
}

/** `[d = e]` with a value; not those that a gather's `over` introduces a name for. */
export function fixedSelectors(read: Read): Read['selectors'] {
  return read.selectors.filter((s) => s.bound === undefined);
}

/** For each fixed dimension of the producer its code at each consumer, -1 where there is no such key. */
export function selectedCodes(
  context: Context,
  read: Read,
  consumer: Side,
  producer: Side,
): ReadonlyMap<string, CodeColumn> {
  const selected = new Map<string, CodeColumn>();
  const { count } = consumer.rows;
  const names = namesOf(consumer.rows);
  for (const { dimension, value } of fixedSelectors(read)) {
    const { values } = columnOf(producer.rows, dimension);
    const find = codeFinder(values);
    const cursor = cursorOver(consumer.rows);
    const evaluate = evaluator(context, value, cursor.lookup.bind(cursor), consumer.lets);
    const varies = [...namesIn(value, consumer.lets)].some((name) => names.has(name));
    const codes = constantCodes(count, varies || count === 0 ? -1 : find(evaluate()));
    if (varies) {
      for (; cursor.row < count; cursor.row++) codes[cursor.row] = find(evaluate());
    }
    selected.set(dimension, { codes, cardinality: values.length });
  }
  return selected;
}
