import type { Diagnostic, Fix } from '../text/diagnostic.ts';
import { insertAfter, insertBefore, remove, replaceBy } from '../text/fix.ts';
import type { Span } from '../text/source.ts';
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
    fixes: sign === '//' ? [replaceBy(span, '#')] : [],
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
  const isEquals =
    /^(in|out|let|param|output)$/.test(head) && !statement.some(({ text }) => text === '=');
  const span = spanOfToken(place, at);
  return problem('E0109', span, `\`${at.text}\` is not a sign of Braid`, {
    hint: isEquals
      ? `write \`=\`: \`${so} = ...\``
      : 'there are no arrows: a step reads with `in x = STEP.OUTPUT`',
    fixes: isEquals ? [replaceBy(span, '=')] : [],
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
      fixes: [replaceBy(span, '=')],
    });
  }
  // Two items on one line, `in a = b.c in d = e.f`, read like `c in d`.
  const item = statement.at(-2);
  if (item && given && /^(in|out|let)$/.test(item.text) && before.kind === 'word') return undefined;
  const compares = statement.some(({ text }) => /^(if|when|where|and|or|not)$/.test(text));
  if (at.text === '=' && (compares || given || place.around === 'expression')) {
    return problem('E0109', span, '`=` gives a value; to compare two, write `==`', {
      hint: `\`${written(place, before)} == ...\``,
      fixes: [replaceBy(span, '==')],
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
    const fixes = [replaceBy(span, ' =', 'write `=`')];
    return problem('E0109', span, message, { hint: `\`${before.text} = ...\``, fixes });
  }
  if (
    at.text === '[' &&
    /^(list|table|file)$/.test(before.text) &&
    statement.at(-2)?.text === ':'
  ) {
    const message = 'what a type is made of stands in `<...>`';
    const element = place.next?.kind === 'word' ? place.next.text : '...';
    const { masked, next } = place;
    const closes = next !== undefined && /^ ?\]/.test(masked.text.slice(next.end));
    const end = next && spanOfToken(place, next).end;
    const fixes = closes && end !== undefined ? [bracketed(span, end)] : [];
    return problem('E0109', span, message, { hint: `\`${before.text}<${element}>\``, fixes });
  }
  if (at.text === '=' && around === 'record') {
    const message = 'a field of a record has a type and no value';
    return problem('E0109', span, message, { hint: `\`${before.text}: TYPE\`` });
  }
  return undefined;
}

/** `[...]` from `open` to the first `]` behind `end` becomes `<...>`. */
function bracketed(open: Span, end: number): Fix {
  const { source } = open;
  const close = source.text.indexOf(']', end);
  const edits = [
    { span: open, text: '<' },
    { span: { source, start: close, end: close + 1 }, text: '>' },
  ];
  return { title: 'write `<...>`', edits };
}

/** `step my-step`: the grammar would read a difference, where one can stand. */
function hyphenInName(place: Place): Diagnostic | undefined {
  const { at, before, next } = place;
  const joined = before?.end === at.start && next?.start === at.end;
  if (!/^[-.]$/.test(at.text) || before?.kind !== 'word' || !joined) return undefined;
  if (next?.kind !== 'word' && next?.kind !== 'number') return undefined;
  const message = `a name cannot contain \`${at.text}\``;
  if (at.text === '.' && place.statement[0]?.text === 'after') {
    const span = { ...spanOfToken(place, at), end: spanOfToken(place, next).end };
    return problem('E0106', span, '`after` names a step, and then how it ended', {
      hint: `\`after ${before.text}\`, or \`after ${before.text} failed\`, \`finished\`, \`succeeded\``,
    });
  }
  const hint = `\`${before.text}_${next.text}\``;
  const span = spanOfToken(place, at);
  return problem('E0106', span, message, { hint, fixes: [replaceBy(span, '_')] });
}

function badNumber(place: Place): Diagnostic | undefined {
  const { at, before, next } = place;
  if (at.text !== '.') return undefined;
  const isJoined = (token: Token | undefined, end: number) =>
    token?.kind === 'number' && token.start === end;
  if (isJoined(next, at.end)) {
    const message = 'a number begins with a digit';
    const span = spanOfToken(place, at);
    const fixes = [insertBefore(span, '0')];
    return problem('E0117', span, message, { hint: `\`0.${next?.text}\``, fixes });
  }
  if (before?.kind !== 'number' || before.end !== at.start) return undefined;
  return problem('E0117', spanOfToken(place, at), 'digits are missing after the point', {
    hint: `\`${before.text}.0\``,
    fixes: [insertAfter(spanOfToken(place, at), '0')],
  });
}

function interpolationOutside(place: Place): Diagnostic | undefined {
  const { at, next } = place;
  if (at.text !== '@') return undefined;
  const hint =
    next?.text === '{'
      ? 'outside strings write the expression itself, without `@{` and `}`'
      : 'inside strings values are written `@{x}`';
  const span = spanOfToken(place, at);
  return problem('E0118', span, '`@` stands only in `@{...}` inside strings', {
    hint,
    fixes: withoutHole(span),
  });
}

/** `@{x}` becomes `x`, if its `}` is on the same line. */
function withoutHole({ source, start }: Span): readonly Fix[] {
  const hole = /@\{([^{}"\n]*)\}/y;
  hole.lastIndex = start;
  const found = hole.exec(source.text);
  const span = { source, start, end: start + (found?.[0].length ?? 0) };
  return found ? [replaceBy(span, found[1]?.trim() ?? '')] : [];
}

/** The edit where a sign, or a pair of quotes, is just written otherwise. */
function signInstead(span: Span, sign: string): readonly Fix[] {
  const { source, start } = span;
  const replacement = /^write `(\S+)`$/.exec(foreignSigns[sign] ?? '')?.[1];
  if (replacement !== undefined && sign !== '++') {
    return [replaceBy(span, replacement === 'not' ? 'not ' : replacement)];
  }
  if (sign === '$') return [remove(span)];
  const quoted = /['`“”„‘’]([^'`“”„‘’"\\\n]*)['`“”„‘’]/y;
  quoted.lastIndex = start;
  const found = quoted.exec(source.text);
  if (!found) return [];
  return [replaceBy({ source, start, end: start + found[0].length }, `"${found[1]}"`)];
}

const ownSigns = new Set('= == != <= >= < > + - * / .. ?? . , ; : ? | ( ) [ ] { }'.split(' '));

function foreign(place: Place): Diagnostic | undefined {
  const { at } = place;
  const otherwise = ternary(place);
  if (ownSigns.has(at.text) && otherwise === undefined) return undefined;
  const known = otherwise ?? foreignSigns[at.text];
  const code = known === undefined ? 'E0118' : 'E0109';
  const span = spanOfToken(place, at);
  return problem(code, span, `\`${at.text}\` is not a sign of Braid`, {
    fixes: otherwise === undefined ? signInstead(span, at.text) : [],
    hint: known ?? 'names are letters, digits and `_`; other signs stand in strings: `"..."`',
  });
}
