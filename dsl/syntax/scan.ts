import type { Diagnostic } from '../text/diagnostic.ts';
import type { SourceText } from '../text/source.ts';
import {
  type Line,
  neverClosed,
  neverOpened,
  type Open,
  strayCloser,
  unclosedBefore,
} from './bracket-fault.ts';
import { bracketNestingMax, stringFaultsMax } from './limits.ts';
import { createMask, type Masked, type MaskWriter } from './masked.ts';
import { spanOf } from './problem.ts';
import {
  closerOf,
  endOfLine,
  isBlankCharacter,
  isCloser,
  scanBlock,
  scanString,
  tooDeep,
} from './scan-string.ts';

/** One top-level declaration, cut out of its file. */
export interface Region {
  /** The word it begins with; one that is no declaration word is an error to be told by the parser. */
  readonly keyword: string;
  readonly start: number;
  readonly masked: Masked;
  /** What the scan found: strings and brackets that are not closed. */
  readonly faults: readonly Diagnostic[];
  /** False if brackets do not pair, which makes parsing pointless. */
  readonly balanced: boolean;
}

/**
 * Cuts a file at its top-level declarations: at a declaration word in column 1, which cannot be inside
 * a block, or at the beginning of any line outside brackets. Finds strings and brackets that are not
 * closed. Linear in the size of the file. What stands before `from` is not looked at.
 *
 * A `"""` that is never closed swallows the next one's opening and so on to the end of the file. Only
 * when that has happened is the file scanned again, with `"""` ending before a declaration.
 */
export function scan(source: SourceText, keywords: readonly string[], from = 0): Region[] {
  const trusting = scanFile(source, keywords, from, false);
  return trusting.blocksClosed ? trusting.regions : scanFile(source, keywords, from, true).regions;
}

interface Cutting {
  readonly keyword: string;
  readonly start: number;
  readonly mask: MaskWriter;
  readonly open: Open[];
  readonly faults: Diagnostic[];
  balanced: boolean;
  /** A bracket that a closer at a smaller indentation seems to have closed for another one. */
  suspect: Open | undefined;
}

function scanFile(
  source: SourceText,
  keywords: readonly string[],
  from: number,
  wary: boolean,
): { regions: Region[]; blocksClosed: boolean } {
  const { text } = source;
  const heads = headPatterns(keywords);
  const blockLimit = blockLimits(text, heads.wary);
  const regions: Region[] = [];
  let blocksClosed = true;
  let current: Cutting | undefined;
  let at = from;
  let lineBegins = true;
  let line: Line = lineFrom(text, from);

  const finish = (end: number, next: { at: number; keyword: string } | undefined) => {
    if (!current) return;
    regions.push(finishRegion(current, end, next));
    current = undefined;
  };

  while (at < text.length) {
    if (lineBegins) {
      line = lineFrom(text, at);
      const head = headAt(text, at, heads, current);
      if (head) {
        finish(at, { at: head.at, keyword: head.keyword });
        current = newCutting(source, head.keyword, head.at);
        at = head.at;
      }
      lineBegins = false;
    }
    const character = text[at] ?? '';
    if (character === '\n') {
      lineBegins = true;
      writeLineBreak(current, at);
      at++;
    } else if (character === '#') {
      at = endOfLine(text, at);
    } else if (isBlankCharacter(character)) {
      current?.mask.blank(at);
      at++;
    } else {
      current ??= newCutting(source, '', at);
      const block = text.startsWith('"""', at);
      if (block || character === '"') {
        const limit = block && wary ? blockLimit(at) : text.length;
        const depth = current.faults.length > stringFaultsMax ? Number.POSITIVE_INFINITY : 0;
        const found = block
          ? scanBlock(source, at, limit)
          : scanString(source, at, { limit, depth });
        if (block && !found.closed) blocksClosed = false;
        current.mask.cut(found.cut);
        const unopened =
          block && !found.closed ? neverOpened(source, current.start, at) : undefined;
        addStringFaults(current, unopened ? [unopened] : found.faults);
        at = found.cut.end;
        lineBegins = block && !found.closed;
      } else {
        scanBracket(source, current, at, line);
        current.mask.verbatim(at);
        at++;
      }
    }
  }
  finish(text.length, undefined);
  return { regions, blocksClosed };
}

function newCutting(source: SourceText, keyword: string, start: number): Cutting {
  const mask = createMask(source);
  return { keyword, start, mask, open: [], faults: [], balanced: true, suspect: undefined };
}

/** Inside `(` and `[` a new line means nothing; elsewhere it ends a statement. */
function writeLineBreak(current: Cutting | undefined, at: number): void {
  const inner = current?.open.at(-1)?.character;
  if (inner === '(' || inner === '[') current?.mask.blank(at);
  else current?.mask.newLine(at);
}

// --- Where a declaration begins ---

interface HeadPatterns {
  /** A declaration word that does not read like a field (`type: string`, `env = ...`). */
  readonly margin: RegExp;
  readonly wary: RegExp;
}

