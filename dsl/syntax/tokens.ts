import type { Masked } from './masked.ts';

/** A word or sign of a masked text; only errors are explained with tokens, the grammar has none. */
export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'block' | 'sign' | 'line' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const pattern = new RegExp(
  [
    '(?<line>\\n)',
    '(?<block>"""\\d+""")',
    '(?<string>"\\d+")',
    '(?<word>[\\p{L}_][\\p{L}\\p{N}_]*)',
    '(?<number>\\d[\\d_]*(?:\\.\\d+)?(?:[eE][-+]?\\d+)?)',
    '(?<sign>===|!==|->|=>|<-|:=|==|!=|<=|>=|\\.\\.|\\?\\?|&&|\\|\\||\\*\\*|\\+\\+|\\S)',
  ].join('|'),
  'gu',
);

/** The tokens of a masked text; the last is `end`, which is empty. */
export function tokensOf(masked: Masked): Token[] {
  const tokens: Token[] = [];
  for (const found of masked.text.matchAll(pattern)) {
    const kind = Object.entries(found.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    const text = found[0];
    tokens.push({
      kind: kind as Token['kind'],
      text,
      start: found.index,
      end: found.index + text.length,
    });
  }
  const { length } = masked.text;
  tokens.push({ kind: 'end', text: '', start: length, end: length });
  return tokens;
}
