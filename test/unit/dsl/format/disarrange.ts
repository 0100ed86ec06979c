import { lexemesOf } from '../../../../dsl/format/lexeme.ts';
import type { SourceText } from '../../../../dsl/text/source.ts';

type Random = (below: number) => number;

/**
 * The same words with other blanks, line breaks and comments between them: comments where a line ends,
 * line breaks between brackets. Mostly it is a program as before.
 */
export function disarrange(source: SourceText, random: Random): string {
  const lexemes = lexemesOf(source, source.name.endsWith('.site') ? 'site' : 'workflow');
  let text = '';
  let from = 0;
  let serial = 0;
  const open: string[] = [];
  const comment = () => `${random(3) === 0 ? '##' : '#'} c${serial++}`;
  for (const { start, end, text: word } of lexemes) {
    const gap = source.text.slice(from, start);
    const inner = open.at(-1);
    const free = inner === '(' || inner === '[';
    if (gap.includes('#')) text += gap;
    else if (gap.includes('\n') || (free && random(6) === 0)) text += lineBreak(random, comment);
    else text += blanks(random, gap);
    text += source.text.slice(start, end);
    from = end;
    if (word === '(' || word === '[' || word === '{') open.push(word);
    else if (word === ')' || word === ']' || word === '}') open.pop();
  }
  return `${text}${lineBreak(random, comment)}`;
}

function blanks(random: Random, gap: string): string {
  if (gap === '') return random(12) === 0 ? ' ' : '';
  return [' ', '  ', '\t', ' \u00a0', gap][random(5)] ?? gap;
}

function lineBreak(random: Random, comment: () => string): string {
  const ended = () => (random(8) === 0 ? '\r\n' : '\n');
  let text = random(3) === 0 ? `${random(2) === 0 ? ' ' : ''}${comment()}` : '';
  text += ended();
  while (random(3) === 0) {
    text += random(2) === 0 ? ended() : `${' '.repeat(random(5))}${comment()}${ended()}`;
  }
  return text + ' '.repeat(1 + random(6));
}
