import type { Span } from '../text/source.ts';
import { type Masked, sourceSpan } from './masked.ts';
import { type Token, tokensOf } from './tokens.ts';
import type { BlockKind } from './words.ts';

/** What the innermost `{` around a place holds. */
export type Around = BlockKind | 'file' | 'expression' | 'fields' | 'record' | 'retry' | 'map';

/** Where the grammar could not go on, as its neighbourhood shows it. */
export interface Place {
  readonly masked: Masked;
  readonly around: Around;
  /** The tokens of the statement from its beginning up to `at`; closed brackets are left out. */
  readonly statement: readonly Token[];
  /** The last token of the statement before `at`; undefined if `at` begins it. */
  readonly before: Token | undefined;
  /** The token that does not fit. */
  readonly at: Token;
  /** The token after `at`. */
  readonly next: Token | undefined;
  /** The innermost `(` or `[` that is open within the statement. */
  readonly group: Token | undefined;
}

interface Level {
  readonly around: Around;
  readonly statement: Token[];
}

/** The neighbourhood of `position`, an offset in the masked text. */
export function placeAt(masked: Masked, outermost: Around, position: number): Place {
  const tokens = tokensOf(masked);
  const found = tokens.findIndex((token) => token.kind === 'end' || token.end > position);
  const index = found < 0 ? tokens.length - 1 : found;
  const levels: Level[] = [{ around: outermost, statement: [] }];
  for (const token of tokens.slice(0, index)) step(levels, token);
  const { around, statement } = levels.at(-1) as Level;
  return {
    masked,
    around,
    statement,
    before: statement.at(-1),
    at: tokens[index] as Token,
    next: tokens[index + 1],
    group: openGroups(statement).at(-1),
  };
}

/** The source span of a token. */
export function spanOfToken(place: Place, token: Token): Span {
  return sourceSpan(place.masked, token.start, token.end);
}

/** The point right after a token, where something is missing. */
export function spanAfter(place: Place, token: Token): Span {
  const { source, end } = spanOfToken(place, token);
  return { source, start: end, end };
}

/** A token as it stands in the source: strings are only numbers in the masked text. */
export function written(place: Place, token: Token): string {
  const { source, start, end } = spanOfToken(place, token);
  const text = source.text.slice(start, end);
  const line = text.split('\n')[0] ?? '';
  return line.length > 40 || line !== text ? `${line.slice(0, 36)}...` : text;
}

/** True at the end of a line or of the text. */
export function isLineEnd(token: Token): boolean {
  return token.kind === 'line' || token.kind === 'end';
}

/** A token for a message: in backticks, or "the end of the line". */
export function shown(place: Place, token: Token): string {
  return isLineEnd(token) ? 'the end of the line' : `\`${written(place, token)}\``;
}

function step(levels: Level[], token: Token): void {
  const level = levels.at(-1) as Level;
  const { statement } = level;
  if (token.text === '{' && token.kind === 'sign') {
    levels.push({ around: aroundBlock(level), statement: [] });
  } else if (token.text === '}' && levels.length > 1) {
    levels.pop();
    (levels.at(-1) as Level).statement.push(token);
  } else if (endsStatement(level, token)) {
    statement.length = 0;
  } else if (token.text === ')' || token.text === ']') {
    const open = openGroups(statement).at(-1);
    if (open) statement.length = statement.indexOf(open);
    statement.push(token);
  } else if (token.kind !== 'line') {
    statement.push(token);
  }
}

/** In a block of fields `,` ends a statement; in a step it may part the names of an `over`. */
function endsStatement({ around, statement }: Level, token: Token): boolean {
  if (openGroups(statement).length > 0) return false;
  if (around === 'file' || around === 'expression') return false;
  if (token.kind === 'line') return !carriesOn(statement.at(-1));
  if (token.text === ';') return true;
  const hasFields = around === 'fields' || around === 'record' || around === 'map';
  return token.text === ',' && hasFields;
}

const operators = new Set('+ - * / == != <= >= < > ?? | ,'.split(' '));

function carriesOn(last: Token | undefined): boolean {
  return last !== undefined && operators.has(last.text);
}

function openGroups(statement: readonly Token[]): Token[] {
  return statement.filter((token) => token.text === '(' || token.text === '[');
}

const fieldBlocks = new Set(
  'env policy resources vars batch runner storage register on'.split(' '),
);
const itemBlocks = new Set<string>(['step', 'call', 'defaults', 'tune', 'site']);

/** What a `{` after this statement opens. */
function aroundBlock({ around, statement }: Level): Around {
  const head = statement[0]?.text ?? '';
  if (statement.some((token) => token.text === '=') || around === 'expression') return 'map';
  if (itemBlocks.has(head)) return head as BlockKind;
  if (head === 'record' || head === 'retry') return head;
  if (fieldBlocks.has(head)) return 'fields';
  // A misspelt item, as `resource { ... }`: what it holds is most likely fields.
  return around === 'file' ? 'step' : 'fields';
}
