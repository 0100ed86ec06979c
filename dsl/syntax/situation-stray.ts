import type { Diagnostic, Fix } from '../text/diagnostic.ts';
import { insertAfter, insertBefore, replaceBy, suggestion } from '../text/fix.ts';
import { lineText, positionAt, type Span } from '../text/source.ts';
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
  const special = comparisonChain(place) ?? innerGather(place, before);
  if (special) return special;
  const item = itemOnTheSameLine(place);
  // At the end of a declaration it is what comes in the next line that does not belong here.
  const at = item ?? (isLineEnd(place.at) ? place.next : place.at);
  if (!at || isLineEnd(at)) return undefined;
  const stray: Place = { ...place, at };
  const last = item ? place.statement[place.statement.indexOf(item) - 1] : before;
  return problem('E0112', spanOfToken(place, at), `${shown(place, at)} does not belong here`, {
    label: last && `${shown(place, last)} is complete`,
    ...carryOn(stray),
  });
}

/** `1 < 2 < 3` */
function comparisonChain(place: Place): Diagnostic | undefined {
  const { at, statement } = place;
  const isComparison = ({ text }: Token) => /^(?:[=!<>]=|[<>])$/.test(text);
  const from = statement.findLastIndex(({ text }) =>
    /^(?:=|and|or|if|when|where|\(|\[)$/.test(text),
  );
  if (!isComparison(at) || !statement.slice(from + 1).some(isComparison)) return undefined;
  return problem('E0112', spanOfToken(place, at), 'comparisons do not chain', {
    hint: '`a < b and b < c`',
  });
}

/** `len(gather a.x)`: `gather` reads as a name there. */
function innerGather(place: Place, before: Token): Diagnostic | undefined {
  const { at, statement } = place;
  const outer = statement.at(-2)?.text;
  const isGather = before.text === 'gather' || before.text === 'previous';
  if (!isGather || at.kind !== 'word' || outer === undefined || outer === '=') return undefined;
  const message = `\`${before.text}\` stands right behind the \`=\` of an \`in\``;
  const hint = `name it first: \`in xs = ${before.text} ${at.text}...\`, then use \`xs\``;
  return problem('E0112', spanOfToken(place, before), message, { hint });
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

type Suggestion = Pick<Diagnostic, 'hint' | 'fixes'>;

function carryOn(place: Place): Suggestion {
  const { at, around, group, before } = place;
  const span = spanOfToken(place, at);
  const items: readonly string[] =
    around === 'file' ? declarationWords : (itemWords[around as BlockKind] ?? []);
  if (at.kind === 'word' && items.includes(at.text) && !group) {
    return { hint: `\`${at.text}\` begins a line of its own`, fixes: [onNewLine(span, around)] };
  }
  if (at.text === 'on' && place.statement[0]?.text === 'retry') {
    const number = before?.kind === 'number' ? before.text : '3';
    return {
      hint: `causes stand in a block: \`retry ${number} { on ${place.next?.text ?? 'oom'} }\``,
    };
  }
  if (before?.text === 'exit' && at.kind === 'number') {
    return { hint: `\`exit(${at.text})\``, fixes: [replaceBy(span, `(${at.text})`)] };
  }
  if (before?.text === '}') {
    const hint = 'begin a new line before it, or put a `,` between';
    return { hint, fixes: [onNewLine(span, around), insertBefore(span, ', ', 'add `,`')] };
  }
  return (
    clockTime(place) ??
    misspelt(place) ?? {
      hint: whatIsMissing(place),
      fixes: group && at.kind !== 'sign' ? [insertAfter(spanBefore(place), ',')] : [],
    }
  );
}

/** The word begins a line that is as far indented as its own. */
function onNewLine(span: Span, around: Place['around']): Fix {
  const { source, start } = span;
  const line = lineText(source, positionAt(source, start).line);
  const indent = around === 'file' ? '' : (/^[ \t]*/.exec(line)?.[0] ?? '');
  return insertBefore(span, `\n${indent}`, 'begin a new line');
}

function spanBefore(place: Place): Span {
  return place.before ? spanOfToken(place, place.before) : spanOfToken(place, place.at);
}

/** `1:30` */
function clockTime(place: Place): Suggestion | undefined {
  const { at, before, next } = place;
  if (before?.kind !== 'number' || at.text !== ':' || next?.kind !== 'number') return undefined;
  const text = `${Number(before.text)} h ${Number(next.text)} min`;
  const span = { ...spanBefore(place), end: spanOfToken(place, next).end };
  return { hint: `a time is written \`${text}\``, fixes: [replaceBy(span, text)] };
}

function misspelt(place: Place): Suggestion | undefined {
  const { at, before } = place;
  const span = spanOfToken(place, at);
  if (at.text === 'foreach') {
    return { hint: '`for each NAME in LIST`', fixes: [replaceBy(span, 'for each')] };
  }
  const isWord = at.kind === 'word' && at.text.length > 1;
  const near = isWord ? suggestion(span, at.text, clauseWords) : {};
  if (near.hint !== undefined) return near;
  const led = before?.kind === 'word' ? didYouMean(before.text, leadingWords) : undefined;
  if (led === undefined) return undefined;
  const fixes = [replaceBy(spanBefore(place), led)];
  return { hint: `did you mean \`${led}\` before it?`, fixes };
}

function whatIsMissing({ group, around, statement }: Place): string {
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
