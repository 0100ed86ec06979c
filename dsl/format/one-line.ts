import { type Span, spanText } from '../text/source.ts';
import { lexemesOf } from './lexeme.ts';

/** What is written at a span, an expression without errors, as people are shown it in one line: without comments. */
export function inOneLine(span: Span): string {
  const source = { name: span.source.name, text: spanText(span) };
  if (!source.text.includes('#')) return source.text.replace(/\s+/g, ' ').trim();
  let end = 0;
  const words = lexemesOf(source, 'workflow').map((word) => {
    const isApart = word.start > end;
    end = word.end;
    return isApart ? ` ${word.text}` : word.text;
  });
  return words.join('').replace(/\s+/g, ' ').trim();
}
