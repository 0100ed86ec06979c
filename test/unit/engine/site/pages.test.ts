import { expect, test } from 'vitest';
import { explainPages } from '../../../../dsl/index.ts';
import { atSite } from './at-site.ts';
import { pagesWorkflow as workflow } from './pages-workflow.ts';

const pages = explainPages.filter(
  ({ code, wrong }) => /^(E091|W081[12])/.test(code) && wrong !== '',
);

test.each(pages.map((page) => [page.code, page] as const))(
  'the wrong site of %s gives it, the right one nothing',
  async (code, page) => {
    const told = async (site: string) => [
      ...new Set((await atSite({ workflow, site })).diagnostics.map((d) => d.code)),
    ];
    expect(await told(page.wrong)).toEqual([code]);
    expect(await told(page.right)).toEqual([]);
  },
);

test('each has an example, but those that need a machine', () => {
  expect(pages.map(({ code }) => code)).toEqual(['E0911', 'E0912', 'E0915', 'W0811', 'W0812']);
});
