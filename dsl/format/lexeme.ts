import type { CutString, Masked } from '../syntax/masked.ts';
import { scan } from '../syntax/scan.ts';
import { declarationWords, siteDeclarationWords } from '../syntax/words.ts';
import type { SourceText } from '../text/source.ts';

/** A word or sign of a file as it is written; what stands between two of them is blanks and comments. */
export interface Lexeme {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of a string. */
  readonly cut: CutString | undefined;
}

// A sign of several characters only where no type can end in the first of them and go on with `=`.
const pattern =
  /"""\d+"""|"\d+"|[\p{L}_][\p{L}\p{N}_]*|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][-+]?\d+)?|==|!=|<=|>=|\.\.|\?\?|\S/gu;

/** The lexemes of a file without errors, in order. */
export function lexemesOf(source: SourceText, form: 'workflow' | 'site'): Lexeme[] {
  const words = form === 'site' ? siteDeclarationWords : declarationWords;
  return scan(source, words).flatMap(({ masked }) => lexemesOfMasked(masked));
}

function lexemesOfMasked(masked: Masked): Lexeme[] {
  const { source, starts, ends, strings } = masked;
  return [...masked.text.matchAll(pattern)].map(({ 0: found, index }) => {
    const start = starts[index] ?? masked.end;
    const end = ends[index + found.length - 1] ?? masked.end;
    const isString = found.startsWith('"');
    const cut = isString ? strings[Number(found.replaceAll('"', ''))] : undefined;
    return { text: isString ? source.text.slice(start, end) : found, start, end, cut };
  });
}

/** What stands between two lexemes. */
export interface Gap {
  readonly comments: readonly GapComment[];
  /** True if the second lexeme does not stand on the line of the first. */
  readonly newLine: boolean;
  /** True if an empty line stands right before the second lexeme. */
  readonly blank: boolean;
}

export interface GapComment {
  readonly text: string;
  /** True if it stands behind the first lexeme, on its line. */
  readonly behind: boolean;
  /** True if an empty line stands before it. */
  readonly blank: boolean;
}

/** Reads a gap; `isFirst` if no lexeme stands before it. */
export function readGap(text: string, isFirst: boolean): Gap {
  const lines = text.split('\n');
  const comments: GapComment[] = [];
  let blank = false;
  lines.forEach((each, at) => {
    const hash = each.indexOf('#');
    if (hash >= 0) {
      const behind = at === 0 && !isFirst;
      comments.push({ text: each.slice(hash).trimEnd(), behind, blank });
      blank = false;
    } else if (at > 0 && at < lines.length - 1 && each.trim() === '') blank = true;
  });
  return { comments, newLine: lines.length > 1, blank };
}

/** The comments of a file without errors, in order. */
export function commentsOf(source: SourceText, form: 'workflow' | 'site'): string[] {
  const lexemes = lexemesOf(source, form);
  const starts = [0, ...lexemes.map(({ end }) => end)];
  const ends = [...lexemes.map(({ start }) => start), source.text.length];
  return starts.flatMap((start, at) => {
    const gap = source.text.slice(start, ends[at]);
    return readGap(gap, at === 0).comments.map(({ text }) => text);
  });
}
