import { describe, expect, test } from 'vitest';
import { planTextOf } from './plan-of.ts';

const visits = {
  'visits.csv': 'visit,band,flat\n3,r,1\n1,g,1\n2,r,3\n',
};
const visitTable = `type Band = "r" | "g"
record Visit key visit { visit: int, band: Band, flat: int }
param visits: table<Visit> = csv("visits.csv")
`;

describe('scatter', () => {
  test('over lists, ranges, closed types, rows and columns', async () => {
    const text = `${visitTable}
step a for each v in visits {
  out o: file = "o"
}
step b for each (band) in visits {
  out o: file = "o"
}
step c for each b in Band, i in 1..v0 {
  out o: file = "o"
}
param v0: int = 4
step d for each s in ["b", "a"] where s != "c" {
  out o: file = "o"
}
`;
    expect(await planTextOf({ text, files: visits })).toMatchInlineSnapshot(`
      "plan w

        a                  visit                     3
        b                  band                      2
        c                  b x i                     8
        d                  s                         2

        15 instances, 0 edges
      "
    `);
  });

  test('later generators use earlier ones, and a where filters the product', async () => {
    const text = `${visitTable}
step a for each v in visits, i in 1..v.visit where i != 2 and v.band == "r" {
  out o: file = "o"
}
`;
    expect(await planTextOf({ text, files: visits })).toMatchInlineSnapshot(`
      "plan w

        a                  visit x i                 3

        3 instances, 0 edges
      "
    `);
  });

  test('elements that are no keys are keyed by position', async () => {
    const text = `
param pairs: list<list<int>> = [[1, 2], [3, 4], [5, 6]]
step a for each p in pairs {
  out o: file = "o"
}
`;
    expect(await planTextOf(text)).toMatchInlineSnapshot(`
      "plan w

        a                  p                         3

        3 instances, 0 edges
      "
    `);
  });

  test('equal keys are E0309', async () => {
    const text = `
param is: list<int> = [1, 2]
step a for each i in is {
  out o: file = "o"
}
step b for each i in 1..2, j in [i, i] {
  out o: file = "o"
}
`;
    expect(await planTextOf({ text, set: [['is', '1,2,1']] })).toMatchInlineSnapshot(`
      "error[E0309]: the key i=1 stands there twice
       --> w.braid:4:17
        |
      4 | step a for each i in is {
        |                 ^^^^^^^ keys must be different: each names one instance

      error[E0309]: the key j=1 stands there twice
        --> w.braid:10:28
         |
      10 | step b for each i in 1..2, j in [i, i] {
         |                            ^^^^^^^^^^^ keys must be different: each names one instance
      plan w

        a                  i                         2
        b                  i x j                     2

        4 instances, 0 edges
      "
    `);
  });
});

