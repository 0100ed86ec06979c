import { describe, expect, test } from 'vitest';
import { namesPages } from '../../../../dsl/explain/e02.ts';
import { dimensionsPages } from '../../../../dsl/explain/e03.ts';
import { typesPages } from '../../../../dsl/explain/e04.ts';
import { graphPages } from '../../../../dsl/explain/e05.ts';
import { practicePages } from '../../../../dsl/explain/w.ts';
import { check, codes } from './check.ts';

/** Found only when planning or running; `test/unit/engine/pages.test.ts` holds their examples. */
const later = new Set(['E0311', 'E0312', 'E0313', 'E0414', 'E0506']);

/** They take two files; `test/unit/engine/library` holds them. */
const twoFiles = new Set(['E0214', 'E0314', 'E0316', 'E0317', 'E0318', 'E0508', 'E0509']);

const pages = [
  ...namesPages,
  ...dimensionsPages,
  ...typesPages,
  ...graphPages,
  ...practicePages.filter((p) => ['W0110', 'W0801', 'W0803'].includes(p.code)),
].filter((page) => !later.has(page.code) && !twoFiles.has(page.code));

describe('the examples of `braid explain`', () => {
  test.each(pages.map((page) => [page.code, page] as const))('%s', (code, page) => {
    expect(new Set(codes(page.wrong))).toEqual(new Set([code]));
    expect(check(page.right)).toEqual([]);
  });
});
