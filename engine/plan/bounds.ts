import type { Expression, Generator, Read, Step, Value } from '../../dsl/index.ts';
import { type Context, evaluator, namesIn } from './context.ts';
import { staticGenerators } from './enumerate.ts';
import { groupByMatched } from './grouping.ts';
import type { Bounds, Relation } from './plan.ts';
import { producerCount } from './relation.ts';
import { namesOf, type Rows } from './rows.ts';
import type { Side } from './side.ts';

export const exactlyOne: Bounds = { min: 1, max: 1 };

/** Zero of infinitely many are none. */
export function times(left: Bounds, right: Bounds): Bounds {
  const by = (a: number, b: number) => (a === 0 || b === 0 ? 0 : a * b);
  return { min: by(left.min, right.min), max: by(left.max, right.max) };
}

export function plus(left: Bounds, right: Bounds): Bounds {
  return { min: left.min + right.min, max: left.max + right.max };
}

export function sumBounds(all: readonly Bounds[]): Bounds {
  return all.reduce(plus, { min: 0, max: 0 });
}

/**
 * How many instances each row of the static part of a step stands for: one where all is known; by
 * `expect` where a manifest decides; anything where nothing was expected.
 */
export function boundsPerRow(context: Context, step: Step, rows: Rows): Bounds {
  const known = staticGenerators(step);
  const names = new Set(namesOf(rows));
  let bounds: Bounds = exactlyOne;
  for (const generator of step.generators) {
    if (known.includes(generator)) continue;
    const restricts = generator.dimensions.every((d) => names.has(d));
    const own = expectedBounds(context, generator);
    bounds = times(bounds, restricts ? { min: 0, max: Math.min(1, own.max) } : own);
    for (const dimension of generator.dimensions) names.add(dimension);
  }
  const filtered = step.where?.phase === 'run' && known.length === step.generators.length;
  return filtered ? { min: 0, max: bounds.max } : bounds;
}

function expectedBounds(context: Context, generator: Generator): Bounds {
  const source = generator.dynamic;
  if (!source?.expect) return { min: 0, max: Number.POSITIVE_INFINITY };
  const producer = context.program.steps.find((s) => s.name === source.step);
  const { min, max } = source.expect;
  return {
    min: expectedCount(context, producer, min) ?? 0,
    max: expectedCount(context, producer, max) ?? Number.POSITIVE_INFINITY,
  };
}

/** Undefined where the expected number is another one for each instance of the producer. */
function expectedCount(
  context: Context,
  producer: Step | undefined,
  expression: Expression,
): number | undefined {
  const scatter = new Set(producer?.dimensions.map((d) => d.name));
  for (const { variable } of producer?.generators ?? []) if (variable) scatter.add(variable);
  const lets = producer?.lets ?? [];
  if ([...namesIn(expression, lets)].some((name) => scatter.has(name))) return undefined;
  const value: Value | undefined = evaluator(context, expression, () => undefined, lets)();
  return typeof value === 'number' ? value : undefined;
}

/** How many producers an instance reads; `producers` and `perRow` matter where one side is dynamic. */
export function readBounds(
  read: Read,
  relation: Relation,
  consumer: Side,
  producer: Side,
  perRow: Bounds,
): Bounds {
  if (relation.kind !== 'unknown') return relationBounds(relation, consumer.rows.count);
  if (read.kind === 'match') return exactlyOne;
  if (read.kind === 'previous') return { min: 0, max: 1 };
  const total = times({ min: producer.rows.count, max: producer.rows.count }, perRow);
  if (read.matched.length === 0 && read.selectors.length === 0 && !read.via) return total;
  const theirs = namesOf(producer.rows);
  const ours = namesOf(consumer.rows);
  const known = read.matched.every((d) => theirs.has(d) && ours.has(d));
  if (!known || read.selectors.length > 0 || read.via) return { min: 0, max: total.max };
  const { ids, members } = groupByMatched(consumer, producer, new Map(), read.matched);
  const size = (row: number) => {
    const group = ids ? ids[row]! : 0;
    return group < 0 ? 0 : members.offsets[group + 1]! - members.offsets[group]!;
  };
  return times(range(consumer.rows.count, size), perRow);
}

/** How many producers the consumers of a known relation read, at least and at most. */
export function relationBounds(relation: Relation, consumers: number): Bounds {
  if (relation.kind === 'identity' || relation.kind === 'constant') return exactlyOne;
  return range(consumers, (consumer) => producerCount(relation, consumer));
}

function range(count: number, of: (row: number) => number): Bounds {
  if (count === 0) return { min: 0, max: 0 };
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  for (let row = 0; row < count; row++) {
    const value = of(row);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

/** Edges of a read: partners counted one by one. */
export function edgeCount(relation: Relation, consumers: Bounds, perInstance: Bounds): Bounds {
  if (relation.kind === 'unknown') return times(consumers, perInstance);
  let count = 0;
  if (relation.kind === 'groups' && !relation.groupOf) {
    count = consumers.min * relation.members.length;
  } else {
    for (let consumer = 0; consumer < consumers.min; consumer++) {
      count += producerCount(relation, consumer);
    }
  }
  return { min: count, max: count };
}