describe('reads', () => {
  test('element-wise, shared, gathered, selected, previous', async () => {
    const text = `${visitTable}
step flat for each v in visits {
  out o: file = "o"
}
step one for each v in visits, s in ["a", "b"] {
  in whole = flat.o
  in chosen = flat[visit = v.flat].o
  out o: file = "o"
}
step some for each v in visits {
  in xs = gather one.o over s
  in before = previous some.o over visit ?? none
  out o: file = "o"
}
step band for each (band) in visits {
  in xs = gather one.o over visit, s via visits
  in last = previous some.o over visit ?? none
  out o: file = "o"
}
step all {
  in xs = gather one[s = "a"].o over visit
  in ys = gather band.o
  out o: file = "o"
}
`;
    expect(await planTextOf({ text, files: visits })).toMatchInlineSnapshot(`
      "plan w

        flat               visit                     3
        one                visit x s                 6   whole <- flat (shared), chosen <- flat (selected)
        some               visit                     3   xs <- one 2 each, before <- previous some over visit
        band               band                      2   xs <- one 2..4 each, last <- previous some over visit
        all                -                         1   xs <- one 3 each, ys <- all band over band

        15 instances, 33 edges
        longest way: flat -> one -> some -> band -> all (7 one after another)
      "
    `);
  });

  test('a gather under another name, via a table, filtered', async () => {
    const text = `
record Near key patch, q { patch: int, q: int }
param near: table<Near> = csv("near.csv")
step coadd for each patch in 1..4 {
  out o: file = "o"
}
step match for each patch in 1..4 {
  in xs = gather coadd[patch = q].o over q via near where q != patch
  out o: file = "o"
}
`;
    const files = { 'near.csv': 'patch,q\n1,1\n1,2\n2,1\n2,3\n3,2\n4,4\n4,1\n9,1\n' };
    expect(await planTextOf({ text, files })).toMatchInlineSnapshot(`
      "warning[W0807]: 1 row of 8 in \`near\` names no instance
        --> w.braid:12:48
         |
      12 |   in xs = gather coadd[patch = q].o over q via near where q != patch
         |                                                ^^^^ of \`coadd\`, or of \`match\`
      plan w

        coadd              patch                     4
        match              patch                     4   xs <- coadd 1..2 each

        8 instances, 5 edges
        longest way: coadd -> match (2 one after another)
      "
    `);
  });

  test('a missing partner is E0311, an empty gather E0312, unless it is said what then', async () => {
    const text = `
step a for each i in 1..3 {
  out o: file = "o"
}
step b for each i in 1..5 {
  in x = a.o
  out o: file = "o"
}
step c for each j in 1..2 {
  in xs = gather a.o over i where i > j + 1
  out o: file = "o"
}
step d for each i in 1..5 {
  in x = a.o ?? none
  out o: file = "o"
}
step e for each i in 1..5 {
  in xs = gather a[i = k].o over k where k == i ?? []
  out o: file = "o"
}
`;
    expect(await planTextOf(text)).toMatchInlineSnapshot(`
      "error[E0311]: \`b[i=4]\` reads \`a[i=4]\`, which does not exist
        --> w.braid:10:10
         |
      10 |   in x = a.o
         |          ^^^ so it is for 2 of 5 instances of \`b\`
         = note: \`a\` has 3 instances: i 1, 2, 3
         = hint: read it as \`a.o ?? ...\`, or leave these out with \`where\`

      error[E0312]: \`c[j=2]\` has nothing to gather from \`a\`
        --> w.braid:17:18
         |
      17 |   in xs = gather a.o over i where i > j + 1
         |                  ^^^ so it is for 1 of 2 instances of \`c\`
         = hint: if that may be: \`gather ... ?? []\`
      plan w

        a                  i                         3
        b                  i                         5   x <- a 1:1
        c                  j                         2   xs <- a 0..1 each
        d                  i                         5   x <- a 1:1
        e                  i                         5   xs <- a 0..1 each

        20 instances, 10 edges
        longest way: a -> b (2 one after another)
      "
    `);
  });

  test('instances that a plan-time when skips need no partners', async () => {
    const text = `
param most: int = 3
step a for each i in 1..3 {
  out o: file = "o"
}
step b for each i in 1..5 {
  in x = a.o
  when i <= most
  out o: file = "o"
}
`;
    expect(await planTextOf(text)).toMatchInlineSnapshot(`
      "plan w

        a                  i                         3
        b                  i                         5 (2 skipped)   x <- a 1:1

        8 instances, 3 edges
        longest way: a -> b (2 one after another)
      "
    `);
    expect(await planTextOf({ text, set: [['most', '4']] })).toContain('`b[i=4]` reads `a[i=4]`');
  });
});

