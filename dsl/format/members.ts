import { displayWidth } from '../text/width.ts';
import type { Cursor } from './cursor.ts';
import {
  blankLine,
  choice,
  comment,
  type Doc,
  group,
  hardLine,
  indent,
  line,
  plainText,
} from './layout.ts';
import type { Gap } from './lexeme.ts';

/** One statement of a file or of a `{ ... }` block. */
export interface Member {
  /** Neighbours of one kind have their cells below each other; undefined if it has none. */
  readonly run: string | undefined;
  readonly cells: readonly string[];
  readonly rest: Doc;
}

export interface MemberMaker {
  /** Where it begins in the source: the separators before it are left out. */
  readonly start: number;
  readonly make: () => Member;
}

interface Placed {
  readonly member: Member;
  readonly before: Gap;
}

/**
 * A block. With `any` it stays on one line if it was written so and fits; with `single`, if it has one
 * member besides; with `none` never.
 */
export function formatMembers(
  cursor: Cursor,
  makers: readonly MemberMaker[],
  oneLine: 'any' | 'single' | 'none',
): Doc {
  const open = cursor.word('{');
  const { placed, end } = place(cursor, makers);
  const close = cursor.word('}');
  if (placed.length === 0 && end.comments.length === 0) return [open, close];
  const written = placed[0]?.before.newLine === false && oneLine !== 'none';
  const few = oneLine === 'any' || placed.length === 1;
  const isPlain = [...placed.map(({ before }) => before), end].every((gap) => !gap.comments.length);
  const texts = alignedMembers(placed);
  if (written && few && isPlain) {
    const contents = texts.map((text, at) => [at === 0 ? line : [choice('', ','), line], text]);
    return group([open, indent(contents), line, close]);
  }
  return group([open, indent(stack(placed, texts, end, false)), hardLine, close], true);
}

/** The statements of a file, with the comments between and behind them. */
export function formatFile(cursor: Cursor, makers: readonly MemberMaker[]): Doc {
  const { placed, end } = place(cursor, makers);
  return stack(placed, alignedMembers(placed), end, true);
}

/** Prints each member in the order of the source; `end` is what stands behind the last. */
function place(cursor: Cursor, makers: readonly MemberMaker[]): { placed: Placed[]; end: Gap } {
  const placed: Placed[] = [];
  for (const { start, make } of [...makers].sort((a, b) => a.start - b.start)) {
    while ((cursor.peek()?.start ?? start) < start) cursor.hop();
    const before = cursor.gap();
    placed.push({ before, member: make() });
  }
  while (cursor.peek()?.text === ',' || cursor.peek()?.text === ';') cursor.hop();
  return { placed, end: cursor.gap() };
}

/** Members and comments below each other. The first line of a file has nothing above it. */
function stack(
  placed: readonly Placed[],
  texts: readonly Doc[],
  end: Gap,
  isFile: boolean,
): readonly Doc[] {
  const docs: Doc[] = [];
  const newLine = (blank: boolean) => {
    if (docs.length > 0 || !isFile) docs.push(blank && docs.length > 0 ? blankLine : hardLine);
  };
  const addComments = (gap: Gap) => {
    for (const { text, behind, blank } of gap.comments) {
      if (!behind) newLine(blank);
      docs.push(comment(text));
    }
  };
  placed.forEach(({ before }, at) => {
    addComments(before);
    newLine(before.blank);
    docs.push(texts[at] ?? '');
  });
  addComments(end);
  return docs;
}

/** The members' texts, with their cells below each other in runs of neighbours of one kind. */
function alignedMembers(placed: readonly Placed[]): Doc[] {
  const texts: Doc[] = [];
  for (let from = 0; from < placed.length; ) {
    let to = from + 1;
    while (continuesRun(placed[to - 1], placed[to])) to++;
    const run = placed.slice(from, to).map(({ member }) => member);
    const columns = Math.max(0, ...run.map(({ cells }) => cells.length));
    const widths = Array.from({ length: columns }, (_, column) =>
      Math.max(0, ...run.map((member) => widthOf(member, column))),
    );
    texts.push(...run.map((member) => alignedMember(member, widths)));
    from = to;
  }
  return texts;
}

function continuesRun(above: Placed | undefined, below: Placed | undefined): boolean {
  if (!above || !below || above.member.run === undefined) return false;
  const { comments, blank } = below.before;
  return above.member.run === below.member.run && !blank && comments.every(({ behind }) => behind);
}

/** What a cell takes of its column: nothing if nothing follows it. */
function widthOf({ cells, rest }: Member, column: number): number {
  const followed = plainText(rest) !== '' || cells.slice(column + 1).some((cell) => cell !== '');
  return followed ? displayWidth(cells[column] ?? '') : 0;
}

/** On one line with others the cells stand as they are. */
function alignedMember(member: Member, widths: readonly number[]): Doc {
  const { cells, rest } = member;
  const docs: Doc[] = [];
  widths.forEach((width, column) => {
    const cell = cells[column] ?? '';
    const padding = ' '.repeat(Math.max(0, width - displayWidth(cell)));
    if (widthOf(member, column) > 0) docs.push(cell, choice(padding, ''), ' ');
    else if (cell !== '') docs.push(cell);
    // An empty cell takes no place where nothing stands below it.
    else if (width > 0 && plainText(rest) !== '') docs.push(choice(`${padding} `, ''));
  });
  return [docs, rest];
}
