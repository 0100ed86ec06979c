import { describe, expect, test } from 'vitest';
import { namesPages } from '../../../../dsl/explain/e02.ts';
import { dimensionsPages } from '../../../../dsl/explain/e03.ts';
import { typesPages } from '../../../../dsl/explain/e04.ts';
import { graphPages } from '../../../../dsl/explain/e05.ts';
import { practicePages } from '../../../../dsl/explain/w.ts';
import { check, codes } from './check.ts';

/** Found only when planning or running; `test/unit/engine/pages.test.ts` holds their examples. */
const later = new Set(['E0311', 'E0312', 'E0313', 'E0414', 'E0506', 'E0507']);

/** They take two files; `test/unit/engine/library` holds them. */
const twoFiles = new Set(['E0214', 'E0314', 'E0316', 'E0317', 'E0318', 'E0508', 'E0509']);

const pages = [
  ...namesPages,
  ...dimensionsPages,
  ...typesPages,
  ...graphPages,
  ...practicePages.filter((p) => ['W0100', 'W0110', 'W0801', 'W0803'].includes(p.code)),
].filter((page) => !later.has(page.code) && !twoFiles.has(page.code));

/** They can only be shown with constructs that are not run yet. */
const beside = new Set(['E0502', 'W0801']);

describe('the examples of `braid explain`', () => {
  test.each(pages.map((page) => [page.code, page] as const))('%s', (code, page) => {
    const found = codes(page.wrong);
    const others = new Set(found.filter((c) => c !== code && !(beside.has(code) && c === 'W0100')));
    expect(found).toContain(code);
    expect([...others]).toEqual([]);
    const right = check(page.right).filter((l) => !(beside.has(code) && l.startsWith('W0100')));
    expect(right).toEqual([]);
  });
});
