import type { SourceText } from '../text/source.ts';
import { formatBlock } from './block-text.ts';
import { blankLine, comment, type Doc, hardLine, indent, line, softLine } from './layout.ts';
import { type Gap, type Lexeme, readGap } from './lexeme.ts';

/**
 * Goes through the lexemes of a file, each taken exactly once and in order, so that whoever prints a
 * tree cannot lose or add a word. Comments are in the gaps: every gap is either printed or known to
 * have none.
 */
export interface Cursor {
  readonly source: SourceText;
  /** The lexeme to be taken next; undefined at the end of the file. */
  peek(): Lexeme | undefined;
  /** What stands before the next lexeme, over what was hopped. Whoever asks prints its comments. */
  gap(): Gap;
  /** Takes the next lexeme, which has to be `expected`. Throws if it is not, or if a comment was lost. */
  word(expected?: string): string;
  /** Takes a string; one of several lines is laid out as a block. */
  string(): Doc;
  /** Leaves out the next lexeme, a separator that is printed in another way or not at all. */
  hop(): void;
  /** The next lexemes up to an offset as one word, as they were written. */
  verbatim(end: number): string;
}

export function createCursor(source: SourceText, lexemes: readonly Lexeme[]): Cursor {
  const queue = [...lexemes].reverse();
  let before = '';
  let from = 0;
  let isFirst = true;
  let printed = false;
  const current = (): Lexeme => {
    const lexeme = queue.at(-1);
    if (!lexeme) throw new Error(`${source.name}: the text ends before its tree`);
    return lexeme;
  };
  const gap = (): Gap => {
    const end = queue.at(-1)?.start ?? source.text.length;
    return readGap(before + source.text.slice(from, end), isFirst);
  };
  const advance = (lexeme: Lexeme) => {
    queue.pop();
    from = lexeme.end;
  };
  const take = (): Lexeme => {
    const lexeme = current();
    if (!printed && gap().comments.length > 0) {
      throw new Error(`${source.name}: a comment before offset ${lexeme.start} has no place`);
    }
    advance(lexeme);
    before = '';
    isFirst = false;
    printed = false;
    return lexeme;
  };
  return {
    source,
    peek: () => queue.at(-1),
    gap() {
      printed = true;
      return gap();
    },
    word(expected) {
      const { text, start, end } = current();
      if (expected !== undefined && text !== expected) {
        // `list<int>= 3` has `>=` where a type ends.
        if (!text.startsWith(expected)) {
          throw new Error(`${source.name}: \`${expected}\` expected at ${start}, not \`${text}\``);
        }
        const middle = start + expected.length;
        const rest = { text: text.slice(expected.length), start: middle, end, cut: undefined };
        queue.splice(-1, 1, rest, { text: expected, start, end: middle, cut: undefined });
      }
      return take().text;
    },
    string() {
      const { cut, text } = take();
      return cut?.block && text.includes('\n') ? formatBlock(source, cut) : text;
    },
    hop() {
      const lexeme = current();
      before += source.text.slice(from, lexeme.start);
      advance(lexeme);
    },
    verbatim(end) {
      const { start } = current();
      while ((queue.at(-1)?.start ?? end) < end) take();
      return source.text.slice(start, end);
    },
  };
}

/** A blank before the next lexeme; if comments stand there, these and a new line. */
export function space(cursor: Cursor): Doc {
  return deeper(withComments(cursor, ' '));
}

/** Nothing before the next lexeme, or comments. */
export function tight(cursor: Cursor): Doc {
  return deeper(withComments(cursor, ''));
}

function deeper(doc: Doc): Doc {
  return typeof doc === 'string' ? doc : indent(doc);
}

/** A place where the line may break; to be used inside an `indent`. */
export function mayBreak(cursor: Cursor): Doc {
  return withComments(cursor, line);
}

export function mayBreakTight(cursor: Cursor): Doc {
  return withComments(cursor, softLine);
}

function withComments(cursor: Cursor, otherwise: Doc): Doc {
  const { comments } = cursor.gap();
  return comments.length === 0 ? otherwise : [commentLines(comments), hardLine];
}

/** Comments, each behind what was printed last or on a line of its own. */
export function commentLines(comments: Gap['comments']): Doc {
  return comments.map(({ text, behind, blank }) => {
    return behind ? comment(text) : [blank ? blankLine : hardLine, comment(text)];
  });
}
