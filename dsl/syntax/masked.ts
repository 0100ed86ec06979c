import type { SourceText, Span } from '../text/source.ts';

/**
 * What the grammar sees of a stretch of source: without comments, blanks squeezed to one, and each
 * string cut out and replaced by its number in quotes (`"0"`, `"""1"""`), so that matching costs what
 * the program costs and not what its scripts do. Every character knows where it came from.
 */
export interface Masked {
  readonly source: SourceText;
  readonly text: string;
  /** Offset in the source at which the character at this index begins, and ends. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly strings: readonly CutString[];
  /** Where the stretch ends in the source: the place of an error at its end. */
  readonly end: number;
}

/** A string as found, quotes included; escapes and indentation are still in it. */
export interface CutString {
  readonly block: boolean;
  readonly start: number;
  readonly end: number;
  readonly parts: readonly RawPart[];
}

/** Offsets are of the source; those of an interpolation include `@{` and `}`. */
export type RawPart =
  | { readonly kind: 'text'; readonly start: number; readonly end: number }
  | {
      readonly kind: 'interpolation';
      readonly start: number;
      readonly end: number;
      readonly expression: Masked;
    };

/** The source span of the masked characters `[from, to)`, blanks at either side left out. */
export function sourceSpan(masked: Masked, from: number, to: number): Span {
  let first = from;
  let last = to;
  while (first < last && isBlank(masked.text, first)) first++;
  while (last > first && isBlank(masked.text, last - 1)) last--;
  if (first === last) {
    const at = masked.starts[from] ?? masked.end;
    return { source: masked.source, start: at, end: at };
  }
  return {
    source: masked.source,
    start: masked.starts[first] ?? masked.end,
    end: masked.ends[last - 1] ?? masked.end,
  };
}

function isBlank(text: string, index: number): boolean {
  const character = text[index];
  return character === ' ' || character === '\n';
}

/** Collects a masked text; the caller says what is a blank and what a new line means. */
export interface MaskWriter {
  /** The last characters written, at most `count` of them. */
  tail(count: number): string;
  /** Where the last character that is no blank ends in the source. */
  contentEnd(): number | undefined;
  blank(at: number): void;
  newLine(at: number): void;
  /** The character of the source at `at`, as it is. */
  verbatim(at: number): void;
  cut(string: CutString): void;
  finish(end: number): Masked;
}

export function createMask(source: SourceText): MaskWriter {
  const characters: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const strings: CutString[] = [];
  const put = (character: string, start: number, end: number) => {
    characters.push(character);
    starts.push(start);
    ends.push(end);
  };
  const dropLast = () => {
    characters.pop();
    starts.pop();
    ends.pop();
  };
  return {
    tail: (count) => characters.slice(-count).join(''),
    contentEnd: () => {
      const last = characters.findLastIndex((each) => each !== ' ' && each !== '\n');
      return ends[last];
    },
    blank: (at) => {
      const last = characters.at(-1);
      if (last !== undefined && last !== ' ' && last !== '\n') put(' ', at, at + 1);
    },
    newLine: (at) => {
      if (characters.at(-1) === ' ') dropLast();
      const last = characters.at(-1);
      if (last !== undefined && last !== '\n') put('\n', at, at + 1);
    },
    verbatim: (at) => put(source.text[at] ?? '', at, at + 1),
    cut: (string) => {
      const quotes = string.block ? '"""' : '"';
      for (const character of `${quotes}${strings.length}${quotes}`) {
        put(character, string.start, string.end);
      }
      strings.push(string);
    },
    finish: (end) => {
      while (characters.at(-1) === ' ' || characters.at(-1) === '\n') dropLast();
      return {
        source,
        text: characters.join(''),
        starts,
        ends,
        strings,
        end: ends.at(-1) ?? end,
      };
    },
  };
}
