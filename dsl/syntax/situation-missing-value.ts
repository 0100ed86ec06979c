import type { Diagnostic } from '../text/diagnostic.ts';
import { remove } from '../text/fix.ts';
import { isLineEnd, type Place, shown, spanAfter, spanOfToken } from './place.ts';
import { problem } from './problem.ts';
import type { Token } from './tokens.ts';

const operators = new Set('= + - * / == != <= >= < > ?? .. |'.split(' '));

/** Reserved words that want a value behind them, wherever they stand. */
const reserved = new Set('gather via where when if then else and or not'.split(' '));

/** The same for words that may also be names: at the head of an item, and behind what is complete. */
const heads = new Set('retry tolerate limit bundle priority notify'.split(' '));
const infixes = new Set('expect publish args previous'.split(' '));

/** E0103: an operator, a sign or a word that wants a value has none behind or before it. */
export function missingValue(place: Place): Diagnostic | undefined {
  const { at, before, masked } = place;
  if (masked.text === '') return emptyExpression(place);
  if (before === undefined) {
    return isOperator(at) || /^[.:,?]$/.test(at.text) ? missingBefore(place) : undefined;
  }
  const wants = isOperator(before) || (before.kind === 'word' && wantsValue(place, before));
  if (wants) return cannotBegin(at) && !isType(place) ? missingAfter(place, before) : undefined;
  if (before.text === '(' || before.text === '[') {
    if (/^[)\]]$/.test(at.text)) return emptyBrackets(place, before);
    return at.text === ',' || isOperator(at) ? missingBefore(place) : undefined;
  }
  const isEnd = cannotBegin(at) || (at.text === '{' && place.around === 'file');
  return before.text === ',' && isEnd ? emptyPlace(place, before) : undefined;
}

function isOperator(token: Token): boolean {
  return token.kind === 'sign' && operators.has(token.text);
}

/** True where a value cannot begin: at an operator, a closer, a separator, the end of a line. */
function cannotBegin(at: Token): boolean {
  return isLineEnd(at) || isOperator(at) || /^[)\]},;:?.]$/.test(at.text);
}

/** In `table<` it is a type that is missing. */
function isType({ statement, before }: Place): boolean {
  return before?.text === '<' && !statement.some(({ text }) => text === '=');
}

/** `in` wants a name at the head of an item, and a value in `for each x in` and `x in xs`. */
function wantsValue(place: Place, word: Token): boolean {
  const isHead = place.statement[0] === word;
  if (place.statement.at(-2)?.text === '.') return false;
  if (reserved.has(word.text)) return true;
  if (isHead) return heads.has(word.text);
  const isAt = word.text === 'at' && place.statement[0]?.text === 'register';
  return isAt || word.text === 'in' || infixes.has(word.text);
}

function missingAfter(place: Place, before: Token): Diagnostic {
  const { at, statement } = place;
  const between = isOperator(at) && at.text !== '=' ? ` and \`${at.text}\`` : '';
  const message = between
    ? `a value is missing between \`${before.text}\`${between}`
    : `a value is missing after \`${before.text}\``;
  const name = statement.at(-2);
  const isField = before.text === '=' && name?.kind === 'word';
  const form = isField ? `${name.text} = ...` : `${before.text} ...`;
  const hint = isLineEnd(at) ? `the value goes on the same line: \`${form}\`` : `\`${form}\``;
  return problem('E0103', spanAfter(place, before), message, { hint });
}

function missingBefore(place: Place): Diagnostic {
  const { at } = place;
  const hint = at.text === ',' ? 'remove the `,`' : `\`... ${at.text}\``;
  const message = `a value is missing before \`${at.text}\``;
  const fixes = at.text === ',' ? [remove(spanOfToken(place, at))] : [];
  return problem('E0103', spanOfToken(place, at), message, { hint, fixes });
}

function emptyBrackets(place: Place, open: Token): Diagnostic {
  const message = `a value is missing between \`${open.text}\` and \`${place.at.text}\``;
  const hint = open.text === '(' ? '`(a + b)`' : '`xs[0]`';
  return problem('E0103', spanAfter(place, open), message, { hint });
}

function emptyPlace(place: Place, comma: Token): Diagnostic {
  const message = `something is missing between \`,\` and ${shown(place, place.at)}`;
  const span = spanOfToken(place, comma);
  return problem('E0103', span, message, { hint: 'remove this `,`', fixes: [remove(span)] });
}

/** `@{}` */
function emptyExpression(place: Place): Diagnostic {
  const { source, end } = place.masked;
  const message = 'a value is missing between `@{` and `}`';
  return problem('E0103', { source, start: end, end }, message, { hint: '`@{NAME}`' });
}
