import { lexemesOf } from '../format/lexeme.ts';
import type { Module } from '../syntax/tree.ts';
import type { Span } from '../text/source.ts';

/** What stands at a place, on one line and without comments. */
export type Written = (place: Pick<Span, 'start' | 'end'>) => string;

/** Reads places of a file without errors. */
export function writtenIn(module: Module): Written {
  const { text } = module.source;
  const lexemes = lexemesOf(module.source, module.form);
  return ({ start, end }) => {
    const inside = lexemes.filter((lexeme) => lexeme.start >= start && lexeme.end <= end);
    const open: string[] = [];
    let result = '';
    inside.forEach(({ text: word, start: at }, index) => {
      const [before, after] = [inside[index - 1], inside[index + 1]];
      if (word === ',' && isCloser(after?.text)) return;
      if (before) result += between(before.text, text.slice(before.end, at), word, open.at(-1));
      result += word.replace(/\s*\n\s*/g, ' ');
      if (word === '(' || word === '[' || word === '{') open.push(word);
      else if (isCloser(word) || word === '}') open.pop();
    });
    return result;
  };
}

/** What parts two words on one line: in a `{ ... }` a line break parts statements. */
function between(before: string, gap: string, after: string, around: string | undefined): string {
  if (!gap.includes('\n')) return gap.replace(/[ \t]+/g, ' ');
  if (isOpener(before) || isCloser(after) || after === ',') return '';
  const carriesOn = /^(?:[-+*/=<>|,?{]+|and|or|not|in|then|else)$/;
  const isMiddle =
    carriesOn.test(before) || /^(?:over|via|where|then|else|for|\?\?|\})$/.test(after);
  return around === '{' && !isMiddle ? ', ' : ' ';
}

function isOpener(text: string | undefined): boolean {
  return text === '(' || text === '[';
}

function isCloser(text: string | undefined): boolean {
  return text === ')' || text === ']';
}
