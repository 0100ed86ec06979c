import { describe, expect, test } from 'vitest';
import { check, codes } from './check.ts';

const tables = `workflow w
record Visit key visit { visit: int, band: string, template: int }
record Overlap key visit, tract { visit: int, tract: int }
param visits: table<Visit> = csv("visits.csv")
param overlaps: table<Overlap> = csv("overlaps.csv")
step isr for each v in visits, sensor in ["a", "b"] {
  out image: file = "x"
  out seeing: float = text("s")
  script bash """
    isr @{v.visit} @{sensor} > @{image}
  """
}
step warp for each (visit, tract) in overlaps {
  out warp: file = "w"
  script bash """
    warp @{visit} @{tract} > @{warp}
  """
}
step sky {
  out map: file = "m"
  script bash """
    sky > @{map}
  """
}
`;

/** A step `s` with this \`for each\` and these \`in\`s behind the steps above. */
function step(head: string, ...sources: string[]): string {
  const ins = sources.map((s, i) => `  in  x${i} = ${s}`).join('\n');
  const uses = sources.map((_, i) => `@{x${i}}`).join(' ');
  return `${tables}step s${head === '' ? '' : ` for each ${head}`} {
${ins}
  script bash """
    use ${uses}
  """
}`;
}

describe('what a step may read', () => {
  test.each([
    ['element-wise', 'v in visits, sensor in ["a", "b"]', 'isr.image'],
    ['shared', 'v in visits', 'sky.map'],
    ['fewer dimensions', 'v in visits', 'gather isr.image over sensor'],
    ['`over` left out for one', 'v in visits', 'gather isr.image'],
    ['all gathered', '', 'gather isr.image over visit, sensor'],
    ['in any order', '', 'gather isr.image over sensor, visit'],
    ['via a table', '(tract) in overlaps', 'gather warp.warp over visit via overlaps'],
    ['via joined columns', '(band) in visits', 'gather isr.image over visit, sensor via visits'],
    ['a selected one', '', 'isr[visit = 230, sensor = "a"].image'],
    ['selected by a column', 'v in visits, sensor in ["a", "b"]', 'isr[visit = v.template].image'],
    ['selected, then gathered', '', 'gather isr[sensor = "a"].image over visit'],
    ['under another name', 'v in visits', 'gather isr[visit = other].image over other, sensor'],
    ['keys', 'v in visits', 'gather isr.sensor over sensor'],
    [
      'members by their outputs',
      'v in visits',
      'gather isr.image over sensor where isr.seeing < 1.2',
    ],
    ['members by their key', 'v in visits', 'gather isr.image over sensor where sensor != "b"'],
    ['nothing at all', 'v in visits', 'gather isr.image over sensor where sensor == "z" ?? []'],
    [
      'the one before',
      'v in visits, sensor in ["a", "b"]',
      'previous isr.seeing over visit ?? 1.0',
    ],
    ['the last one', 'sensor in ["a", "b"]', 'previous isr.seeing over visit ?? 1.0'],
  ])('%s', (_, head, source) => {
    expect(check(step(head, source))).toEqual([]);
  });
});

