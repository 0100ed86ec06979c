import { type Cursor, commentLines, mayBreak, mayBreakTight } from './cursor.ts';
import {
  blankLine,
  choice,
  type Doc,
  type FillPart,
  fill,
  group,
  hardLine,
  indent,
  softLine,
} from './layout.ts';

/** `( ... )` around one thing. */
export function parenthesized(cursor: Cursor, inner: () => Doc): Doc {
  const open = cursor.word('(');
  const begin = mayBreakTight(cursor);
  const contents = inner();
  return group([open, indent([begin, contents]), closing(cursor, ')')]);
}

/**
 * What stands between brackets, parted by commas. Written over several lines it stays so, with the lines
 * as they were and a comma behind the last if the grammar takes one there; otherwise it is filled into
 * lines if it is too long for one.
 */
export function bracketed(
  cursor: Cursor,
  brackets: readonly [open: string, close: string],
  items: readonly (() => Doc)[],
  lastComma: boolean,
): Doc {
  const open = cursor.word(brackets[0]);
  if (items.length === 0) return group([open, closing(cursor, brackets[1])]);
  const wide = lastComma && cursor.gap().newLine;
  const begin = mayBreakTight(cursor);
  const parts = items.map((item, at): FillPart => {
    const separator = at === 0 ? '' : itemSeparator(cursor, wide);
    const contents = item();
    if (cursor.peek()?.text === ',') cursor.hop();
    return { separator, contents: at < items.length - 1 ? [contents, ','] : contents };
  });
  const comma = lastComma ? choice(',', '') : '';
  return group([open, indent([begin, fill(parts)]), comma, closing(cursor, brackets[1])], wide);
}

function itemSeparator(cursor: Cursor, wide: boolean): Doc {
  const { comments, newLine, blank } = cursor.gap();
  if (!wide || !newLine) return mayBreak(cursor);
  return [commentLines(comments), blank ? blankLine : hardLine];
}

/** The closing bracket, behind the comments before it. */
export function closing(cursor: Cursor, bracket: string): Doc {
  const { comments } = cursor.gap();
  const end = comments.length === 0 ? softLine : [indent(commentLines(comments)), hardLine];
  return [end, cursor.word(bracket)];
}
