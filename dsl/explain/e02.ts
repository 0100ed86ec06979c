import type { ExplainPage } from './page.ts';

/** Names: the pages of family E02. */
export const namesPages: readonly ExplainPage[] = [];