describe('what a step may not read', () => {
  test.each([
    ['E0301', '', 'isr.image'],
    ['E0301', 'v in visits', 'isr.image'],
    ['E0301', '', 'gather isr.image over visit'],
    ['E0301', '', 'previous isr.seeing over visit ?? 1.0'],
    ['E0302', 'v in visits', 'gather isr.image over tract'],
    ['E0302', '', 'isr[tract = 1, sensor = "a", visit = 1].image'],
    ['E0302', '', 'previous sky.map over visit ?? none'],
    ['E0303', '', 'gather isr.image'],
    ['E0303', '', 'gather sky.map'],
    ['E0303', 'v in visits', 'gather isr.image over visit, sensor'],
    ['E0303', '', 'previous isr.image over visit, sensor ?? none'],
    ['E0303', '', 'previous isr.image ?? none'],
    ['E0304', '', 'gather visits'],
    ['E0304', '', 'isr["a"].image'],
    ['E0304', 'v in visits', 'gather isr.image over sensor where warp.warp == none'],
    ['E0401', '(tract) in overlaps', 'gather isr.image over visit, sensor via [1, 2]'],
    ['E0308', '(tract) in overlaps', 'gather isr[visit = 1].image over sensor via overlaps'],
    ['E0401', '', 'isr[visit = "a", sensor = "a"].image'],
  ])('%s: %s: %s', (code, head, source) => {
    expect(codes(step(head, source))).toEqual([code]);
  });

  test('a selection by an `in` is not known when planning', () => {
    const text = step('', 'sky.map').replace(
      'in  x0 = sky.map',
      'let k = len(x)\n  in  x = gather isr.image over visit, sensor\n  in  x0 = isr[visit = k, sensor = "a"].image',
    );
    expect(codes(text)).toEqual(['E0304']);
  });

  test('an output of the workflow has no dimensions', () => {
    expect(check(`${tables}output images = isr.image`)).toEqual([
      'E0301 25:17 `isr.image` varies over `visit`, `sensor`, but an output of the workflow does not',
    ]);
    expect(
      check(`${tables}output images: list<file> = gather isr.image over visit, sensor publish "i"`),
    ).toEqual([]);
  });

  test('a column of another type is no key of the dimension', () => {
    const text = `${step('(tract) in overlaps', 'gather isr.image over visit, sensor via names')}
record Name { visit: string, tract: int }
param names: table<Name> = csv("n.csv")`;
    expect(codes(text)).toEqual(['E0305']);
  });
});

describe('for each', () => {
  const each = (head: string, more = ''): string[] =>
    codes(`${tables}${more}\nstep s for each ${head} {
  script bash """
    true
  """
}`);

  test.each([
    '(tract) in overlaps where tract > 3',
    'v in visits, (tract) in overlaps',
    'b in [true, false]',
    'f in [0.1, 0.2]',
    'i in 1..10 by 2',
    'part in [[1, 2], [3, 4]]',
    'c in chunks([1, 2, 3], 2)',
    'v in visits where v.band == "g"',
    '(visit) in overlaps, (visit, band) in visits',
  ])('%s', (head) => {
    expect(each(head)).toEqual([]);
  });

  test.each([
    ['E0206', 'v in visits, w in visits'],
    ['E0206', 'i in 1..2, i in 1..3'],
    ['E0204', '(tract, bnad) in overlaps'],
    ['E0207', 'visits in [1, 2]'],
    ['E0309', 'i in [1, 2, 1]'],
    ['E0315', 'visit in visits'],
    ['E0315', 'band in visits'],
    ['E0401', 'v in visits where v.band'],
    ['E0401', 'x in 0.0..1.0'],
    ['E0409', 'x in "abc"'],
    ['E0409', '(x) in [1, 2]'],
  ])('%s: %s', (code, head) => {
    expect(each(head)).toEqual([code]);
  });

  test('a list of equal keys is found where it is written', () => {
    expect(
      check(
        'workflow w\nparam xs: list<int> = [1, 1]\nstep s for each x in xs {\n  script bash """\n    true\n  """\n}',
      ),
    ).toEqual(['E0309 2:27 key `1` is there twice']);
  });

  test('a closed type is a list', () => {
    expect(each('b in Band', 'type Band = "g" | "r"')).toEqual([]);
  });

  test('nothing follows from a broken `for each`', () => {
    expect(
      codes(`${tables}step s for each v in vists {
  in  x = isr.image
  script bash """
    echo @{v.band} @{visit} @{x}
  """
}
step t for each v in visits {
  in  y = gather s.q over visit
  script bash """
    echo @{y}
  """
}`),
    ).toEqual(['E0201']);
  });
});
