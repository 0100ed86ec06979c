import type { Generator, Read, Step } from '../../dsl/index.ts';
import type { Context } from './context.ts';
import { ownerColumn } from './elements.ts';
import { gatherRelation } from './gather.ts';
import type { Relation } from './plan.ts';
import { extendRows } from './product.ts';
import { forEachProducer } from './relation.ts';
import { columnOf, noRows, type Rows } from './rows.ts';
import { type Side, sideOf } from './side.ts';

/** Each row with the members of its gather: keyed by position, since files are no keys. */
export function memberRows(context: Context, step: Step, generator: Generator, rows: Rows): Rows {
  const { members: read, dimensions, span } = generator;
  const producer = read && context.side(read.step);
  if (!read || !producer) return noRows;
  if (producer.dynamic) {
    context.report.add({
      code: 'E0317',
      severity: 'error',
      message: `how many \`${read.step}.${read.output}\` there are is known only at run time`,
      span,
      label: 'a library scatters over it here',
      hint: `let a step of the calling file gather \`${read.step}.${read.output}\` and make one list, \`out all: list<file> = files("...")\`, and give the library that`,
    });
    return noRows;
  }
  const consumer = sideOf(step.name, rows, step.lets, false, step.calls);
  const relation = gatherRelation(context, read, consumer, producer);
  const owners: number[] = [];
  const positions: number[] = [];
  let most = 0;
  for (let row = 0; row < rows.count; row++) {
    let position = 0;
    forEachProducer(relation, row, () => {
      owners.push(row);
      positions.push(position++);
    });
    most = Math.max(most, position);
  }
  const values = Array.from({ length: most }, (_, position) => position);
  return extendRows(rows, {
    count: owners.length,
    keys: [
      { dimension: ownerColumn, values: [], codes: Uint32Array.from(owners) },
      { dimension: dimensions[0] ?? '', values, codes: Uint32Array.from(positions) },
    ],
    variables: [],
  });
}

/** The one member that an instance reads of the gather that it scatters over: that at its position. */
export function elementRelation(
  context: Context,
  read: Read,
  consumer: Side,
  producer: Side,
): Relation {
  const relation = gatherRelation(context, read, consumer, producer);
  const { values, codes } = columnOf(consumer.rows, read.element ?? '');
  const to = new Int32Array(consumer.rows.count).fill(-1);
  if (relation.kind !== 'groups') return { kind: 'map', to };
  const { groupOf, offsets, members } = relation;
  for (let row = 0; row < to.length; row++) {
    const group = groupOf ? groupOf[row]! : 0;
    const at = offsets[group]! + Number(values[codes[row]!]);
    if (at < offsets[group + 1]!) to[row] = members[at]!;
  }
  return { kind: 'map', to };
}
