import { lineStarts, lineText, positionAt, type SourceText, type Span } from '../text/source.ts';
import { endOfLine, scanBlock, scanString } from './scan-string.ts';

/**
 * The `##` lines directly above what begins at `span`, without `##`, joined by line breaks. They are of
 * the first on its line only.
 */
export function docAbove(span: Span): string {
  const lines: string[] = [];
  const { column, line: own } = positionAt(span.source, span.start);
  if (!/^[\s,;]*$/.test(lineText(span.source, own).slice(0, column - 1))) return '';
  for (let line = own - 1; line >= 1; line--) {
    const text = /^[ \t\u00a0\ufeff]*## ?(.*)$/.exec(lineText(span.source, line));
    if (!text || (text[1]?.includes('"""') && isInBlock(span.source, line))) break;
    lines.push((text[1] ?? '').trimEnd());
  }
  return lines.reverse().join('\n');
}

/** Whether a line begins inside a `"""`: one that closes a script may look like a comment. */
function isInBlock(source: SourceText, line: number): boolean {
  const { text } = source;
  const start = lineStarts(source)[line - 1] ?? 0;
  for (let at = 0; at < start; ) {
    if (text[at] === '#') at = endOfLine(text, at);
    else if (text[at] !== '"') at++;
    else if (text.startsWith('"""', at)) {
      at = scanBlock(source, at, text.length).cut.end;
      if (at > start) return true;
    } else at = scanString(source, at, { limit: text.length, depth: 0 }).cut.end;
  }
  return false;
}
