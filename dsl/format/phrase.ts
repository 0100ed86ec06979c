import type { TypeSyntax } from '../syntax/tree.ts';
import { type Cursor, space } from './cursor.ts';
import { formatType } from './format-expression.ts';
import type { Doc } from './layout.ts';
import type { Member } from './members.ts';

/** A statement that is not aligned with its neighbours. */
export function alone(rest: Doc): Member {
  return { run: undefined, cells: [], rest };
}

/** Words parted by blanks; a function prints what stands there. */
export function phrase(cursor: Cursor, ...parts: readonly (string | (() => Doc))[]): Doc {
  return parts.map((part, at) => {
    const before = at === 0 ? '' : space(cursor);
    return [before, typeof part === 'string' ? cursor.word(part) : part()];
  });
}

/** The head of `WORD NAME: TYPE`, in the cells that are aligned. `in` is as wide as `out`. */
export function headCells(cursor: Cursor, keyword: string, type: TypeSyntax | undefined): string[] {
  const word = cursor.word(keyword);
  const name = `${word}${word === 'in' ? '  ' : ' '}${cursor.word()}`;
  if (!type) return [name, ''];
  return [name + cursor.word(':'), formatType(cursor, type)];
}
