import { insertBefore } from '../text/fix.ts';
import { positionAt, type SourceText, spanText } from '../text/source.ts';
import type { CutString, RawPart } from './masked.ts';
import { problem, spanOf } from './problem.ts';
import type { Reader } from './reader.ts';
import type { StringSyntax, TextPart } from './tree.ts';

/** The tree of a string that the scan cut out: escapes replaced, a block's indentation removed. */
export function readString(reader: Reader, cut: CutString): StringSyntax {
  const { source } = reader.masked;
  const parts = cut.block ? trimBlock(source, cut.parts) : cut.parts;
  const indent = (cut.block && blockIndent(source, cut, parts)) || '';
  const read: TextPart[] = [];
  for (const part of parts) {
    const span = spanOf(source, part.start, part.end);
    if (part.kind === 'interpolation') {
      const expression = reader.interpolated(part.expression);
      // A faulty one stands as text, so that the rest of the declaration can still be checked.
      if (expression) read.push({ kind: 'interpolation', expression, span });
      else read.push({ kind: 'text', text: spanText(span), span });
      continue;
    }
    const raw = source.text.slice(part.start, part.end);
    const text = cut.block
      ? dedent(raw, indent, isLineStart(source, cut, part))
      : replaceEscapes(reader, part);
    const skipped = cut.block ? skippedAtStart(raw, indent, isLineStart(source, cut, part)) : 0;
    if (text !== '') {
      const start = Math.min(part.start + skipped, part.end);
      read.push({ kind: 'text', text, span: spanOf(source, start, part.end) });
    }
  }
  const span = spanOf(source, cut.start, cut.end);
  return { kind: 'string', block: cut.block, parts: read, span };
}

/** The line of the source (from 1) on which the first line of a `"""` body stands. */
export function bodyFirstLine(text: StringSyntax): number {
  const { source, start } = text.span;
  const first = text.parts[0];
  return positionAt(source, first ? first.span.start : start).line;
}

/**
 * Where the character at `index` of a text part's `text` stands in the source: escapes, `@@{`,
 * carriage returns and removed indentation are counted in.
 */
export function placeInText(
  string: StringSyntax,
  part: TextPart & { kind: 'text' },
  index: number,
): number {
  const raw = spanText(part.span);
  let from = 0;
  let to = 0;
  while (from < raw.length) {
    if (raw.startsWith('@@{', from) && part.text.startsWith('@{', to)) from++;
    const isEscape = !string.block && raw[from] === '\\';
    const isSame = isEscape || raw[from] === part.text[to];
    if (isSame && to === index) break;
    if (isSame) to++;
    from += !isEscape ? 1 : raw[from + 1] === 'u' ? 6 : 2;
  }
  return part.span.start + from;
}

// --- Blocks ---

/** The parts without the blank line after the opening `"""` and the one before the closing one. */
export function trimBlock(source: SourceText, parts: readonly RawPart[]): RawPart[] {
  const trimmed = [...parts];
  const first = trimmed[0];
  if (first?.kind === 'text') {
    const opening = /^[ \t\r]*\n/.exec(source.text.slice(first.start, first.end));
    if (opening) trimmed[0] = { ...first, start: first.start + opening[0].length };
  }
  const last = trimmed.at(-1);
  if (last?.kind === 'text') {
    const closing = /(?:\r?\n|^)[ \t]*$/.exec(source.text.slice(last.start, last.end));
    if (closing && (closing[0].includes('\n') || trimmed.length === 1)) {
      trimmed[trimmed.length - 1] = { ...last, end: last.start + closing.index };
    }
  }
  return trimmed.filter((part) => part.end > part.start);
}

/** True if the part begins at the beginning of a line of the body. */
function isLineStart(source: SourceText, cut: CutString, part: RawPart): boolean {
  return part.start > cut.start + 3 && source.text[part.start - 1] === '\n';
}

/**
 * The blanks that all lines of the body begin with; blank lines do not count. Undefined if no line of the
 * body counts.
 */
export function blockIndent(
  source: SourceText,
  cut: CutString,
  parts: readonly RawPart[],
): string | undefined {
  let common: string | undefined;
  const consider = (indent: string) => {
    if (common === undefined) common = indent;
    let shared = 0;
    while (shared < common.length && common[shared] === indent[shared]) shared++;
    common = common.slice(0, shared);
  };
  parts.forEach((part, index) => {
    if (part.kind === 'interpolation') {
      if (isLineStart(source, cut, part)) consider('');
      return;
    }
    const raw = source.text.slice(part.start, part.end);
    const lines = raw.split('\n');
    lines.forEach((line, number) => {
      if (number === 0 && !isLineStart(source, cut, part)) return;
      const endsInInterpolation = number === lines.length - 1 && index < parts.length - 1;
      if (line.trim() !== '' || endsInInterpolation) consider(/^[ \t]*/.exec(line)?.[0] ?? '');
    });
  });
  return common;
}

function dedent(raw: string, indent: string, atLineStart: boolean): string {
  const lines = raw.replaceAll('\r\n', '\n').split('\n');
  const last = lines.length - 1;
  return lines
    .map((line, index) => {
      if (index === 0 && !atLineStart) return line;
      if (line.startsWith(indent)) return line.slice(indent.length);
      // A line of blanks may be shorter than the indentation; the last may go on in another part.
      return index === last ? line : line.trimStart();
    })
    .join('\n')
    .replaceAll('@@{', '@{');
}

function skippedAtStart(raw: string, indent: string, atLineStart: boolean): number {
  return atLineStart && raw.startsWith(indent) ? indent.length : 0;
}

// --- One-line strings ---

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\' };

function replaceEscapes(
  reader: Reader,
  part: { readonly start: number; readonly end: number },
): string {
  const { source } = reader.masked;
  const raw = source.text.slice(part.start, part.end);
  return raw.replaceAll(/@@\{|\\u[0-9a-fA-F]{4}|\\[\s\S]?/g, (written, offset: number) => {
    if (written === '@@{') return '@{';
    if (written.length === 6) return String.fromCharCode(Number.parseInt(written.slice(2), 16));
    const known = escapes[written.slice(1)];
    if (known !== undefined) return known;
    const at = part.start + offset;
    const span = spanOf(source, at, at + written.length);
    reader.diagnostics.push(
      problem('E0116', span, `\`${written}\` is not an escape`, {
        fixes: [insertBefore(span, '\\')],
        hint:
          written === '\\u'
            ? 'write four hexadecimal digits: `\\u00e9`'
            : `for a backslash write \`\\\\\`; escapes are \`\\n\`, \`\\t\`, \`\\"\`, \`\\\\\`, \`\\u00e9\``,
      }),
    );
    return written;
  });
}
