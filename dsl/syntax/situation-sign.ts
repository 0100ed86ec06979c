import type { Diagnostic } from '../text/diagnostic.ts';
import { sourceSpan } from './masked.ts';
import { isLineEnd, type Place, spanOfToken, written } from './place.ts';
import { problem } from './problem.ts';
import type { Token } from './tokens.ts';

/** Signs of other languages, and what Braid has for them. */
const foreignSigns: Readonly<Record<string, string>> = {
  '=>': 'data flow is written in the reader: `in x = STEP.OUTPUT`',
  ':=': 'write `=`',
  '===': 'write `==`',
  '!==': 'write `!=`',
  '&&': 'write `and`',
  '||': 'write `or`',
  '&': 'write `and`',
  '!': 'write `not`',
  '**': 'powers are written out: `x * x`',
  '++': 'write `x + 1`',
  '^': 'powers are written out: `x * x`',
  '~': 'write `not`',
  "'": 'strings are written with `"`',
  '`': 'strings are written with `"`',
  '“': 'strings are written with `"`',
  '”': 'strings are written with `"`',
  '„': 'strings are written with `"`',
  '‘': 'strings are written with `"`',
  '’': 'strings are written with `"`',
  '–': 'write `-`',
  '—': 'write `-`',
  '×': 'write `*`',
  '≤': 'write `<=`',
  '≥': 'write `>=`',
  '≠': 'write `!=`',
  '…': 'write `..`',
  '%': 'a share is written `5%`; a remainder is `mod(a, b)`',
  '\\': 'a statement ends with its line; inside brackets and after an operator it goes on by itself',
  $: 'names stand without `$`: `x`, and `@{x}` inside strings',
};

/** E0109, E0117, E0118: a sign that Braid does not have, or has for something else. */
export function wrongSign(place: Place): Diagnostic | undefined {
  const { at } = place;
  const begun = comment(place);
  if (begun || at.kind !== 'sign') return begun;
  return (
    arrow(place) ??
    confusedEquals(place) ??
    colonForEquals(place) ??
    hyphenInName(place) ??
    badNumber(place) ??
    interpolationOutside(place) ??
    foreign(place)
  );
}

/** `//` or `/*`, with which comments begin elsewhere: the grammar stops at the first or the second sign. */
function comment(place: Place): Diagnostic | undefined {
  const { masked, before, at, next } = place;
  const isSecond = before?.text === '/' && before.end === at.start;
  const first = isSecond ? before : isLineEnd(at) ? next : at;
  if (!first) return undefined;
  const sign = masked.text.slice(first.start, first.start + 2);
  if (sign !== '//' && sign !== '/*') return undefined;
  const span = sourceSpan(masked, first.start, first.start + 2);
  return problem('E0109', span, `\`${sign}\` is not a sign of Braid`, {
    hint: 'comments begin with `#`',
  });
}

/** `n > 3 ? a : b` */
function ternary({ at, before, statement }: Place): string | undefined {
  const isAfterValue = before !== undefined && statement.some(({ text }) => text === '=');
  return at.text === '?' && isAfterValue ? '`if CONDITION then VALUE else VALUE`' : undefined;
}

function arrow(place: Place): Diagnostic | undefined {
  const { at, statement } = place;
  const isArrow = at.text === '->' || at.text === '<-' || at.text === '=>';
  if (!isArrow) return undefined;
  const head = statement[0]?.text ?? '';
  const so = statement
    .map((token) => written(place, token))
    .join(' ')
    .replaceAll(' :', ':');
  const hint =
    /^(in|out|let|param|output)$/.test(head) && !statement.some(({ text }) => text === '=')
      ? `write \`=\`: \`${so} = ...\``
      : 'there are no arrows: a step reads with `in x = STEP.OUTPUT`';
  return problem('E0109', spanOfToken(place, at), `\`${at.text}\` is not a sign of Braid`, {
    hint,
  });
}

