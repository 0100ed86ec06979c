import type { Diagnostic } from '../text/diagnostic.ts';
import { didYouMean } from '../text/suggest.ts';
import { isLineEnd, type Place, shown, spanOfToken } from './place.ts';
import { problem } from './problem.ts';
import type { Token } from './tokens.ts';
import { type BlockKind, declarationWords, itemWords } from './words.ts';

/** Words that carry on what is complete. */
const clauseWords =
  'over via where per by expect publish as at then else and or in not to for each'.split(' ');

/** Words that begin a value; one that is misspelt reads as a name. */
const leadingWords = 'gather previous if not'.split(' ');

/** E0112: what stands before is complete, and this does not carry it on. */
export function strayToken(place: Place): Diagnostic | undefined {
  const { before } = place;
  if (!before || !isComplete(before)) return undefined;
  const item = itemOnTheSameLine(place);
  // At the end of a declaration it is what comes in the next line that does not belong here.
  const at = item ?? (isLineEnd(place.at) ? place.next : place.at);
  if (!at || isLineEnd(at)) return undefined;
  const stray: Place = { ...place, at };
  const last = item ? place.statement[place.statement.indexOf(item) - 1] : before;
  return problem('E0112', spanOfToken(place, at), `${shown(place, at)} does not belong here`, {
    label: last && `${shown(place, last)} is complete`,
    hint: hintFor(stray),
  });
}

function isComplete(token: Token): boolean {
  const { kind, text } = token;
  return kind === 'sign' ? /^[)\]}?%>]$/.test(text) : kind !== 'line' && kind !== 'end';
}

/** In `in a = b.c in d = e.f` the second `in` is what does not belong there. */
function itemOnTheSameLine({ at, statement }: Place): Token | undefined {
  const word = statement.at(-2);
  const isItem = at.text === '=' && statement.length > 3 && /^(in|let)$/.test(word?.text ?? '');
  return isItem ? word : undefined;
}

function hintFor(place: Place): string {
  const { at, around, group, before, statement } = place;
  const items: readonly string[] =
    around === 'file' ? declarationWords : (itemWords[around as BlockKind] ?? []);
  if (at.kind === 'word' && items.includes(at.text) && !group) {
    return `\`${at.text}\` begins a line of its own`;
  }
  if (before?.text === 'exit' && at.kind === 'number') return `\`exit(${at.text})\``;
  if (before?.text === '}') return 'begin a new line before it, or put a `,` between';
  if (before?.kind === 'number' && at.text === ':' && place.next?.kind === 'number') {
    return `a time is written \`${Number(before.text)} h ${Number(place.next.text)} min\``;
  }
  if (at.text === 'foreach') return '`for each NAME in LIST`';
  const near = at.kind === 'word' ? didYouMean(at.text, clauseWords) : undefined;
  if (near !== undefined) return `did you mean \`${near}\`?`;
  const led = before?.kind === 'word' ? didYouMean(before.text, leadingWords) : undefined;
  if (led !== undefined) return `did you mean \`${led}\` before it?`;
  if (group) {
    const closer = group.text === '(' ? ')' : ']';
    return `a \`,\` or an operator is missing before it, or \`${closer}\` comes too late`;
  }
  if (around === 'file' && /^(step|call)$/.test(statement[0]?.text ?? '')) {
    return 'behind the name come `for each NAME in LIST`, if any, and `{`';
  }
  return around === 'fields' || around === 'record'
    ? 'an operator is missing before it, or a `,` or new line'
    : 'an operator is missing before it, or a new line';
}
