import type { ExplainPage } from './page.ts';

/** Types: the pages of family E04. */
export const typesPages: readonly ExplainPage[] = [];
