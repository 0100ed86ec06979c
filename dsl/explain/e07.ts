import type { ExplainPage } from './page.ts';

/** Data met at run time: the pages of family E07. */
export const dataPages: readonly ExplainPage[] = [];