describe('size', () => {
  const text = `
step a for each i in 1..1000, j in 1..1000 {
  out o: file = "o"
}
step b for each i in 1..20 {
  out o: file = "o"
}
`;
  test('a large plan is refused, naming the factors', async () => {
    expect(await planTextOf(text)).toMatchInlineSnapshot(`
      "error[E0506]: this plan has at least 1 000 020 instances, more than 100 000
       --> w.braid:3:6
        |
      3 | step a for each i in 1..1000, j in 1..1000 {
        |      ^ i 1 000 x j 1 000 = 1 000 000
        = hint: if that is meant: \`--allow-large\`
      plan w


        0 instances, 0 edges
      "
    `);
  });

  test('before anything of it is made', async () => {
    const huge = text.replace('1..1000,', '1..4000000000,');
    expect(await planTextOf(huge)).toContain('i 4 000 000 000 x j 1 000 = 4 000 000 000 000');
    const thinned = huge.replace('1..1000 {', '1..1000 where i == j {');
    expect(await planTextOf(thinned)).toContain('there are 4 000 000 000 combinations here');
  });

  test('of what is left of each factor by conditions on it alone', async () => {
    const survey = (where: string) => `
step a for each v in 1..22000, s in 1..189 where ${where} {
  out o: file = "o"
}
`;
    expect(await planTextOf(survey('s == 7'))).toContain('22 000 instances');
    expect(await planTextOf(survey('v <= 300 and s <= 200 and v > s'))).toContain(
      '38 745 instances',
    );
    expect(await planTextOf(survey('s <= 100'))).toContain('v 22 000 x s 100 = 2 200 000');
  });

  test('unless it is asked for', async () => {
    expect(await planTextOf({ text, allowLarge: true })).toContain('1 000 020 instances');
  });
});

test('dynamic dimensions have bounds, and so has all that hangs on them', async () => {
  const text = `
record Part key part { part: string, n: int }
step cut for each i in 1..4 {
  out parts: table<Part> = csv("parts.csv") expect 2..5
  out more: table<Part> = csv("more.csv")
}
step work for each i in 1..4, p in cut.parts {
  out o: file = "o"
}
step sum for each i in 1..4 {
  in xs = gather work.o over part
  out o: file = "o"
}
step open for each i in 1..4, p in cut.more {
  out o: file = "o"
}
step all {
  in xs = gather work.o over i, part
  in ys = gather open.o over i, part
  out o: file = "o"
}
`;
  expect(await planTextOf(text)).toMatchInlineSnapshot(`
    "plan w

      cut                i                         4
      work               i x part?             8..20 (known at run time)
      sum                i                         4   xs <- work 2..5 each
      open               i x part?              0..? (known at run time)
      all                -                         1   xs <- all work over i,part, ys <- all open over i,part

      17..? instances, 16..? edges
      longest way: cut -> work -> sum (3 one after another)
    "
  `);
});

test('what is known is counted exactly inside of a step that fans out at run time', async () => {
  const text = `
record Over { visit: int, patch: int }
record Sensor key sensor { sensor: string }
let overlaps: list<Over> = [{visit = 1, patch = 1}, {visit = 1, patch = 2}, {visit = 2, patch = 2}]
step flat for each visit in 1..3, band in ["g", "r"] {
  out x: file = "x"
}
step part for each patch in 1..2 {
  out x: file = "x"
}
step raw for each sensor in ["a", "b", "c"], band in ["g", "r"] {
  out x: file = "x"
}
step trim for each visit in 1..3 {
  out sensors: table<Sensor> = csv("s.csv") expect 2..5
}
step sim for each visit in 1..3, s in trim.sensors {
  in plain = gather flat.x over band
  in green = gather flat.x over band where band == "g"
  in others = gather flat[visit = o].x over o, band where o != visit
  in parts = gather part.x over patch via overlaps ?? []
  in raws = gather raw.x over band ?? []
  in one = gather raw[sensor = "a"].x over band
}
`;
  const line = (await planTextOf(text)).split('\n').find((l) => l.includes('sim '));
  expect(line?.match(/\w+ <- [^,]*/g)).toEqual([
    'plain <- flat 2 each',
    'green <- flat 1 each',
    'others <- flat 4 each',
    'parts <- part 0..2 each',
    'raws <- raw 0..2 each',
    'one <- raw 2 each',
  ]);
});
