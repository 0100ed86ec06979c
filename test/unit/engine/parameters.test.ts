import { expect, test } from 'vitest';
import { load, memoryFiles } from '../../../engine/index.ts';
import { loadErrors, planOf, rendered } from './plan/plan-of.ts';

const text = `record Visit key visit { visit: int }
param n: int = 2 where n > 1
param names: list<string> = ["a"]
param wait: duration = twice
param visits: table<Visit>
let twice = once * n
let once = 10 min
location raws: dir
step a {
  out o: file = "o"
}
`;
const files = {
  'v.csv': 'visit\n1\n2\n',
  'p.json': '{"n": 3, "visits": [{"visit": 9}],\n "names": ["x", 1]}',
};

test('parameters: default, lets in any order, settings by text and by reader', async () => {
  const set = [
    ['visits', 'csv("v.csv")'],
    ['n', '4'],
    ['names', 'u,v'],
    ['n', '5'],
  ] as const;
  const { plan } = await planOf({ text, files, set });
  expect(plan.globals.get('n')).toBe(5);
  expect(plan.globals.get('names')).toEqual(['u', 'v']);
  expect(plan.globals.get('wait')).toMatchObject({ dimension: 'duration', amount: 3000 });
  expect(plan.globals.get('visits')).toMatchObject({ length: 2 });
  expect(plan.globals.get('raws')).toEqual({ kind: 'file', path: '<raws>' });
});

test('wrong parameters are said where they stand', async () => {
  const set = [
    ['n', '1'],
    ['nmae', 'x'],
    ['wait', '3 parsecs'],
  ] as const;
  expect(await loadErrors({ text, files, set })).toMatchInlineSnapshot(`
    "error[E1002]: \`w\` has no parameter \`nmae\`
     --> command line:1:7
      |
    1 | --set nmae=x
      |       ^^^^
      = note: it has n, names, wait, visits

    error[E0402]: parameter \`wait\`: \`3 parsecs\` is not a duration
     --> command line:1:12
      |
    1 | --set wait=3 parsecs
      |            ^^^^^^^^^ unknown unit \`parsecs\`
      = hint: write it as \`2 h\`

    error[E0414]: parameter \`n\` does not fulfil its condition
     --> w.braid:3:24
      |
    3 | param n: int = 2 where n > 1
      |                        ^^^^^ \`n\` is 1

    error[E1002]: parameter \`visits\` has no value
     --> w.braid:6:7
      |
    6 | param visits: table<Visit>
      |       ^^^^^^ and no default
      = hint: --set 'visits=csv("FILE")', or a file of values with --params
    "
  `);
});

test('readers on the command line are shown as they were given', async () => {
  const said = async (visits: string, more: readonly (readonly [string, string])[] = []) =>
    (await loadErrors({ text, files, set: [['visits', visits], ...more] })).split('\n');
  expect(await said('csv("none.csv")')).toEqual([
    'error[E0709]: cannot read `none.csv`: there is no such file',
    ' --> command line:1:14',
    '  |',
    '1 | --set visits=csv("none.csv")',
    '  |              ^^^^^^^^^^^^^^^',
    '',
  ]);
  const heads = async (visits: string) => (await said(visits)).filter((l) => /error|hint/.test(l));
  expect(await heads('csv("v.csv"')).toEqual([
    'error[E0102]: this `(` is never closed',
    '  = hint: add `)` where what begins in line 1 ends',
  ]);
  expect(await heads('csv("v.csv")\ncsv("v.csv")')).toEqual([
    'error[E0100]: this is more than one expression',
  ]);
  const onlyOne = [
    'error[E0402]: a parameter is given as a plain value or by one reader of one file',
    '  = hint: write `csv("FILE")`',
  ];
  expect(await heads('csv(v.csv)')).toEqual(onlyOne);
  expect(await heads('csv("v.csv") + 1')).toEqual(onlyOne);
  expect(await heads('csvv("v.csv")')).toEqual([
    'error[E0402]: there is no reader `csvv`',
    '  = hint: did you mean `csv`?',
  ]);
  expect(await heads('{')).toEqual([
    'error[E0402]: parameter `visits`: `{` is not JSON',
    '  = hint: name a file of it, `csv("FILE")`, or write JSON: `[{"name": ...}]`',
  ]);
});

test('a parameter that may be absent says how it may be left out', async () => {
  expect(await loadErrors({ text: 'param n: int?' })).toContain(
    'hint: write `= none` behind its type if it may be left out, or give it: --set n=...',
  );
  expect(await loadErrors({ text: 'param n: int? = none' })).toBe('');
});

test('a file of parameters, and what the command line says over it', async () => {
  const port = memoryFiles({ 'w.braid': withScript(text), ...files });
  const first = await load('w.braid', { files: port, paramsFile: 'p.json' });
  expect(rendered(first.diagnostics.filter((d) => d.code === 'E0402'))).toMatchInlineSnapshot(`
    "error[E0402]: parameter \`names\`[1]: a string is needed, not a number
     --> p.json:2:2
      |
    2 |  "names": ["x", 1]}
      |  ^^^^^^^
    "
  `);
  expect(first.value.globals.get('n')).toBe(3);
  const set = [['names', 'b']] as const;
  const second = await load('w.braid', { files: port, paramsFile: 'p.json', set });
  expect(second.value.globals.get('visits')).toMatchObject({ length: 1 });
});

test('every file that was read is kept with its digest, and makes the fingerprint', async () => {
  const fingerprint = async (changed: Readonly<Record<string, string>>, n: string) => {
    const port = memoryFiles({ 'w.braid': withScript(text), ...files, ...changed });
    const set = [
      ['visits', 'csv("v.csv")'],
      ['n', n],
    ] as const;
    const { value } = await load('w.braid', { files: port, set });
    expect(value.files.map((f) => f.path)).toEqual(['w.braid', 'v.csv']);
    expect(value.files[1]?.sha256).toMatch(/^[0-9a-f]{64}$/);
    return value.fingerprint;
  };
  const one = await fingerprint({}, '4');
  expect(await fingerprint({ 'other.csv': 'x' }, '4')).toBe(one);
  expect(await fingerprint({}, '5')).not.toBe(one);
  expect(await fingerprint({ 'v.csv': 'visit\n1\n3\n' }, '4')).not.toBe(one);
});

function withScript(body: string): string {
  return `workflow w\n${body.replace(/^\}$/gm, '  script bash """\n    true\n  """\n}')}`;
}

test('a value that does not fit is said once, and nothing follows from it', async () => {
  const codes = async (
    set: readonly (readonly [string, string])[],
    params: { readonly paramsFile?: string } = {},
  ) => {
    const port = memoryFiles({ 'w.braid': withScript(text), ...files, 'bad.json': '{n: 3}' });
    const { diagnostics } = await load('w.braid', { files: port, set, ...params });
    return diagnostics.filter((d) => d.severity === 'error').map((d) => d.code);
  };
  const visits = ['visits', 'csv("v.csv")'] as const;
  expect(await codes([visits, ['n', 'many']])).toEqual(['E0402']);
  expect(await codes([visits, ['n', '']])).toEqual(['E0402']);
  expect(await codes([], { paramsFile: 'bad.json' })).toEqual(['E1002']);
  expect(await codes([], { paramsFile: 'none.json' })).toEqual(['E1001']);
});
