import type { Read } from '../../dsl/index.ts';
import { relationBounds } from './bounds.ts';
import { type Context, namesIn } from './context.ts';
import { gatherRelation } from './gather.ts';
import type { Bounds } from './plan.ts';
import { createReport } from './report.ts';
import { namesOf } from './rows.ts';
import { codeColumns, type Side } from './side.ts';
import { indexTuples } from './tuples.ts';

/**
 * How many members an instance of a step that fans out at run time gathers of one that is known: counted
 * at the rows from which it will fan out, since all that such a row becomes gathers the same. Undefined
 * where the gather asks for what only the new instances have.
 */
export function knownMembers(
  context: Context,
  read: Read,
  consumer: Side,
  producer: Side,
): Bounds | undefined {
  if (read.kind !== 'gather' || !consumer.dynamic || producer.dynamic) return undefined;
  if (read.via?.kind === 'step') return undefined;
  const ours = namesOf(consumer.rows);
  const step = context.program.steps.find(({ name }) => name === consumer.name);
  const open = new Set(
    step?.generators
      .flatMap((g) => [...g.dimensions, ...(g.variable === undefined ? [] : [g.variable])])
      .filter((name) => !ours.has(name)),
  );
  const where = read.where?.phase === 'plan' ? [read.where.expression] : [];
  const fixed = read.selectors.filter((s) => s.bound === undefined).map((s) => s.value);
  const asksForNew = [...where, ...fixed].some((expression) =>
    [...namesIn(expression, consumer.lets)].some((name) => open.has(name)),
  );
  if (asksForNew) return undefined;
  if (read.matched.some((dimension) => !ours.has(dimension))) {
    if (read.via || where.length > 0 || read.selectors.length > 0) return undefined;
    return { min: 0, max: largestGroup(producer, read.matched) };
  }
  // What it finds at rows that may never be instances is no news to anybody.
  const quiet = { ...context, report: createReport() };
  const relation = gatherRelation(quiet, read, consumer, producer);
  const { min, max } = relationBounds(relation, consumer.rows.count);
  // A table that also has a column for the new keys picks some of what it picks without it.
  const columns = read.via?.kind === 'table' ? [...read.via.record.fields.keys()] : [];
  return { min: columns.some((name) => open.has(name)) ? 0 : min, max };
}

/** The most producers that have the same keys of these dimensions. */
function largestGroup(producer: Side, matched: readonly string[]): number {
  const { keys, count } = producer.rows;
  const columns = codeColumns({
    ...producer.rows,
    keys: keys.filter((k) => matched.includes(k.dimension)),
  });
  const { ids, size } = indexTuples(columns, count);
  const sizes = new Uint32Array(size);
  for (const id of ids) sizes[id]!++;
  return sizes.reduce((most, each) => Math.max(most, each), 0);
}
