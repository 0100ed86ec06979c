import { createRequire } from 'node:module';
import type { Grammar, MatchResult } from 'ohm-js';
import recipe from './grammar.generated.js';
import { lighten } from './lighten.ts';

// `require` gets ohm's bundle: one file instead of sixty modules, half the time of a short `check`.
const ohm = createRequire(import.meta.url)('ohm-js') as typeof import('ohm-js') & {
  makeRecipe(recipe: string): Grammar;
};

const grammar: Grammar = lighten(ohm.makeRecipe(recipe));

export type StartRule = 'OneHeader' | 'OneDecl' | 'OneSite' | 'OneExp';

/** Undefined if the text nests so deep that the matcher runs out of stack. */
export function match(text: string, start: StartRule): MatchResult | undefined {
  try {
    return grammar.match(text, start);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
