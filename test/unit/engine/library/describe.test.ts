import { expect, test } from 'vitest';
import { describe } from '../../../../dsl/index.ts';
import { memoryFiles, readProgram } from '../../../../engine/index.ts';

const script = '  script exec ["true"]\n}\n';
const files = {
  'w.braid': `workflow w
use "measure.braid" as measure
step cut for each patch in [1, 2] {
  out image: file<fits> = "image.fits"
${script}
call measure as objects for each patch in [1, 2] {
  image = cut.image
}
step read for each patch in [1, 2] {
  in  catalog = objects.catalog
  in  count = objects.count
${script}
output catalogs = gather objects.catalog over patch`,
  'measure.braid': `workflow measure
param image: file<fits>
step find {
  out catalog: file<csv> = "catalog.csv"
  out n: int = text("n")
${script}
output catalog: file<csv> = find.catalog
output count: int = find.n`,
};

test('a page says the types of what calls give', async () => {
  const { value, diagnostics } = await readProgram('w.braid', { files: memoryFiles(files) });
  expect(diagnostics).toEqual([]);
  if (!value) throw new Error('it was not read');
  const page = describe(value.module, value.program);
  expect(page.steps.map(({ name }) => name)).toEqual(['cut', 'read']);
  expect(page.steps[1]?.inputs.map(({ type }) => type)).toEqual(['file<csv>', 'int']);
  expect(page.outputs.map(({ type }) => type)).toEqual(['list<file<csv>>']);
});
