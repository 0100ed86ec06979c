import { describe, expect, test } from 'vitest';
import { check, codes } from './check.ts';

const head = `workflow w
type Band = "g" | "r"
record Visit key visit { visit: int, band: Band, seeing: float? }
param visits: table<Visit> = csv("v.csv")
param memory0: size = 4 GB
param wait0: duration = 5 min
param n: int = 3
param name: string = "x"
param best: Band = "g"
param deep: bool = true
secret token
`;

describe('expressions of a `let`', () => {
  test.each([
    'n / 2 + 0.5',
    'memory0 * 2 + 1 GiB',
    'memory0 / 1 GB',
    'max(memory0, 2 GB)',
    'wait0 to s',
    'if deep then 1 else 2.5',
    'if deep then best else "r"',
    '[v.band for v in visits where v.visit > 10]',
    '[visit for (visit, band) in visits where band == "g"]',
    'visits[0].visit + 1',
    '"a_@{n}_@{best}_@{deep}"',
    'name + "b"',
    'n in 1..8 and not deep',
    'best in ["g", "r"]',
    '"r" in Band',
    'name not in ["a"]',
    'len(Band) + len(name)',
    'sum([v.visit for v in visits]) * 2',
    '[v.seeing ?? 1.0 for v in visits]',
    '1 d 12 h - wait0',
    '1..n',
    'linspace(0.0, 1.0, n)[0] < 2',
    'json("a.json").b.c * 2',
    'chunks([1, 2, 3], 2)[0][1]',
    '[[1], []]',
    'none ?? 3',
  ])('%s', (expression) => {
    expect(check(`${head}let x = ${expression}`)).toEqual([]);
  });

  test.each([
    ['E0201', 'm'],
    ['E0201', 'Visit'],
    ['E0201', '[visit for v in visits]'],
    ['E0204', 'visits[0].bnad'],
    ['E0210', 'length(visits)'],
    ['E0210', 'name()'],
    ['E0401', 'if n then 1 else 2'],
    ['E0401', 'if deep then 1 else "a"'],
    ['E0401', '[1, "a"]'],
    ['E0401', '{ visit = 1 }'],
    ['E0401', 'not n'],
    ['E0401', 'deep and n'],
    ['E0401', '"@{visits}"'],
    ['E0401', 'visits["a"]'],
    ['E0402', 'best == "i"'],
    ['E0402', '"i" == best'],
    ['E0402', 'best in ["g", "i"]'],
    ['E0403', '[v.seeing * 2 for v in visits]'],
    ['E0405', 'memory0 + wait0'],
    ['E0405', 'memory0 + 1'],
    ['E0405', 'memory0 * memory0'],
    ['E0405', 'memory0 < wait0'],
    ['E0405', 'name - "b"'],
    ['E0405', 'name == 1'],
    ['E0405', 'deep < true'],
    ['E0405', 'n in name'],
    ['E0405', 'name in 1..3'],
    ['E0405', 'memory0 to s'],
    ['E0405', 'n to s'],
    ['E0405', '1 h 3 GB'],
    ['E0405', '-name'],
    ['E0407', 'len()'],
    ['E0407', 'len(1)'],
    ['E0407', 'csv("a.csv")'],
    ['E0407', 'min(1, 2 GB)'],
    ['E0407', 'len(xs = [1])'],
    ['E0409', '[x for x in n]'],
    ['E0412', 'n.a'],
    ['E0412', 'n[0]'],
    ['E0601', '"@{wait0}"'],
    ['E0603', '"@{token}"'],
    ['E0607', 'raw(name)'],
  ])('%s: %s', (code, expression) => {
    expect(codes(`${head}let x = ${expression}`)).toEqual([code]);
  });
});

describe('declared types', () => {
  test.each([
    'param a: list<file<fits>> = files("*.fits")',
    'param a: list<int> = lines("a.txt")',
    'param a: int? = none',
    'param a: float = 1',
    'param a: Visit = { visit = 1, band = "g" }',
    'param a: list<Visit> = [{ visit = 1, band = "g", seeing = 1 }]',
    'param a: table<Visit> = [{ visit = 1, band = "g" }]',
    'param a: table<Visit>',
    'param a: list<Band> = ["g"] where len(a) > 0',
    'param a: angle = 2.5 arcmin',
    'param a: file<sqlite> = "a.db"',
    'param a: list<Visit> = visits',
    'let a: float = n',
    'let a: string = best',
  ])('%s', (line) => {
    expect(check(head + line)).toEqual([]);
  });

  test.each([
    ['E0204', 'param a: Visit = { visit = 1, bnad = "g" }'],
    ['E0204', 'record R key b { a: int }'],
    ['E0205', 'param a: strnig = "a"'],
    ['E0205', 'param a: list = []'],
    ['E0205', 'param a: table<int> = csv("a")'],
    ['E0205', 'param a: int<float> = 1'],
    ['E0205', 'param a: file<a, b> = "a"'],
    ['E0206', 'record R { a: int, a: int }'],
    ['E0206', 'type T = "a" | "a"'],
    ['E0206', 'param a: Visit = { visit = 1, visit = 2, band = "g" }'],
    ['E0206', 'step n {\n  script bash """\n    true\n  """\n}'],
    ['E0310', 'record R key a { a: size }'],
    ['E0401', 'param a: int = 1.5'],
    ['E0401', 'param a: duration = 5'],
    ['E0401', 'param a: string = 5'],
    ['E0401', 'param a: list<int> = 5'],
    ['E0401', 'param a: list<int> = [1, "2"]'],
    ['E0401', 'param a: Visit = { visit = 1 }'],
    ['E0401', 'param a: int = 1 where a'],
    ['E0402', 'param a: Band = "i"'],
    ['E0402', 'param a: Band = name'],
    ['E0401', 'param a: int = none'],
    ['E0407', 'param a: int = csv("a.csv")'],
    ['E0503', 'param a: int = b\nparam b: int = a'],
  ])('%s: %s', (code, line) => {
    expect(codes(head + line)).toEqual([code]);
  });
});

