import type { ExplainPage } from './page.ts';

/** Dimensions: the pages of family E03. */
export const dimensionsPages: readonly ExplainPage[] = [];
