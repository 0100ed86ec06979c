import { syntaxPages } from './e01.ts';
import { namesPages } from './e02.ts';
import { dimensionsPages } from './e03.ts';
import { typesPages } from './e04.ts';
import { graphPages } from './e05.ts';
import { scriptsPages } from './e06.ts';
import { dataPages } from './e07.ts';
import { placesPages } from './e09.ts';
import { usagePages } from './e10.ts';
import { journalPages } from './e11.ts';
import type { ExplainPage } from './page.ts';
import { sitesPages } from './sites.ts';
import { practicePages } from './w.ts';

/** All pages, in the order of their codes. */
export const explainPages: readonly ExplainPage[] = [
  ...syntaxPages,
  ...namesPages,
  ...dimensionsPages,
  ...typesPages,
  ...graphPages,
  ...scriptsPages,
  ...dataPages,
  ...placesPages,
  ...sitesPages,
  ...usagePages,
  ...journalPages,
  ...practicePages,
].sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));

/** All codes that have a page, in order. */
export function explainedCodes(): readonly string[] {
  return explainPages.map((page) => page.code);
}

const byCode = new Map(explainPages.map((page) => [page.code, page]));

/** The page of a code, in any case (`e0301`); undefined if there is none. */
export function explain(code: string): ExplainPage | undefined {
  return byCode.get(code.trim().toUpperCase());
}
