import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Relation } from '../../../../engine/index.ts';
import {
  forEachConsumer,
  forEachProducer,
  producerCount,
  reverseOf,
} from '../../../../engine/index.ts';
import { planOf } from './plan-of.ts';

type Pairs = readonly (readonly [consumer: number, producer: number])[];

function forward(relation: Relation, consumers: number): Pairs {
  const pairs: [number, number][] = [];
  for (let c = 0; c < consumers; c++) forEachProducer(relation, c, (p) => pairs.push([c, p]));
  return pairs;
}

function backward(relation: Relation, consumers: number, producers: number): Pairs {
  const reverse = reverseOf(relation, consumers, producers);
  const pairs: [number, number][] = [];
  for (let p = 0; p < producers; p++) forEachConsumer(reverse, p, (c) => pairs.push([c, p]));
  return pairs.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
}

const sizes = {
  consumers: fc.integer({ min: 1, max: 12 }),
  producers: fc.integer({ min: 1, max: 12 }),
};

const relations = fc.record(sizes).chain(({ consumers, producers }) => {
  const to = fc
    .array(fc.integer({ min: -1, max: producers - 1 }), {
      minLength: consumers,
      maxLength: consumers,
    })
    .map((list) => Int32Array.from(list));
  const members = fc.array(fc.uniqueArray(fc.nat(producers - 1)), { minLength: 1, maxLength: 5 });
  const groups = members.chain((lists) =>
    fc
      .option(fc.array(fc.nat(lists.length - 1), { minLength: consumers, maxLength: consumers }))
      .map((groupOf): Relation => {
        const used = groupOf ? lists : lists.slice(0, 1);
        const offsets = [0];
        for (const list of used) offsets.push(offsets.at(-1)! + list.length);
        return {
          kind: 'groups',
          groupOf: groupOf ? Int32Array.from(groupOf) : undefined,
          offsets: Uint32Array.from(offsets),
          members: Uint32Array.from(used.flatMap((list) => list.toSorted((a, b) => a - b))),
        };
      }),
  );
  const relation: fc.Arbitrary<Relation> = fc.oneof(
    to.map((map): Relation => ({ kind: 'map', to: map })),
    fc.nat(producers - 1).map((one): Relation => ({ kind: 'constant', to: one })),
    to.map((map): Relation => ({ kind: 'previous', to: map, before: new Int32Array(producers) })),
    groups,
  );
  return relation.map((found) => ({ relation: found, consumers, producers }));
});

describe('a relation', () => {
  test('read backwards has the same pairs', () => {
    fc.assert(
      fc.property(relations, ({ relation, consumers, producers }) => {
        expect(backward(relation, consumers, producers)).toEqual(forward(relation, consumers));
      }),
    );
  });

  test('counts the producers of each consumer', () => {
    fc.assert(
      fc.property(relations, ({ relation, consumers }) => {
        const pairs = forward(relation, consumers);
        for (let c = 0; c < consumers; c++) {
          expect(producerCount(relation, c)).toBe(pairs.filter(([each]) => each === c).length);
        }
      }),
    );
  });
});

// --- What planning makes, against nested loops over the keys ---

interface Row {
  readonly a: number;
  readonly b: number;
}

const rows = fc.uniqueArray(
  fc.record({ a: fc.integer({ min: -2, max: 4 }), b: fc.integer({ min: 0, max: 5 }) }),
  {
    minLength: 1,
    maxLength: 14,
    selector: ({ a, b }) => `${a} ${b}`,
  },
);

function csv(names: readonly [string, string], list: readonly Row[]): string {
  return [names.join(','), ...list.map(({ a, b }) => `${a},${b}`), ''].join('\n');
}

function sorted(list: readonly Row[]): readonly Row[] {
  return list.toSorted((x, y) => x.a - y.a || x.b - y.b);
}

async function plannedPairs(text: string, files: Readonly<Record<string, string>>): Promise<Pairs> {
  const { plan } = await planOf({ text, files });
  const reader = plan.steps.at(-1)!;
  return forward(reader.reads[0]!.relation, reader.count);
}

const tables = `record Left key a, b { a: int, b: int }
record Right key a, c { a: int, c: int }
record Link key b, c { b: int, c: int }
param lefts: table<Left> = csv("left.csv")
param rights: table<Right> = csv("right.csv")
param links: table<Link> = csv("link.csv")
step producer for each (a, b) in lefts {
  out o: file = "o"
}
`;

const three = fc.record({ left: rows, right: rows, link: rows });

function filesOf({
  left,
  right,
  link,
}: {
  left: readonly Row[];
  right: readonly Row[];
  link: readonly Row[];
}) {
  return {
    'left.csv': csv(['a', 'b'], left),
    'right.csv': csv(['a', 'c'], right),
    'link.csv': csv(['b', 'c'], link),
  };
}

function naive(
  consumers: readonly Row[],
  producers: readonly Row[],
  belongs: (consumer: Row, producer: Row) => boolean,
): Pairs {
  return consumers.flatMap((consumer, c) =>
    producers.flatMap((producer, p) => (belongs(consumer, producer) ? [[c, p] as const] : [])),
  );
}

describe('a plan', () => {
  test('gathers what agrees on the shared dimensions', async () => {
    await fc.assert(
      fc.asyncProperty(three, async (given) => {
        const text = `${tables}step reader for each (a, c) in rights {
  in xs = gather producer.o over b ?? []
  out o: file = "o"
}`;
        const expected = naive(sorted(given.right), sorted(given.left), (c, p) => c.a === p.a);
        expect(await plannedPairs(text, filesOf(given))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test('gathers through a table what some row agrees with', async () => {
    await fc.assert(
      fc.asyncProperty(three, async (given) => {
        const text = `${tables}step reader for each (a, c) in rights {
  in xs = gather producer.o over b via links where b != c ?? []
  out o: file = "o"
}`;
        const expected = naive(
          sorted(given.right),
          sorted(given.left),
          (c, p) =>
            c.a === p.a && p.b !== c.b && given.link.some((l) => l.a === p.b && l.b === c.b),
        );
        expect(await plannedPairs(text, filesOf(given))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test('selects what has the chosen key', async () => {
    await fc.assert(
      fc.asyncProperty(three, async (given) => {
        const text = `${tables}step reader for each (a, c) in rights {
  in x = producer[b = c + 1].o ?? none
  out o: file = "o"
}`;
        const expected = naive(
          sorted(given.right),
          sorted(given.left),
          (c, p) => c.a === p.a && p.b === c.b + 1,
        );
        expect(await plannedPairs(text, filesOf(given))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test('looks at the nearest one before', async () => {
    await fc.assert(
      fc.asyncProperty(three, async (given) => {
        const text = `${tables}step reader for each (b, c) in links {
  in x = previous producer[a = 1].o over b ?? none
  out o: file = "o"
}`;
        const producers = sorted(given.left);
        const expected = sorted(given.link).flatMap(({ a: b }, c) => {
          const before = producers.flatMap((p, at) => (p.a === 1 && p.b < b ? [at] : []));
          return before.length > 0 ? [[c, before.at(-1)!] as const] : [];
        });
        expect(await plannedPairs(text, filesOf(given))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});
