import { suggestUnit, unitOf } from '../evaluate/units.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { remove, replaceBy } from '../text/fix.ts';
import { problem } from './problem.ts';
import type { Name, QuantitySyntax } from './tree.ts';

/** E0107 for each unit that the language does not know. `4 gb` gets a hint as a whole quantity. */
export function checkUnits(quantity: QuantitySyntax): Diagnostic[] {
  return quantity.parts.flatMap(({ value, unit }) => unknownUnit(unit, `${value} `));
}

/** E0107 for the unit of `x to UNIT`. */
export function checkConversion(unit: Name): Diagnostic[] {
  return unknownUnit(unit, '');
}

function unknownUnit(unit: Name, number: string): Diagnostic[] {
  if (unitOf(unit.text)) return [];
  if (number !== '' && /^(?:times?|tries|attempts|x)$/.test(unit.text)) {
    const hint = `a count stands alone: \`${number.trim()}\``;
    return [
      problem('E0107', unit.span, `\`${unit.text}\` is not a unit`, {
        hint,
        fixes: [remove(unit.span)],
      }),
    ];
  }
  const meant = suggestUnit(unit.text);
  if (unit.text === 'm') {
    return [
      problem('E0107', unit.span, '`m` could be minutes, months or metres', {
        hint: `for minutes write \`${number}min\``,
        fixes: [replaceBy(unit.span, 'min')],
      }),
    ];
  }
  return [
    problem('E0107', unit.span, `unknown unit \`${unit.text}\``, {
      fixes: meant && [replaceBy(unit.span, meant.name)],
      hint: meant
        ? `did you mean \`${number}${meant.name}\`?`
        : 'units are `s min h d wk` for time, `MB GB TB MiB GiB` for size, `deg arcmin arcsec` for angles',
    }),
  ];
}
