import { describe, expect, test } from 'vitest';
import { type Diagnostic, fixedText, hasErrors } from '../../../dsl/index.ts';
import {
  instanceName,
  keysOf,
  load,
  makeBinder,
  makePlan,
  memoryFiles,
  readScripts,
} from '../../../engine/index.ts';
import { world } from './bind/given.ts';

/** Sentences of the language's description, each as the smallest workflow that shows it. */

const beside = {
  'visits.csv': 'visit,band,seeing,note\n230,g,1.5,a\n250,r,0.5,\n',
  'overlaps.csv': 'patch,visit\n1,230\n1,250\n2,230\n',
  'raw_10.fits': '',
  'raw_2.fits': '',
};

const declarations = `workflow w
record V key visit { visit: int, band: string, seeing: float, note: string? }
record O key patch, visit { patch: int, visit: int }
type Band = "u" | "g" | "r"
param visits: table<V> = csv("visits.csv")
param overlaps: table<O> = csv("overlaps.csv")
param rows: list<V> = [{visit = 7, band = "g", seeing = 1}, {visit: 8, band: "r", seeing: 2}]
`;

function step(head: string, items = '', script = 'true'): string {
  return `step ${head} {\n${items}\n  out x: file = "x"\n  script bash """\n    ${script}\n  """\n}\n`;
}

async function made(body: string) {
  const files = memoryFiles({ ...beside, 'w.braid': declarations + body });
  const loaded = await load('w.braid', { files, set: [] });
  if (hasErrors(loaded.diagnostics)) return { diagnostics: loaded.diagnostics };
  const planned = makePlan(loaded.value);
  const diagnostics = [...loaded.diagnostics, ...planned.diagnostics];
  const scripts = await readScripts(planned.value, files, '.');
  const binder = makeBinder(planned.value, {
    reader: loaded.value.reader,
    scripts: scripts.value,
  });
  return { diagnostics, plan: planned.value, binder };
}

async function codes(body: string): Promise<string[]> {
  return (await made(body)).diagnostics.map(({ code }: Diagnostic) => code);
}

/** The instances of the last step, as they are written. */
async function instances(body: string): Promise<string> {
  const { plan, diagnostics } = await made(body);
  const last = plan?.steps.at(-1);
  if (!plan || !last || hasErrors(diagnostics)) throw new Error(JSON.stringify(diagnostics));
  return Array.from({ length: last.count }, (_, at) => instanceName(plan, last.first + at)).join(
    ' ',
  );
}

/** How the only instance of `step s` gets its values: the assignments and files of its script. */
async function rendered(body: string): Promise<string> {
  const { plan, binder, diagnostics } = await made(body);
  if (!plan || !binder || hasErrors(diagnostics)) throw new Error(JSON.stringify(diagnostics));
  const request = { instance: 0, number: 1, run: 'r', submission: 's', epoch: 1, directory: '/d' };
  const resources = {
    cpus: 1,
    gpus: 0,
    memoryBytes: undefined,
    timeMs: undefined,
    diskBytes: undefined,
  };
  const { script = '', lists = [] } = binder.prepare({ ...request, resources, setup: [] }, world());
  const values = script.match(/(?<=^__b\d+=).*$/gm) ?? [];
  return [...values, ...lists.map(({ text }) => text)].join(' ');
}

/** The value of an expression as a script gets it. */
const value = (expression: string, before = '') =>
  rendered(`${before}${step('s', '', `echo @{${expression}}`)}`);

