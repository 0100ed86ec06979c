import type { ExplainPage } from './page.ts';

/** The graph: the pages of family E05. */
export const graphPages: readonly ExplainPage[] = [];
