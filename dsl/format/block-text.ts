import type { CutString } from '../syntax/masked.ts';
import { blockIndent, trimBlock } from '../syntax/read-string.ts';
import type { SourceText } from '../text/source.ts';
import type { Block, BlockLine } from './layout.ts';

/**
 * A `"""` text of several lines, to be printed at another indentation: its lines without the blanks that
 * all of them begin with, otherwise untouched. Its meaning is the text without that indentation, so it
 * stays the same.
 */
export function formatBlock(source: SourceText, cut: CutString): Block {
  const parts = trimBlock(source, cut.parts);
  const [first, last] = [parts[0], parts.at(-1)];
  const quotes = '"""';
  const closing: BlockLine = { text: quotes, indented: true };
  if (!first || !last) return { kind: 'block', first: quotes, lines: [], last: closing };
  const indent = blockIndent(source, cut, parts);
  const body = source.text.slice(first.start, last.end);
  // What begins behind the opening quotes stays there: its blanks are text, not indentation.
  const begins = first.start === cut.start + 3;
  const raw = body.split('\n').map((line, at, { length }) => {
    return at < length - 1 && line.endsWith('\r') ? line.slice(0, -1) : line;
  });
  if (raw.some((line) => line.includes('\r'))) return asWritten(source, cut);
  const head = begins ? (raw[0] ?? '') : '';
  if (indent === undefined && raw.length > (begins ? 1 : 0)) return asWritten(source, cut);
  const lines: BlockLine[] = [];
  let at = first.start;
  body.split('\n').forEach((written, number, { length }) => {
    const text = raw[number] ?? '';
    const isLast = number === length - 1;
    if (number > 0 || !begins) lines.push(lineOf(text, indent ?? '', isInside(cut, at), isLast));
    at += written.length + 1;
  });
  return { kind: 'block', first: quotes + head, lines, last: closing };
}

/** Blanks alone may be fewer than the indentation: they mean nothing, except at the end of the text. */
function lineOf(text: string, indent: string, inside: boolean, isLast: boolean): BlockLine {
  if (text.startsWith(indent)) return { text: text.slice(indent.length), indented: true };
  if (inside) return { text, indented: false };
  return { text: isLast ? text : '', indented: true };
}

/** True if the offset is inside an `@{...}`, whose own line breaks mean nothing. */
function isInside(cut: CutString, at: number): boolean {
  return cut.parts.some((part) => {
    return part.kind === 'interpolation' && part.start < at && at < part.end;
  });
}

/** A body of blanks alone, or with carriage returns of its own: every blank in it is text. */
function asWritten(source: SourceText, cut: CutString): Block {
  const lines = source.text.slice(cut.start, cut.end).split('\n');
  const last = { text: lines.pop() ?? '', indented: false };
  const [first = '', ...rest] = lines;
  return {
    kind: 'block',
    first,
    lines: rest.map((text) => ({ text, indented: false })),
    last,
  };
}
