import { expect, test } from 'vitest';
import { fixedText } from '../../../dsl/index.ts';
import {
  load,
  makeBinder,
  makePlan,
  memoryFiles,
  publications,
  wrongTargets,
} from '../../../engine/index.ts';
import { resultOf, world } from './bind/given.ts';

/** Where `sum[band=..., visit=...]`, one file `sum.fits` each, is published with this clause; else the codes. */
async function places(clause: string, bands?: string): Promise<readonly string[]> {
  const { items, diagnostics } = await published(clause, bands);
  return [...items.map(({ to }) => to), ...diagnostics.map(({ code }) => code)];
}

async function published(clause: string, bands = '["g", "r/i"]') {
  const text = `workflow w
param run: string = "r1"
step sum for each visit in [2, 10], band in ${bands} {
  out image: file = "sum.fits"
  script exec ["sum", image]
}
output sums: list<file> = gather sum.image over visit, band
  publish ${clause}
`;
  const loaded = await load('w.braid', { files: memoryFiles({ 'w.braid': text }), set: [] });
  const plan = makePlan(loaded.value).value;
  const binder = makeBinder(plan, { reader: loaded.value.reader });
  const standings = world();
  for (let instance = 0; instance < (plan.steps[0]?.count ?? 0); instance++) {
    const given = { plan, binder, id: () => instance };
    const result = resultOf(given, instance, `f${instance}`, {}, ['sum.fits']);
    standings.set(instance, { kind: 'result', result });
  }
  return publications(plan, standings);
}

test('a place is laid out by the keys', async () => {
  expect(await places('"@{run}/sums"')).toEqual([
    'r1/sums/visit=2/band=g/sum.fits',
    'r1/sums/visit=2/band=r%2Fi/sum.fits',
    'r1/sums/visit=10/band=g/sum.fits',
    'r1/sums/visit=10/band=r%2Fi/sum.fits',
  ]);
});

test('keys that differ in their letters have different places', async () => {
  expect((await places('"sums"', '["ä", "ß"]')).slice(0, 2)).toEqual([
    'sums/visit=2/band=ß/sum.fits',
    'sums/visit=2/band=ä/sum.fits',
  ]);
});

test('keys that differ in their punctuation alone have different places', async () => {
  const bands = '["a b", "a/b", "a_b", "a%20b", "", "..", "\\"", "\\\\"]';
  const found = (await places('"sums"', bands)).slice(0, 8);
  expect(found).toHaveLength(new Set(found).size);
  expect(found).toEqual([
    'sums/visit=2/band=/sum.fits',
    'sums/visit=2/band=%22/sum.fits',
    'sums/visit=2/band=../sum.fits',
    'sums/visit=2/band=%5C/sum.fits',
    'sums/visit=2/band=a%20b/sum.fits',
    'sums/visit=2/band=a%2520b/sum.fits',
    'sums/visit=2/band=a%2Fb/sum.fits',
    'sums/visit=2/band=a_b/sum.fits',
  ]);
});

test('a template that names a key is the whole path; with a stroke at its end, the directory', async () => {
  expect(await places('"@{run}/@{visit}-@{band}.fits"')).toEqual([
    'r1/2-g.fits',
    'r1/2-r/i.fits',
    'r1/10-g.fits',
    'r1/10-r/i.fits',
  ]);
  expect((await places('"@{band}/@{visit}/"'))[0]).toBe('g/2/sum.fits');
});

test('two files of one place are E0313, a place elsewhere is E0711, once an output', async () => {
  expect(await places('"@{visit}.fits"')).toEqual(['2.fits', '10.fits', 'E0313']);
  expect(await places('"../@{visit}@{band}"')).toEqual(['E0711']);
  expect(await places('"/@{visit}@{band}"')).toEqual(['E0711']);
  expect(await places('"@{band}"', '["..x"]')).toEqual(['..x', 'E0313']);
  expect(await places('"@{band}"', '["."]')).toEqual(['E0711']);
});

test('E0313 names both instances and writes the key that is missing', async () => {
  const said = async (clause: string, bands?: string) => {
    const [found] = (await published(clause, bands)).diagnostics;
    const [fix] = found?.fixes ?? [];
    const text = found?.span && fix && fixedText(found.span.source, fix);
    return [found?.message, found?.label, found?.hint, /publish .*/.exec(text ?? '')?.[0]];
  };
  expect(await said('"sums/@{visit}/"')).toEqual([
    'two files would be published as `sums/2/sum.fits`',
    'of `sum[visit=2, band=g]` and `sum[visit=2, band="r/i"]`',
    'name all keys: `publish "sums/@{visit}/@{band}/"`',
    'publish "sums/@{visit}/@{band}/"',
  ]);
  expect((await said('"@{band}.fits"'))[3]).toBe('publish "@{visit}/@{band}.fits"');
  expect((await said('"x/@{visit}/@{band}"', '["r", "./r"]')).slice(0, 3)).toEqual([
    'two files would be published as `x/2/r`',
    'of `sum[visit=2, band="./r"]` and `sum[visit=2, band=r]`',
    'leave the keys out of `publish`: each then has a directory of its own, `visit=.../band=.../`',
  ]);
  expect((await said('"x/@{visit}/@{band}"', '["r", "r/i"]')).slice(0, 2)).toEqual([
    '`x/2/r/i` and `x/2/r` cannot both be published: one would be inside of the other',
    'of `sum[visit=2, band=r]` and `sum[visit=2, band="r/i"]`',
  ]);
});

/** What the plan alone says of `publish "@{visit}/..."`, with a name of this form for each file. */
async function foreseen(name: string, publish: string): Promise<string[]> {
  const text = `workflow w
step sum for each visit in [2, 10], band in ["g", "r"] {
  out image: file = "${name}"
  out n: int = text("n")
  script exec ["sum", image]
}
step late {
  in  counts = gather sum.n over visit, band
  out image: file = "sum_@{len(counts)}.fits"
  script exec ["late", image]
}
output sums: list<file> = gather sum.image over visit, band publish ${publish}
output again: file = late.image publish "late"
`;
  const loaded = await load('w.braid', { files: memoryFiles({ 'w.braid': text }), set: [] });
  expect(loaded.diagnostics).toEqual([]);
  return wrongTargets(makePlan(loaded.value).value).map(
    ({ code, message }) => `${code} ${message}`,
  );
}

test('files of one place are found before anything runs', async () => {
  expect(await foreseen('sum.fits', '"sums"')).toEqual([]);
  expect(await foreseen('sum_@{band}.fits', '"sums/@{visit}/"')).toEqual([]);
  expect(await foreseen('sum.fits', '"sums/@{visit}/"')).toEqual([
    'E0313 two files would be published as `sums/2/sum.fits`',
  ]);
  expect(await foreseen('sum.fits', '"../@{visit}/@{band}"')).toHaveLength(1);
});
