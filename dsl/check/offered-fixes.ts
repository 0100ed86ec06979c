import type { Fix } from '../text/diagnostic.ts';
import { hasLineLike, insertLine, replaceBy } from '../text/fix.ts';
import { lineStarts, lineText, positionAt, type Span } from '../text/source.ts';

/** Fixes whose edits stand elsewhere than the message: found by the layout of the text around it. */

/** Skips the step where an `in` is absent, unless the step has a condition already. */
export function onlyIfPresent(name: string, span: Span): readonly Fix[] {
  return hasLineLike(span, /^when\b/) ? [] : [insertLine(span, `when ${name} != none`)];
}

/** Adds `in name = text` as the first line of the step around `span`, and reads `name` there. */
export function readAsInput(span: Span, name: string, text: string): readonly Fix[] {
  const { source } = span;
  let line = positionAt(source, span.start).line;
  while (line > 1 && !/^step\b/.test(lineText(source, line))) line--;
  while (/^(?:step\b|[ \t]*(?:for|where)\b)/.test(lineText(source, line))) {
    const written = lineText(source, line).replace(/#.*$/, '').trimEnd();
    const at = lineStarts(source)[line] ?? source.text.length;
    if (written.endsWith('{') && at < span.start) {
      const input = { span: { source, start: at, end: at }, text: `  in ${name} = ${text}\n` };
      return [{ title: `add \`in ${name} = ${text}\``, edits: [input, { span, text: name }] }];
    }
    line++;
  }
  return [];
}

/** `(x)` around a single name. */
export function withoutParentheses(name: string, { source, start, end }: Span): Fix {
  const open = source.text.lastIndexOf('(', start);
  const close = source.text.indexOf(')', end);
  return replaceBy({ source, start: open, end: close + 1 }, name);
}