/** `==` where a value is given, `=` where two are compared. */
function confusedEquals(place: Place): Diagnostic | undefined {
  const { at, statement, before } = place;
  const span = spanOfToken(place, at);
  const given = statement.some(({ text }) => text === '=');
  if (before === undefined || /^[-+*/=,.(]$/.test(before.text)) return undefined;
  if (at.text === '==' && !given && before.kind === 'word') {
    const isField = statement.length === 1 || /^(in|let)$/.test(statement.at(-2)?.text ?? '');
    return problem('E0109', span, '`==` compares two values; to give one, write `=`', {
      hint: isField ? `\`${before.text} = ...\`` : 'write `=`',
    });
  }
  // Two items on one line, `in a = b.c in d = e.f`, read like `c in d`.
  const item = statement.at(-2);
  if (item && given && /^(in|out|let)$/.test(item.text) && before.kind === 'word') return undefined;
  const compares = statement.some(({ text }) => /^(if|when|where|and|or|not)$/.test(text));
  if (at.text === '=' && (compares || given || place.around === 'expression')) {
    return problem('E0109', span, '`=` gives a value; to compare two, write `==`', {
      hint: `\`${written(place, before)} == ...\``,
    });
  }
  return undefined;
}

function colonForEquals(place: Place): Diagnostic | undefined {
  const { at, statement, before, around, group } = place;
  if (before?.kind !== 'word' || group) return undefined;
  const span = spanOfToken(place, at);
  if (at.text === ':' && around === 'fields' && statement.length === 1) {
    const message = '`:` stands before a type; to give a value, write `=`';
    return problem('E0109', span, message, { hint: `\`${before.text} = ...\`` });
  }
  if (
    at.text === '[' &&
    /^(list|table|file)$/.test(before.text) &&
    statement.at(-2)?.text === ':'
  ) {
    const message = 'what a type is made of stands in `<...>`';
    const element = place.next?.kind === 'word' ? place.next.text : '...';
    return problem('E0109', span, message, { hint: `\`${before.text}<${element}>\`` });
  }
  if (at.text === '=' && around === 'record') {
    const message = 'a field of a record has a type and no value';
    return problem('E0109', span, message, { hint: `\`${before.text}: TYPE\`` });
  }
  return undefined;
}

/** `step my-step`: the grammar would read a difference, where one can stand. */
function hyphenInName(place: Place): Diagnostic | undefined {
  const { at, before, next } = place;
  const joined = before?.end === at.start && next?.start === at.end;
  if (!/^[-.]$/.test(at.text) || before?.kind !== 'word' || !joined) return undefined;
  if (next?.kind !== 'word' && next?.kind !== 'number') return undefined;
  const message = `a name cannot contain \`${at.text}\``;
  const hint = `\`${before.text}_${next.text}\``;
  return problem('E0106', spanOfToken(place, at), message, { hint });
}

function badNumber(place: Place): Diagnostic | undefined {
  const { at, before, next } = place;
  if (at.text !== '.') return undefined;
  const isJoined = (token: Token | undefined, end: number) =>
    token?.kind === 'number' && token.start === end;
  if (isJoined(next, at.end)) {
    const message = 'a number begins with a digit';
    return problem('E0117', spanOfToken(place, at), message, { hint: `\`0.${next?.text}\`` });
  }
  if (before?.kind !== 'number' || before.end !== at.start) return undefined;
  return problem('E0117', spanOfToken(place, at), 'digits are missing after the point', {
    hint: `\`${before.text}.0\``,
  });
}

function interpolationOutside(place: Place): Diagnostic | undefined {
  const { at, next } = place;
  if (at.text !== '@') return undefined;
  const hint =
    next?.text === '{'
      ? 'outside strings write the expression itself, without `@{` and `}`'
      : 'inside strings values are written `@{x}`';
  return problem('E0118', spanOfToken(place, at), '`@` stands only in `@{...}` inside strings', {
    hint,
  });
}

const ownSigns = new Set('= == != <= >= < > + - * / .. ?? . , ; : ? | ( ) [ ] { }'.split(' '));

function foreign(place: Place): Diagnostic | undefined {
  const { at } = place;
  const otherwise = ternary(place);
  if (ownSigns.has(at.text) && otherwise === undefined) return undefined;
  const known = otherwise ?? foreignSigns[at.text];
  const code = known === undefined ? 'E0118' : 'E0109';
  return problem(code, spanOfToken(place, at), `\`${at.text}\` is not a sign of Braid`, {
    hint: known ?? 'names are letters, digits and `_`; other signs stand in strings: `"..."`',
  });
}
