import type { Grammar } from 'ohm-js';

/** An expression of a grammar, of which ohm's types tell nothing. */
interface Expression {
  readonly ruleName?: string;
  readonly obj?: string;
  readonly from?: string;
  readonly to?: string;
  readonly terms?: readonly Expression[];
  readonly factors?: readonly Expression[];
  readonly expr?: Expression;
}

/** Rules of ohm itself, which are nothing but classes of characters. */
const builtIn: Readonly<Record<string, string>> = {
  letter: '\\p{L}',
  digit: '[0-9]',
  end: '(?![^])',
};

/**
 * A regular expression that matches what a lexical rule does. The rule must not depend on a repetition
 * taking less than it could, since ohm never tries that and a regular expression does.
 *
 * @throws if the rule holds what no regular expression can: a fault of ours
 */
export function leafPattern(grammar: Grammar, rule: string): string {
  const known = builtIn[rule];
  if (known !== undefined) return known;
  return patternOf(grammar, (grammar.rules[rule] as { readonly body: Expression }).body);
}

function patternOf(grammar: Grammar, expression: Expression): string {
  const { ruleName, obj, from, to, terms, factors, expr } = expression;
  if (ruleName !== undefined) return leafPattern(grammar, ruleName);
  if (obj !== undefined) return [...obj].map(escaped).join('');
  if (from !== undefined && to !== undefined) return `[${escaped(from)}-${escaped(to)}]`;
  if (terms) return `(?:${terms.map((term) => patternOf(grammar, term)).join('|')})`;
  if (factors) return factors.map((factor) => patternOf(grammar, factor)).join('');
  const form = expression.constructor.name;
  const [before, after] = repetitions[form] ?? [];
  if (!expr || before === undefined) throw new Error(`a leaf cannot hold a \`${form}\``);
  return `${before}${patternOf(grammar, expr)}${after}`;
}

const repetitions: Readonly<Record<string, readonly [before: string, after: string]>> = {
  Star: ['(?:', ')*'],
  Plus: ['(?:', ')+'],
  Opt: ['(?:', ')?'],
  Not: ['(?!', ')'],
  Lookahead: ['(?=', ')'],
};

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
