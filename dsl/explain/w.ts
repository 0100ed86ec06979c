import type { ExplainPage } from './page.ts';

/** Practice (warnings): the pages of family W08. */
export const practicePages: readonly ExplainPage[] = [];
