import { expect, test } from 'vitest';
import { explainPages, parseSelector } from '../../../dsl/index.ts';
import { left, meet } from './meet.ts';

/** Families whose examples the checker alone cannot show; those of E01 to E06 and E08 have tests of their own. */
const later = /^(E031[123]|E0414|E050[67]|E070[1239]|E071[1234]|E09[02]|E1002|W080[679])/;
const pages = explainPages.filter((page) => later.test(page.code) && page.wrong !== '');

test.each(pages.map((page) => [page.code, page] as const))(
  'the wrong example of %s gives it, the right one nothing',
  async (code, page) => {
    const [wrong = {}, right = {}] = left[code] ?? [];
    const codes = async (text: string, scratch: Readonly<Record<string, string>>) => [
      ...new Set((await meet(text, scratch)).map((d) => d.code)),
    ];
    expect(await codes(page.wrong, wrong)).toEqual([code]);
    expect(await codes(page.right, right)).toEqual([]);
  },
);

test('the examples of selectors', () => {
  const page = explainPages.find(({ code }) => code === 'E1003');
  expect(parseSelector(page?.wrong ?? '').diagnostics.map((d) => d.code)).toEqual(['E1003']);
  expect(parseSelector(page?.right ?? '').diagnostics).toEqual([]);
});

test('every page with an example is in one of the tests', () => {
  const shown = explainPages.filter((page) => page.wrong !== '' && page.code > 'E07');
  const elsewhere = /^(E070[45678]|E0710|E091|E1003|W081[12]|W0110|W0604|W080[1358])/;
  expect(shown.filter(({ code }) => !later.test(code) && !elsewhere.test(code))).toEqual([]);
  expect(pages.length).toBeGreaterThan(15);
});
