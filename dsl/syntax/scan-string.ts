import type { Diagnostic, Fix } from '../text/diagnostic.ts';
import { insertAfter, replaceBy } from '../text/fix.ts';
import type { SourceText } from '../text/source.ts';
import {
  bracketNestingMax,
  interpolationCharactersMax,
  stringFaultsMax,
  stringNestingMax,
} from './limits.ts';
import { type CutString, createMask, type Masked, type RawPart } from './masked.ts';
import { problem, spanOf } from './problem.ts';

/** A string that was scanned: `cut.end` is where scanning goes on. */
export interface ScannedString {
  readonly cut: CutString;
  readonly closed: boolean;
  readonly faults: readonly Diagnostic[];
}

/** How far and how deep a string may be looked into, so that no text takes more than linear time. */
export interface ScanBounds {
  readonly limit: number;
  /** How many strings stand around this one. */
  readonly depth: number;
}

/**
 * Scans the `"..."` that opens at `start`. One that is not closed ends with its line. After a faulty
 * `@{` the rest of the string is plain text, which keeps the quotes of the line in their places.
 */
export function scanString(source: SourceText, start: number, bounds: ScanBounds): ScannedString {
  const lineEnd = Math.min(endOfLine(source.text, start), bounds.limit);
  const faults: Diagnostic[] = [];
  const parts: RawPart[] = [];
  let at = start + 1;
  let textStart = at;
  const endText = (end: number) => {
    if (end > textStart) parts.push({ kind: 'text', start: textStart, end });
  };
  while (at < lineEnd) {
    const character = source.text[at];
    if (character === '"') {
      endText(at);
      return { cut: { block: false, start, end: at + 1, parts }, closed: true, faults };
    }
    if (character === '\\') at += 2;
    else if (source.text.startsWith('@@{', at)) at += 3;
    else if (source.text.startsWith('@{', at)) {
      const isPlain = faults.length > 0 || bounds.depth > stringNestingMax;
      const found = isPlain ? undefined : scanInterpolation(source, at, lineEnd, bounds.depth);
      faults.push(...(found?.faults ?? []));
      if (!found?.part) {
        at += 2;
        continue;
      }
      endText(at);
      parts.push(found.part);
      at = textStart = found.part.end;
    } else at++;
  }
  const end = trimmedEnd(source.text, start, lineEnd);
  endText(end);
  faults.push(
    problem('E0101', spanOf(source, start, end), 'this string is never closed', {
      hint: 'add a closing `"`, or use `"""` for text of several lines',
      fixes: [insertAfter(spanOf(source, start, end), '"')],
    }),
  );
  return { cut: { block: false, start, end, parts }, closed: false, faults };
}

/**
 * Scans the `"""` block that opens at `start` and may reach up to `limit`. The block ends at the first
 * `"""`, or is not closed and ends at `limit`.
 */
export function scanBlock(source: SourceText, start: number, limit: number): ScannedString {
  const close = source.text.indexOf('"""', start + 3);
  const closed = close >= 0 && close < limit;
  const bodyEnd = closed ? close : limit;
  const faults: Diagnostic[] = [];
  const parts: RawPart[] = [];
  let textStart = start + 3;
  const endText = (end: number) => {
    if (end > textStart) parts.push({ kind: 'text', start: textStart, end });
  };
  for (let at = nextAt(source.text, textStart); at >= 0 && at < bodyEnd; ) {
    if (source.text.startsWith('@@{', at - 1) || source.text[at + 1] !== '{') {
      at = nextAt(source.text, at + 1);
      continue;
    }
    const found = scanInterpolation(source, at, bodyEnd, 0);
    faults.push(...found.faults);
    if (faults.length > stringFaultsMax) break;
    if (found.part) {
      endText(at);
      parts.push(found.part);
      textStart = found.part.end;
    }
    at = nextAt(source.text, found.part?.end ?? at + 2);
  }
  endText(bodyEnd);
  const end = closed ? close + 3 : bodyEnd;
  if (!closed) {
    const message = 'this `"""` is never closed';
    const hint = 'add a line with `"""` after the last line of the text';
    const fixes = [closeBlock(source, start, bodyEnd)];
    faults.unshift(problem('E0101', spanOf(source, start, start + 3), message, { hint, fixes }));
  }
  return { cut: { block: true, start, end, parts }, closed, faults };
}

