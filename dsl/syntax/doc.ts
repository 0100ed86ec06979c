import { lineText, positionAt, type Span } from '../text/source.ts';

/** The `##` lines directly above what begins at `span`, without `##`, joined by line breaks. */
export function docAbove(span: Span): string {
  const lines: string[] = [];
  for (let line = positionAt(span.source, span.start).line - 1; line >= 1; line--) {
    const text = /^[ \t]*## ?(.*)$/.exec(lineText(span.source, line));
    if (!text) break;
    lines.push((text[1] ?? '').trimEnd());
  }
  return lines.reverse().join('\n');
}
