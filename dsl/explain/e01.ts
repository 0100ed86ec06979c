import type { ExplainPage } from './page.ts';

/** Syntax: the pages of family E01. */
export const syntaxPages: readonly ExplainPage[] = [];
