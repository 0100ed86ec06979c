import { newCommand, secondEvaluator, startsCommand } from './bash-commands.ts';
import { readBacktick, readDollar, readEscape } from './bash-expansion.ts';
import { closeHere, noteHere, openHere } from './bash-here.ts';
import {
  addToWord,
  type BashPlace,
  commandAt,
  type Frame,
  newReader,
  push,
  type Reader,
  top,
} from './bash-reader.ts';

export interface BashReading {
  /** By the offset of the hole's placeholder. */
  readonly places: ReadonlyMap<number, BashPlace>;
  /** Replacements of single characters, by offset: a `\` or `$` before a hole must stay itself. */
  readonly edits: ReadonlyMap<number, string>;
  /** `$name` and `${name...}` where bash replaces them. */
  readonly variables: readonly { readonly name: string; readonly offset: number }[];
}

/**
 * Follows bash's quoting through a script body whose holes are placeholder characters at `holes`. A wrong
 * guess can split a word, but never makes code of a value, since values stand in variables.
 * Source: bash manual, Quoting, Shell Expansions, Here Documents.
 */
export function readBash(text: string, holes: ReadonlySet<number>): BashReading {
  const reader = newReader(text, holes);
  while (reader.at < text.length) {
    closeHere(reader);
    if (reader.at < text.length) step(reader);
  }
  return reader;
}

function step(reader: Reader): void {
  const { text, at } = reader;
  const frame = top(reader);
  const next = text[at] as string;
  if (reader.holes.has(at)) readHole(reader);
  else if (frame.kind === 'command') inCommand(reader, frame, next);
  else if (frame.kind === 'single' || frame.kind === 'ansi') inQuotes(reader, frame, next);
  else inText(reader, frame, next);
}

function readHole(reader: Reader): void {
  const frame = top(reader);
  const rest = reader.text.slice(reader.at + 1, reader.at + 12);
  const evaluator = secondEvaluator(commandAt(reader), frame.kind === 'here', rest);
  const place = placeIn(frame, reader.frames.at(-2));
  reader.places.set(reader.at, { ...place, evaluator });
  addToWord(reader, '\0');
  reader.at++;
}

function placeIn(frame: Frame, outer: Frame | undefined): BashPlace {
  switch (frame.kind) {
    case 'single':
      return { where: 'fixed', by: 'single quotes' };
    case 'ansi':
      return { where: 'fixed', by: "`$'...'`" };
    case 'arithmetic':
      return { where: 'arithmetic', subscript: outer?.kind === 'parameter' };
    case 'here':
      return { where: 'here' };
    default:
      return { where: frame.quoted ? 'quoted' : 'word' };
  }
}

/** Single quotes, and `$'...'`, in which a backslash still keeps the next character. */
function inQuotes(reader: Reader, frame: Frame, next: string): void {
  if (next === "'") reader.frames.pop();
  else addToWord(reader, next);
  const escaped = frame.kind === 'ansi' && next === '\\' && !reader.holes.has(reader.at + 1);
  reader.at += escaped ? 2 : 1;
}

/** Double quotes, `${...}`, arithmetic and here-documents: text in which `$`, `` ` `` and `\` work. */
function inText(reader: Reader, frame: Frame, next: string): void {
  if (next === '\\') readEscape(reader);
  else if (next === '$') readDollar(reader, frame);
  else if (next === '`') readBacktick(reader);
  else if (frame.kind === 'arithmetic' && frame.close === ')' && /[()]/.test(next)) {
    nestArithmetic(reader, frame, next);
  } else {
    reader.at++;
    if (next === frame.close) reader.frames.pop();
    else if (frame.kind === 'parameter' && next === '"') push(reader, 'double', '"');
    else if (frame.kind === 'parameter' && next === "'" && frame.quotesCount) {
      push(reader, 'single', "'");
    } else if (frame.kind === 'double') addToWord(reader, next);
  }
}

function nestArithmetic(reader: Reader, frame: Frame, next: string): void {
  reader.at++;
  if (next === '(') frame.depth++;
  else if (frame.depth > 0) frame.depth--;
  else {
    reader.frames.pop();
    if (reader.text[reader.at] === ')') reader.at++;
  }
}

function inCommand(reader: Reader, frame: Frame, next: string): void {
  switch (next) {
    case '\\':
      readEscape(reader);
      break;
    case '$':
      readDollar(reader, frame);
      break;
    case '`':
      readBacktick(reader);
      break;
    case "'":
    case '"':
      addToWord(reader, '');
      reader.at++;
      push(reader, next === '"' ? 'double' : 'single', next);
      break;
    case '<':
    case '>':
      redirection(reader, frame);
      break;
    case '(':
      openParenthesis(reader, frame);
      break;
    case ')':
      closeParenthesis(reader, frame);
      break;
    default:
      inWords(reader, frame, next);
  }
}

/** Blanks, separators, comments, and the characters of unquoted words. */
function inWords(reader: Reader, frame: Frame, next: string): void {
  const { text, at } = reader;
  if (next === '#' && frame.command.word === undefined) {
    skipComment(reader, frame);
    return;
  }
  reader.at++;
  switch (next) {
    case ' ':
    case '\t':
    case '\r':
      endWord(frame);
      break;
    case ';':
      endCommand(frame);
      break;
    case '\n':
      endCommand(frame);
      openHere(reader);
      break;
    case '&':
    case '|':
      // Not in redirections: `2>&1`, `&>`, `>|`.
      if (!/[<>]/.test(text[at - 1] ?? '') && text[at + 1] !== '>') endCommand(frame);
      break;
    default:
      addToWord(reader, next);
  }
}

function endWord(frame: Frame): void {
  const { command } = frame;
  if (command.word === undefined) return;
  if (startsCommand(command) && command.word === 'case') frame.depth++;
  if (startsCommand(command) && command.word === 'esac') frame.depth = Math.max(0, frame.depth - 1);
  command.words.push(command.word);
  command.word = undefined;
}

function endCommand(frame: Frame): void {
  endWord(frame);
  frame.command = newCommand();
}

function skipComment(reader: Reader, frame: Frame): void {
  for (; reader.at < reader.text.length; reader.at++) {
    const next = reader.text[reader.at];
    if (next === '\n' || (next === '`' && frame.close === '`')) return;
    if (reader.holes.has(reader.at)) reader.places.set(reader.at, { where: 'comment' });
  }
}

function redirection(reader: Reader, frame: Frame): void {
  const { text, at } = reader;
  endWord(frame);
  if (text.startsWith('<<<', at)) reader.at += 3;
  else if (text.startsWith('<<', at)) noteHere(reader, frame);
  else if (text[at + 1] === '(') {
    reader.at += 2;
    push(reader, 'command', ')');
  } else reader.at++;
}

function openParenthesis(reader: Reader, frame: Frame): void {
  const next = reader.text[reader.at + 1];
  const inWord = frame.command.word !== undefined;
  if (next === '(' && !inWord) {
    reader.at += 2;
    push(reader, 'arithmetic', ')');
  } else if (next === ')' && inWord) {
    reader.at += 2;
    endCommand(frame);
  } else {
    reader.at++;
    push(reader, 'command', ')');
  }
}

function closeParenthesis(reader: Reader, frame: Frame): void {
  reader.at++;
  endWord(frame);
  // Without an own `(` it ends a pattern of `case`.
  if (frame.close === ')' && frame.depth === 0) reader.frames.pop();
  else endCommand(frame);
}
