import type { ExplainPage } from './page.ts';

/** Scripts: the pages of family E06. */
export const scriptsPages: readonly ExplainPage[] = [];