describe('values', () => {
  test.each([
    ['1 d 12 h to h', "'36'"],
    ['(1 d - 30 min) to h', "'23.5'"],
    ['90 min / 1 h', "'1.5'"],
    ['(4 GB + 1 GiB) to GB', "'5.073741824'"],
    ['2 * 2.5 deg to arcmin', "'300'"],
    ['7 / 2', "'3.5'"],
    ['[3, 1, 2][0]', "'3'"],
    ['5..1', '()'],
    ['1..10 by 3', "( '1' '4' '7' '10' )"],
    ['[i * 2 for i in 1..5 where i > 3]', "( '8' '10' )"],
    ['[v.band for v in visits where v.seeing > 1.0]', "( 'g' )"],
    ['[band + "x" for (band, visit) in visits where visit > 230]', "( 'rx' )"],
    ['visits[0].band', "'g'"],
    ['visits[1].note ?? "none"', "'none'"],
    ['rows[1].band', "'r'"],
    ['len(rows)', "'2'"],
    ['Band', "( 'u' 'g' 'r' )"],
    ['round(2.5)', "'3'"],
    ['stem("a/b.fits") + basename("a/c.fits")', "'bc.fits'"],
    ['"@@{x} $y"', "'@{x} $y'"],
  ])('%s is %s', async (expression, expected) => {
    expect(await value(expression)).toBe(expected);
  });

  test('what is absent has a value behind `??` and in conditions that test it', async () => {
    const absent = 'param o: int? = none\n';
    expect(await value('o ?? 3', absent)).toBe("'3'");
    expect(await value('if o == none then 0 else o', absent)).toBe("'0'");
    expect(await value('o != none and o > 3', absent)).toBe("'false'");
    expect(await codes(`${absent}let a = o + 1\n`)).toEqual(['E0403']);
    expect(await codes(`${absent}let a = o != none or o > 3\n`)).toEqual(['E0403']);
    expect(await codes(`${absent}let a = (o + 1) ?? 2\n`)).toEqual(['E0403']);
  });

  test('tables and lists of records are files in a script, `filelist` one path a line', async () => {
    const csv = 'visit,band,seeing,note\n7,g,1,\n8,r,2,\n';
    expect(await value('rows')).toBe(`'/d/list-1' ${csv}`);
    expect(await value('declared', 'let declared: table<V> = rows\n')).toBe(`'/d/list-1' ${csv}`);
    const raws = 'let raws: list<file> = files("raw_*.fits")\n';
    expect(await value('raws', raws)).toBe("( 'raw_10.fits' 'raw_2.fits' )");
    expect(await value('filelist(raws)', raws)).toBe("'/d/list-1' raw_10.fits\nraw_2.fits\n");
    const joined = 'let os: list<O> = [{patch = 1, visit = 8}]\nlet both = join(rows, os)\n';
    expect(await value('both[0].patch', joined)).toBe("'1'");
    expect(await value('len(join(rows, empty))', 'let empty: list<O> = []\n')).toBe("'0'");
  });

  test.each([
    ['let a = 3 m', 'E0107'],
    ['let a = 1 d 4 GB', 'E0405'],
    ['let a = 1 h * 1 h', 'E0405'],
    ['let a = 1 h + 1', 'E0405'],
    ['let a: int = 3.0', 'E0401'],
    ['let a: int = 4 / 2', 'E0401'],
    ['let a: Band = "q"', 'E0402'],
    ['let s = "g"\nlet a: Band = s', 'E0402'],
    ['let a: V = {visit = 1, band = "g"}', 'E0401'],
    ['let a = 1 / 0', 'E0705'],
    ['let a = [1][1]', 'E0706'],
    ['let a = 9007199254740993', 'E0117'],
    ['param n: int = 3 where n > 5', 'E0414'],
    ['secret s\nlet a = s', 'E0603'],
    ['secret s\nlet a = "x@{s}"', 'E0603'],
    ['record R key d { d: duration }', 'E0310'],
  ])('%j is %s', async (text, code) => {
    expect(await codes(`${text}\n`)).toEqual([code]);
  });
});

