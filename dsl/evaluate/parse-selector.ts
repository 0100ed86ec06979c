import type { Checked, Diagnostic } from '../text/diagnostic.ts';
import type { SourceText, Span } from '../text/source.ts';
import { didYouMean } from '../text/suggest.ts';
import type { KeyPattern, Selector } from './selector.ts';

/** States that `:state` may name: those of an instance, and `reused`. */
export const selectableStates: readonly string[] = [
  'waiting',
  'ready',
  'held',
  'submitted',
  'running',
  'succeeded',
  'reused',
  'failed',
  'skipped',
  'blocked',
  'cancelled',
  'retired',
];

interface Parser {
  readonly source: SourceText;
  at: number;
}

class Unreadable {
  readonly message: string;
  readonly start: number;
  readonly hint: string | undefined;

  constructor(message: string, start: number, hint?: string) {
    this.message = message;
    this.start = start;
    this.hint = hint;
  }
}

/**
 * Reads a selector: `phosim`, `coadd*`, `phosim[visit=230, sensor=R22_S11]`, `visit=230`, `band in (g, r)`,
 * `:failed`, `forced:running`, joined by `&` and `|` (which binds less), with parentheses. What cannot be
 * read is E1003. `objects[tract=1].measure[coadd=3]` is `objects.measure` with both keys.
 */
export function parseSelector(text: string): Checked<Selector> {
  const parser: Parser = { source: { name: 'selector', text }, at: 0 };
  try {
    const value = anyOf(parser);
    blanks(parser);
    if (parser.at < text.length)
      throw new Unreadable(`\`${text[parser.at]}\` is not expected here`, parser.at);
    return { value, diagnostics: [] };
  } catch (problem) {
    if (!(problem instanceof Unreadable)) throw problem;
    return { value: { kind: 'any', of: [] }, diagnostics: [diagnosticOf(problem, parser.source)] };
  }
}

function diagnosticOf({ message, start, hint }: Unreadable, source: SourceText): Diagnostic {
  const span = { source, start, end: Math.min(source.text.length, start + 1) };
  return {
    code: 'E1003',
    severity: 'error',
    message,
    span,
    hint: hint ?? 'selectors look like `phosim[visit=230]`, `visit=230 & :failed`',
  };
}

function anyOf(parser: Parser): Selector {
  const of = [allOf(parser)];
  while (take(parser, '|')) of.push(allOf(parser));
  return of.length === 1 ? (of[0] as Selector) : { kind: 'any', of };
}

function allOf(parser: Parser): Selector {
  const of = [term(parser)];
  while (take(parser, '&')) of.push(term(parser));
  return of.length === 1 ? (of[0] as Selector) : { kind: 'all', of };
}

function term(parser: Parser): Selector {
  if (take(parser, '(')) {
    const inner = anyOf(parser);
    need(parser, ')');
    return inner;
  }
  if (take(parser, ':')) return state(parser);
  const start = parser.at;
  const name = match(parser, /[\p{L}_*][\p{L}\p{N}_*.]*/uy);
  if (name === undefined)
    throw new Unreadable('a step, a dimension or a state is missing here', start);
  const span = spanOf(parser, name);
  const condition = name.includes('*') ? undefined : keyCondition(parser, name, span);
  return condition ?? stepTerm(parser, name, span);
}

/** What follows a dimension's name: `=230` or `in (g, r)`; undefined if neither does. */
function keyCondition(parser: Parser, dimension: string, span: Span): Selector | undefined {
  if (take(parser, '=')) return { kind: 'key', dimension, span, values: [keyPattern(parser)] };
  if (match(parser, /in(?=\s*\()/uy) === undefined) return undefined;
  need(parser, '(');
  const values = [keyPattern(parser)];
  while (take(parser, ',')) values.push(keyPattern(parser));
  need(parser, ')');
  return { kind: 'key', dimension, span, values };
}

function stepTerm(parser: Parser, first: string, place: Span): Selector {
  const keys: Selector[] = [];
  let pattern = first;
  let span = place;
  while (take(parser, '[')) {
    do keys.push(keyInBrackets(parser));
    while (take(parser, ','));
    need(parser, ']');
    const inner = match(parser, /\.[\p{L}_*][\p{L}\p{N}_*.]*/uy);
    if (inner === undefined) break;
    pattern += inner;
    span = spanOf(parser, inner);
  }
  const of: Selector[] = [{ kind: 'step', pattern, span }, ...keys];
  if (take(parser, ':')) of.push(state(parser));
  return of.length === 1 ? (of[0] as Selector) : { kind: 'all', of };
}

function keyInBrackets(parser: Parser): Selector {
  const start = parser.at;
  const name = match(parser, /[\p{L}_][\p{L}\p{N}_]*/uy);
  const condition =
    name === undefined ? undefined : keyCondition(parser, name, spanOf(parser, name));
  if (condition) return condition;
  throw new Unreadable('a key is written `dimension=value`', start);
}

function state(parser: Parser): Selector {
  const start = parser.at;
  const name = match(parser, /[a-z]+/uy);
  if (name !== undefined && selectableStates.includes(name)) {
    return { kind: 'state', state: name, span: spanOf(parser, name) };
  }
  const near = name === undefined ? undefined : didYouMean(name, selectableStates);
  const hint =
    near === undefined ? `states: ${selectableStates.join(', ')}` : `did you mean \`:${near}\`?`;
  throw new Unreadable(`there is no state \`${name ?? ''}\``, start, hint);
}

function keyPattern(parser: Parser): KeyPattern {
  blanks(parser);
  const start = parser.at;
  const string = match(parser, /"(?:[^"\\]|\\.)*"/suy);
  if (string !== undefined) {
    try {
      return { text: JSON.parse(string) as string, quoted: true, span: spanOf(parser, string) };
    } catch {
      throw new Unreadable('this string cannot be read', start);
    }
  }
  const plain = match(parser, /[\p{L}\p{N}_.+-]+/uy);
  if (plain !== undefined) return { text: plain, quoted: false, span: spanOf(parser, plain) };
  const hint = 'strings with other characters than letters, digits and `_.+-` need quotes';
  throw new Unreadable('a value is missing here', start, hint);
}

/** The place of what has just been read. */
function spanOf({ source, at }: Parser, text: string): Span {
  return { source, start: at - text.length, end: at };
}

function blanks(parser: Parser): void {
  while (/\s/.test(parser.source.text[parser.at] ?? '')) parser.at++;
}

function take(parser: Parser, character: string): boolean {
  blanks(parser);
  if (parser.source.text[parser.at] !== character) return false;
  parser.at++;
  return true;
}

function need(parser: Parser, character: string): void {
  if (!take(parser, character)) throw new Unreadable(`\`${character}\` is missing here`, parser.at);
}

function match(parser: Parser, pattern: RegExp): string | undefined {
  blanks(parser);
  pattern.lastIndex = parser.at;
  const found = pattern.exec(parser.source.text)?.[0];
  if (found !== undefined) parser.at += found.length;
  return found;
}
