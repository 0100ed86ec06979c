import { expect, it } from 'vitest';
import { given } from './given.ts';

/** What `collect` makes of files in the scratch directory. */
async function collect(outs: string, files: Readonly<Record<string, string>>): Promise<unknown> {
  const { binder } = await given(
    `
record Cell key cell {
  cell: string
  area: float
  image: file?
}
step a {
${outs}
  script bash """
    make
  """
}`,
    { list: async () => Object.keys(files) },
  );
  const collected = await binder.collect(0, '/w/work', async (path) => {
    const text = files[path];
    return text === undefined ? undefined : new TextEncoder().encode(text);
  });
  if (collected.kind === 'values') return collected.values;
  const { code, message, span } = collected.diagnostic;
  const place = span === undefined ? '' : ` at ${span.source.name}`;
  return `${collected.kind}: ${code} ${message}${place}`;
}

it('reads values out of files and leaves files alone', async () => {
  expect(
    await collect(
      `  out m: float = json("fit.json").m200
  out n: int = text("n.txt")
  out wait: duration = text("wait.txt")
  out names: list<string> = lines("names.txt")
  out ratio: float = json("fit.json").a / json("fit.json").b
  out image: file = "i.fits"`,
      {
        'fit.json': '{"m200": 1.5e14, "a": 3, "b": 2}',
        'n.txt': '42\n',
        'wait.txt': '90 s\n',
        'names.txt': 'a\n\nb\n',
      },
    ),
  ).toEqual({ m: 1.5e14, n: 42, wait: 90, names: ['a', 'b'], ratio: 1.5 });
});

it('reads a table, whose files stay relative', async () => {
  expect(
    await collect('  out cells: table<Cell> = csv("out/cells.csv")', {
      'out/cells.csv': 'cell,area,image\na,1.5,a.fits\nb,2,\n',
    }),
  ).toEqual({
    cells: [
      { cell: 'a', area: 1.5, image: 'out/a.fits' },
      { cell: 'b', area: 2, image: null },
    ],
  });
});

it('lists files by a pattern', async () => {
  expect(
    await collect('  out parts: list<file> = files("part_*.txt")', {
      'part_2.txt': '',
      'part_10.txt': '',
      'other.txt': '',
      '.part_3.txt': '',
    }),
  ).toEqual({ parts: ['part_10.txt', 'part_2.txt'] });
});

it.each([
  ['a file is not there', 'float = json("fit.json").m', {}, 'missing: E0712'],
  ['a field is not there', 'float = json("fit.json").m', { 'fit.json': '{}' }, 'invalid: E0706'],
  ['the type is another', 'float = json("f.json").m', { 'f.json': '{"m": "x"}' }, 'invalid: E0703'],
  ['an int has a fraction', 'int = json("f.json").m', { 'f.json': '{"m": 1.5}' }, 'invalid: E0703'],
  ['a text is no int', 'int = text("n")', { n: 'many\n' }, 'invalid: E0703'],
  ['a file is no JSON', 'float = json("f.json").m', { 'f.json': '{"m": ' }, 'invalid: E0703'],
  ['a cell does not fit', 'table<Cell> = csv("c")', { c: 'cell,area\na,big\n' }, 'invalid: E0702'],
  [
    'a key is twice',
    'table<Cell> = csv("c")',
    { c: 'cell,area,image\na,1,\na,2,\n' },
    'invalid: E0702',
  ],
])('says what is wrong when %s', async (_what, out, files, expected) => {
  expect(await collect(`  out x: ${out}`, files)).toMatch(new RegExp(`^${expected} `));
});

it('takes an optional output that was not made for absent', async () => {
  expect(await collect('  out x: float? = json("fit.json").m', {})).toEqual({ x: null });
});