describe('lines of a step', () => {
  const step = (...lines: string[]): string[] =>
    codes(`${head}env stack { image = "i" }
step s for each v in visits {
  out file: file = "f"
  out value: float = text("v")
  ${lines.join('\n  ')}
  script bash """
    true > @{file}
  """
}`);

  test.each([
    'resources { cpus = v.visit, memory = 1 GB * ceil(n / 2), time = 2 h, disk = 1 TB, gpus = 1 }',
    'retry 3',
    'retry n { on oom | timeout { memory = memory * 2, wait = 5 min * attempt, attempts = 2 } }',
    'retry 3 { on exit(3, 4) { attempts = 0 }, on any }',
    'tolerate 2%',
    'tolerate 5',
    'bundle 20 by visit',
    'priority n',
    'vars { A = "1", B = n, C = token, D = v.band, E = file, F = name }',
    'env stack',
    'when deep and v.visit > 3',
    'register file as "X" at "/a/@{v.visit}" { visit = v.visit }',
    'let half = v.visit / 2\n  out t: file = "t_@{half}"',
    'out m: marker\n  out o: list<file> = files("*") expect 1..n',
    'out b: Band = text("b")',
    'after workflow finished',
  ])('%s', (line) => {
    expect(step(line)).toEqual([]);
  });

  test.each([
    ['E0201', 'resources { cpus = value2 }'],
    ['E0203', 'register files as "X" at "/a"'],
    ['E0206', 'out file: file = "g"'],
    ['E0206', 'let visit = 1'],
    ['E0206', 'resources { cpus = 1, cpus = 2 }'],
    ['E0207', 'let n = 1'],
    ['E0208', 'retry 1\n  retry 2'],
    ['E0209', 'env stak'],
    ['E0211', 'when value > 1'],
    ['E0211', 'out t: file = "t_@{value}"'],
    ['E0302', 'bundle 20 by sensor'],
    ['E0401', 'bundle 2.5'],
    ['E0401', 'priority "high"'],
    ['E0401', 'tolerate 2 GB'],
    ['E0401', 'retry 1.5'],
    ['E0401', 'when v.visit'],
    ['E0401', 'vars { A = [1, 2] }'],
    ['E0401', 'out o: file = "f" expect 3'],
    ['E0404', 'resources { queue = "long" }'],
    ['E0404', 'retry 2 { on out_of_memory }'],
    ['E0404', 'retry 2 { on oom(3) }'],
    ['E0404', 'retry 2 { on oom { memroy = 2 GB } }'],
    ['E0411', 'out t: file'],
    ['E0411', 'out t: float'],
    ['E0411', 'out t: float = "t.txt"'],
    ['E0411', 'out t: file = json("t")'],
    ['E0503', 'let a = b\n  let b = a'],
    ['E0601', 'vars { A = wait0 }'],
    ['E0603', 'out t: file = "t_@{token}"'],
  ])('%s: %s', (code, line) => {
    expect(step(line)).toEqual([code]);
  });

  test('a step without a script', () => {
    expect(check('workflow w\nstep s {\n}')).toEqual(['E0208 2:6 step `s` has no script']);
  });

  test('policies and environments', () => {
    expect(codes(`${head}policy { failure = "continue", expect = "strict" }`)).toEqual([]);
    expect(codes(`${head}policy { failure = "go on" }`)).toEqual(['E0402']);
    expect(codes(`${head}policy { failures = "stop" }`)).toEqual(['E0404']);
    expect(codes(`${head}env e { imge = "a" }`)).toEqual(['E0404']);
  });

  test('nothing follows from a declaration that could not be read', () => {
    const found = codes(`${head}step bad {
  inn x = 3
}
step good {
  in  x = bad.file
  script bash """
    true @{x}
  """
}`);
    expect(found).toEqual(['E0105']);
  });
});

test('a block without a name hides no slip elsewhere', () => {
  const found = codes(`${head}defaults {
  resource { cpus = 1 }
}
let x = nmae`);
  expect(found).toEqual(['E0105', 'E0201']);
});