function headPatterns(keywords: readonly string[]): HeadPatterns {
  const words = keywords.join('|');
  return {
    margin: new RegExp(`(?:${words})(?![\\p{L}\\p{N}_])(?![ \\t]*[:=.,)\\]}])`, 'uy'),
    wary: new RegExp(`\\n(?=(?:${words})[ \\t]+[\\p{L}_"{])`, 'gu'),
  };
}

/** Words that carry a declaration on in a new line: they begin none, whatever their column. */
const continuing = new Set('for over via where publish then else as version key'.split(' '));

function headAt(
  text: string,
  lineStart: number,
  heads: HeadPatterns,
  current: Cutting | undefined,
): { at: number; keyword: string } | undefined {
  let at = lineStart;
  while (isBlankCharacter(text[at] ?? '')) at++;
  const inBrackets = (current?.open.length ?? 0) > 0;
  if (inBrackets && at > lineStart) return undefined;
  const word = wordAt(text, at);
  if (word === '') return undefined;
  heads.margin.lastIndex = at;
  const known = heads.margin.test(text);
  if (known && at === lineStart) return { at, keyword: word };
  if (inBrackets || (current && expectsMore(current.mask))) return undefined;
  if (known) return { at, keyword: word };
  const junk = at > lineStart || continuing.has(word) || (current?.faults.length ?? 0) > 0;
  return junk ? undefined : { at, keyword: word };
}

function wordAt(text: string, at: number): string {
  const word = /[\p{L}_][\p{L}\p{N}_]*/uy;
  word.lastIndex = at;
  return word.exec(text)?.[0] ?? '';
}

/** True if the text so far ends in an operator, so that the next line belongs to it. */
function expectsMore(mask: MaskWriter): boolean {
  return /(?:[-+*/=<>|,?:]|\b(?:and|or|not|in|then|else|if))\n?$/.test(mask.tail(8));
}

/**
 * In a wary scan a `"""` that opens at `at` ends before the next declaration, if not closed before. To be
 * asked in the order of the text: the declaration that was found last is remembered, so that no part of
 * the text is searched twice.
 */
function blockLimits(text: string, wary: RegExp): (at: number) => number {
  let limit = 0;
  return (at) => {
    // The pattern begins with the line break before `limit`.
    if (limit < text.length && at + 3 >= limit) {
      wary.lastIndex = at + 3;
      const next = wary.exec(text);
      limit = next ? next.index + 1 : text.length;
    }
    return limit;
  };
}

/** A string that is broken over two lines leaves a quote on the second: that is no second error. */
function addStringFaults(current: Cutting, faults: readonly Diagnostic[]): void {
  for (const fault of faults) {
    const before = current.faults.at(-1);
    const follows = fault.code === 'E0101' && before?.code === 'E0101' && isNextLine(before, fault);
    if (!follows) current.faults.push(fault);
  }
}

function isNextLine(first: Diagnostic, second: Diagnostic): boolean {
  if (!first.span || !second.span) return false;
  const between = first.span.source.text.slice(first.span.end, second.span.start);
  return between.split('\n').length === 2;
}

// --- Brackets ---

function scanBracket(source: SourceText, current: Cutting, at: number, line: Line): void {
  const { open } = current;
  const character = source.text[at] ?? '';
  if (closerOf(character)) {
    open.push({ character, at, line });
    if (open.length === bracketNestingMax + 1) {
      bracketFault(current, tooDeep(spanOf(source, at, at + 1)));
    }
    return;
  }
  if (!isCloser(character)) return;
  const top = open.at(-1);
  if (top && closerOf(top.character) === character) {
    open.pop();
    const beginsLine = line.start + line.indent === at;
    if (character === '}' && beginsLine && line.indent < top.line.indent) current.suspect ??= top;
    return;
  }
  const partner = open.findLastIndex((each) => closerOf(each.character) === character);
  if (partner >= 0) {
    const inner = open[partner + 1];
    open.length = partner;
    if (inner)
      bracketFault(current, unclosedBefore(source, current.mask, inner, { closer: character, at }));
    return;
  }
  bracketFault(current, strayCloser(source, current.start, character, at, top));
}

/**
 * One bracket error is told for a declaration: the rest tend to follow from it, and all of them from a
 * string that was not closed and may have swallowed a bracket.
 */
function bracketFault(current: Cutting, diagnostic: Diagnostic): void {
  current.balanced = false;
  if (current.faults.length === 0) current.faults.push(diagnostic);
}

function lineFrom(text: string, start: number): Line {
  let indent = 0;
  while (isBlankCharacter(text[start + indent] ?? '')) indent++;
  return { start, indent };
}

// --- The end of a declaration ---

function finishRegion(
  cutting: Cutting,
  end: number,
  next: { at: number; keyword: string } | undefined,
): Region {
  const { keyword, start, mask, open, faults, suspect } = cutting;
  const masked = mask.finish(end);
  const unclosed = suspect ? [suspect, ...open.slice(1)] : open;
  if (open.length > 0) {
    cutting.balanced = false;
    // Only if nothing else was told: then there are few enough of them to look for their ends.
    if (faults.length === 0) faults.push(neverClosed(masked, unclosed, next));
  }
  return { keyword, start, masked, faults, balanced: cutting.balanced };
}
