import type { Expression, Name } from '../syntax/tree.ts';
import { type Cursor, space } from './cursor.ts';
import type { Doc } from './layout.ts';
import { formatMembers, type MemberMaker } from './members.ts';

/**
 * `{ NAME = VALUE, ... }`: fields, or an expression of such entries. Who calls says how values are
 * printed.
 */
export function formatEntries(
  cursor: Cursor,
  entries: readonly { readonly name: Name; readonly value: Expression }[],
  formatValue: (cursor: Cursor, value: Expression) => Doc,
): Doc {
  const makers = entries.map(
    ({ name, value }): MemberMaker => ({
      start: name.span.start,
      make: () => {
        const key = cursor.word();
        if (cursor.peek()?.text !== ':') {
          const rest = [cursor.word('='), space(cursor), formatValue(cursor, value)];
          return { run: 'entry', cells: [key], rest };
        }
        const head = key + cursor.word(':');
        return { run: 'entry', cells: [head], rest: formatValue(cursor, value) };
      },
    }),
  );
  return formatMembers(cursor, makers, 'any');
}
