import type { FailedMatchResult, MatchResult } from 'ohm-js';
import type { Diagnostic } from '../text/diagnostic.ts';
import type { StartRule } from './grammar.ts';
import type { Masked } from './masked.ts';
import { sourceSpan } from './masked.ts';
import { type Around, type Place, placeAt, shown, spanOfToken } from './place.ts';
import { problem } from './problem.ts';
import { wrongItem } from './situation-item.ts';
import { missingValue } from './situation-missing-value.ts';
import { missingWord } from './situation-missing-word.ts';
import { wrongSign } from './situation-sign.ts';
import { strayToken } from './situation-stray.ts';

/**
 * The situations in which a text cannot be read, in the order in which they are asked. Each looks at
 * the neighbourhood of the place where the grammar could not go on, and answers with the words of
 * someone who writes a workflow; what the grammar would have liked to see is only the fallback.
 */
const situations: readonly ((place: Place) => Diagnostic | undefined)[] = [
  wrongSign,
  wrongItem,
  missingValue,
  missingWord,
  strayToken,
];

const outermost: Readonly<Record<StartRule, Around>> = {
  OneHeader: 'file',
  OneDecl: 'file',
  OneSite: 'file',
  OneExp: 'expression',
};

/** What is wrong with a text that does not match. */
export function tellSituation(
  masked: Masked,
  start: StartRule,
  result: MatchResult | undefined,
): Diagnostic {
  if (!result) {
    const span = sourceSpan(masked, 0, Math.min(masked.text.length, 40));
    return problem('E0115', span, 'this nests too deep to be read', {
      hint: 'give a part of it a name: `let part = ...`',
    });
  }
  const failed = result as FailedMatchResult;
  const place = placeAt(masked, outermost[start], failed.getRightmostFailurePosition());
  for (const situation of situations) {
    const found = situation(place);
    if (found) return found;
  }
  const { at } = place;
  const message = `${shown(place, at)} is not expected here`;
  return problem('E0100', spanOfToken(place, at), message, {
    label: `expected ${failed.getExpectedText()}`,
  });
}