/** Before the `}` of the step, if there is one, else at the end of what it has swallowed. */
function closeBlock(source: SourceText, start: number, limit: number): Fix {
  const body = source.text.slice(start + 3, limit);
  const line = source.text.slice(source.text.lastIndexOf('\n', start) + 1, start);
  const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
  const brace = [...body.matchAll(/^\}[ \t]*\r?$/gm)].at(-1);
  const at = start + 3 + (brace ? brace.index : body.trimEnd().length);
  const text = brace ? `${indent}"""\n` : `\n${indent}"""`;
  return replaceBy(spanOf(source, at, at), text, 'add `"""`');
}

interface ScannedInterpolation {
  readonly part: Extract<RawPart, { kind: 'interpolation' }> | undefined;
  readonly faults: readonly Diagnostic[];
}

/** Scans `@{ ... }` at `start`; the expression may hold strings and brackets of its own. */
function scanInterpolation(
  source: SourceText,
  start: number,
  outerLimit: number,
  depth: number,
): ScannedInterpolation {
  const { text } = source;
  const limit = Math.min(outerLimit, start + interpolationCharactersMax);
  const mask = createMask(source);
  const open: string[] = [];
  let at = start + 2;
  while (at < limit && open.length <= bracketNestingMax) {
    const character = text[at] ?? '';
    if (character === '}' && open.length === 0) {
      const expression: Masked = mask.finish(at);
      const part = { kind: 'interpolation', start, end: at + 1, expression } as const;
      return { part, faults: [] };
    }
    if (character === '"') {
      const inner = scanString(source, at, { limit, depth: depth + 1 });
      // The quote of the string around it: this interpolation was not closed.
      if (!inner.closed) break;
      // Trying on after an error could take exponential time.
      if (inner.faults.length > 0) return { part: undefined, faults: inner.faults };
      mask.cut(inner.cut);
      at = inner.cut.end;
      continue;
    }
    const closer = closerOf(character);
    if (closer) open.push(closer);
    else if (isCloser(character) && open.pop() !== character) break;
    if (character === '\n' && open.length === 0 && !continuesAfter(text, at)) break;
    if (isBlankCharacter(character) || character === '\n') mask.blank(at);
    else mask.verbatim(at);
    at++;
  }
  const end = trimmedEnd(text, start, Math.min(limit, endOfLine(text, start)));
  const span = spanOf(source, start, Math.min(end, start + 40));
  if (open.length > bracketNestingMax) return { part: undefined, faults: [tooDeep(span)] };
  const hint = 'close it with `}`; for the two characters themselves write `@@{`';
  return {
    part: undefined,
    faults: [
      problem('E0102', span, 'this `@{` is never closed', {
        hint,
        fixes: closeHole(source, start),
      }),
    ],
  };
}

function closeHole(source: SourceText, start: number): readonly Fix[] {
  const name = /@\{[ \t]*[\p{L}_][\p{L}\p{N}_.]*/uy;
  name.lastIndex = start;
  const found = name.exec(source.text);
  return found ? [insertAfter(spanOf(source, start, start + found[0].length), '}')] : [];
}

/** Outside brackets an interpolation goes on in the next line only with `then` or `else`. */
function continuesAfter(text: string, lineBreak: number): boolean {
  const next = /\s*(then|else)\b/y;
  next.lastIndex = lineBreak;
  return next.test(text);
}

export function tooDeep(span: Diagnostic['span'] & object): Diagnostic {
  return problem('E0115', span, `brackets nest more than ${bracketNestingMax} deep here`, {
    hint: 'give the inner part a name: `let part = ...`',
  });
}

export function closerOf(character: string): string | undefined {
  return character === '(' ? ')' : character === '[' ? ']' : character === '{' ? '}' : undefined;
}

export function isCloser(character: string): boolean {
  return character === ')' || character === ']' || character === '}';
}

/** Blanks that separate and nothing more; the no-break space comes with text pasted from a web page. */
export function isBlankCharacter(character: string): boolean {
  return (
    character === ' ' ||
    character === '\t' ||
    character === '\r' ||
    character === '\u00a0' ||
    character === '\ufeff'
  );
}

export function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** The end of `[start, end)` without the blanks before it. */
export function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start + 1 && /\s/.test(text[at - 1] ?? '')) at--;
  return at;
}

function nextAt(text: string, from: number): number {
  return text.indexOf('@', from);
}
