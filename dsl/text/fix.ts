import type { Diagnostic, Edit, Fix } from './diagnostic.ts';
import { lineStarts, lineText, positionAt, type SourceText, type Span } from './source.ts';
import { didYouMean } from './suggest.ts';

/** Writes `text` in the place of `span`. */
export function replaceBy(span: Span, text: string, title = `write ${shown(text)}`): Fix {
  return { title, edits: [{ span, text }] };
}

/** Writes `text` right before `span`. */
export function insertBefore(span: Span, text: string, title = `add ${shown(text)}`): Fix {
  return replaceBy({ ...span, end: span.start }, text, title);
}

/** Writes `text` right after `span`. */
export function insertAfter(span: Span, text: string, title = `add ${shown(text)}`): Fix {
  return replaceBy({ ...span, start: span.end }, text, title);
}

/** Takes `span` away. */
export function remove(span: Span, title?: string): Fix {
  const text = span.source.text.slice(span.start, span.end);
  return replaceBy(span, '', title ?? `remove ${shown(text)}`);
}

/** Writes a line of its own above the line in which `span` begins, as far indented as that one. */
export function insertLine(span: Span, text: string): Fix {
  const { source } = span;
  const line = lineText(source, positionAt(source, span.start).line);
  const start = source.text.lastIndexOf('\n', span.start - 1) + 1;
  const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
  return replaceBy({ source, start, end: start }, `${indent}${text}\n`, `add \`${text}\``);
}

/** True if the block around `span`, down to lines at the left margin, has a line of this form. */
export function hasLineLike(span: Span, form: RegExp): boolean {
  const { source } = span;
  const last = lineStarts(source).length;
  const isInside = (line: number) =>
    line >= 1 && line <= last && !/^\S/.test(lineText(source, line));
  let from = positionAt(source, span.start).line;
  let to = from;
  while (isInside(from - 1)) from--;
  while (isInside(to + 1)) to++;
  for (let line = from; line <= to; line++) {
    if (form.test(lineText(source, line).trimStart())) return true;
  }
  return false;
}

/** "did you mean `x`?" and the edit that writes it; nothing if no candidate is near. */
export function suggestion(
  span: Span,
  word: string,
  candidates: Iterable<string>,
): Pick<Diagnostic, 'hint' | 'fixes'> {
  const found = didYouMean(word, candidates);
  return found === undefined ? {} : meaning(span, found);
}

/** The same for a word that is known to be meant. */
export function meaning(span: Span, word: string): Pick<Diagnostic, 'hint' | 'fixes'> {
  return { hint: `did you mean \`${word}\`?`, fixes: [replaceBy(span, word)] };
}

/** The text of `source` after a fix; edits of other sources are left out. */
export function fixedText(source: SourceText, fix: Fix): string {
  const own = fix.edits.filter(({ span }) => span.source === source);
  const fromTheEnd = [...own].sort((a: Edit, b: Edit) => b.span.start - a.span.start);
  return fromTheEnd.reduce(
    (text, { span, text: put }) => text.slice(0, span.start) + put + text.slice(span.end),
    source.text,
  );
}

function shown(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return `\`${line.length > 40 ? `${line.slice(0, 36)}...` : line}\``;
}