describe('keys', () => {
  test.each([
    ['s for each k in [0.1, 1e21, 3.0]', 's[k=0.1] s[k=3] s[k=1e+21]'],
    ['s for each k in [true, false]', 's[k=false] s[k=true]'],
    [
      's for each k in ["b", "B", "é", "😀", "\\uffee"]',
      's[k=B] s[k=b] s[k=é] s[k="\uffee"] s[k="😀"]',
    ],
    ['s for each k in Band', 's[k=u] s[k=g] s[k=r]'],
    ['s for each k in [1 h, 2 h]', 's[k=0] s[k=1]'],
    ['s for each k in chunks([1, 2, 3], 2)', 's[k=0] s[k=1]'],
    ['s for each v in rows', 's[visit=7] s[visit=8]'],
    ['s for each (band) in rows', 's[band=g] s[band=r]'],
    ['s for each v in [v for v in visits where v.seeing > 1.0]', 's[visit=230]'],
    [
      's for each i in 1..3, j in 1..i where i != 2',
      's[i=1, j=1] s[i=3, j=1] s[i=3, j=2] s[i=3, j=3]',
    ],
    [
      's for each visit in [230, 250, 270], (patch, visit) in overlaps',
      's[visit=230, patch=1] s[visit=230, patch=2] s[visit=250, patch=1]',
    ],
  ])('%s', async (head, expected) => {
    expect(await instances(step(head))).toBe(expected);
  });

  test.each([
    ['s for each k in [1, 1]', 'E0309'],
    ['s for each k in [1, 1.0]', 'E0309'],
    ['s for each k in [0.0, -0.0]', 'E0309'],
    ['s for each k in [mod(i, 2) for i in 1..3]', 'E0309'],
    ['s for each visit in visits', 'E0315'],
    ['s for each k in "abc"', 'E0409'],
    ['s for each k in []', 'W0809'],
  ])('%s is %s', async (head, code) => {
    expect(await codes(step(head))).toEqual([code]);
  });
});

describe('reads', () => {
  const two = step('a for each i in 1..2');

  test.each<readonly [title: string, text: string, ...codes: string[]]>([
    ['a partner is missing', step('b for each i in 1..3', '  in y = a.x', 'cat @{y}'), 'E0311'],
    ['`??` replaces it', step('b for each i in 1..3', '  in y = a.x ?? none', 'cat @{y ?? ""}')],
    ['`when` tests it', step('b for each i in 1..3', '  in y = a.x\n  when y != none', 'cat @{y}')],
    ['a selection of none', step('b', '  in y = a[i = 9].x', 'cat @{y}'), 'E0311'],
    ['an empty gather', step('b', '  in y = gather a.x where i > 2', 'cat @{y}'), 'E0312'],
    ['`?? []` allows it', step('b', '  in y = gather a.x where i > 2 ?? []', 'cat @{y}')],
    [
      '`when` looks at it',
      step('b', '  in y = gather a.x where i > 2\n  when len(y) > 0', 'cat @{y}'),
    ],
    ['not gathered', step('b', '  in y = a.x', 'cat @{y}'), 'E0301'],
    [
      'matched, not gathered',
      step('b for each i in 1..2', '  in y = gather a.x over i', 'cat @{y}'),
      'E0303',
    ],
    ['`previous` may be absent', step('b', '  in y = previous a.x', 'cat @{y}'), 'E0403'],
    [
      'a table without the column',
      step('b', '  in y = gather a.x over i via visits', 'cat @{y}'),
      'E0308',
    ],
    [
      '`via` a list of records',
      step('v for each v in rows') +
        step('b for each (band) in rows', '  in y = gather v.x over visit via rows', 'cat @{y}'),
    ],
    [
      'by another name',
      `record N key i, q { i: int, q: int }\nlet near: list<N> = [{i = 1, q = 2}, {i = 2, q = 1}]\n${step('b for each i in 1..2', '  in y = gather a[i = q].x over q via near', 'cat @{y}')}`,
    ],
    ['a key like an output', step('b', '  in y = gather a.i', 'echo @{y}')],
    ['a script reaches no step', step('b', '', 'cat @{a.x}'), 'E0213'],
    ['a name of two types', step('b for each i in ["x"]'), 'E0305'],
  ])('%s', async (_title, text, ...expected) => {
    expect(await codes(two + text)).toEqual(expected);
  });

  test('the fixes of what only the plan knows take it away', async () => {
    const text = two + step('b', '  in y = gather a.x where i > 2', 'cat @{y}');
    const [diagnostic] = (await made(text)).diagnostics;
    const fixes = diagnostic?.fixes ?? [];
    expect(fixes.map(({ title }) => title)).toEqual(['add `?? []`', 'add `when len(y) > 0`']);
    for (const fix of fixes) {
      const source = diagnostic?.span?.source;
      if (!source) throw new Error('no place');
      expect(await codes(fixedText(source, fix).slice(declarations.length))).toEqual([]);
    }
  });

  test('the keys of an instance are in the order of its dimensions', async () => {
    const { plan } = await made(step('s for each j in ["z"], i in 1..2'));
    expect(plan && keysOf(plan, 1)).toEqual(['z', 2]);
  });
});
