import { expect, test } from 'vitest';
import { syntaxPages } from '../../../../dsl/explain/e01.ts';
import { explain, explainedCodes } from '../../../../dsl/explain/index.ts';
import { parse } from '../../../../dsl/syntax/parse.ts';

const codesOf = (text: string) => [
  ...new Set(parse({ name: 'page.braid', text }).diagnostics.map(({ code }) => code)),
];

test.each(syntaxPages.map((page) => [page.code, page] as const))(
  'the wrong example of %s gives it, the right one nothing',
  (code, page) => {
    expect(codesOf(page.wrong || 'workflow w')).toEqual(page.wrong ? [code] : []);
    expect(codesOf(page.right)).toEqual([]);
  },
);

test('a page is found in any case, and only if there is one', () => {
  expect(explain('e0101')?.title).toBe('a string is never closed');
  expect(explain('E9999')).toBeUndefined();
});

test('every code has one page', () => {
  const codes = explainedCodes();
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes).toContain('E0118');
});
