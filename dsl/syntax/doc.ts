import { lineText, positionAt, type Span } from '../text/source.ts';

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
    if (!text) break;
    lines.push((text[1] ?? '').trimEnd());
  }
  return lines.reverse().join('\n');
}
