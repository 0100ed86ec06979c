import { expect, test } from 'vitest';
import {
  load,
  makeBinder,
  makePlan,
  memoryFiles,
  publications,
  wrongTargets,
} from '../../../engine/index.ts';
import { resultOf, world } from './bind/given.ts';

/** Where `sum[band=..., visit=...]`, one file `sum.fits` each, is published with this clause. */
async function places(clause: string, bands = '["g", "r/i"]'): Promise<readonly string[]> {
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
  const { items, diagnostics } = publications(plan, standings);
  return [...items.map(({ to }) => to), ...diagnostics.map(({ code }) => code)];
}

test('a place is laid out by the keys', async () => {
  expect(await places('"@{run}/sums"')).toEqual([
    'r1/sums/visit=2/band=g/sum.fits',
    'r1/sums/visit=2/band=r_i/sum.fits',
    'r1/sums/visit=10/band=g/sum.fits',
    'r1/sums/visit=10/band=r_i/sum.fits',
  ]);
});

test('keys that differ in their letters have different places', async () => {
  expect((await places('"sums"', '["ä", "ß"]')).slice(0, 2)).toEqual([
    'sums/visit=2/band=ß/sum.fits',
    'sums/visit=2/band=ä/sum.fits',
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

test('two files of one place are E0313, a place elsewhere is E0711', async () => {
  expect(await places('"@{visit}.fits"')).toEqual(['2.fits', '10.fits', 'E0313', 'E0313']);
  expect(await places('"../@{visit}@{band}"')).toEqual(['E0711', 'E0711', 'E0711', 'E0711']);
  expect(await places('"/@{visit}@{band}"')).toEqual(['E0711', 'E0711', 'E0711', 'E0711']);
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
    'E0313 two files would be published as `sums/10/sum.fits`',
  ]);
  expect(await foreseen('sum.fits', '"../@{visit}/@{band}"')).toHaveLength(4);
});
