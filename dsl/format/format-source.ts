import type {
  FieldEntry,
  ForSyntax,
  GatherSyntax,
  PreviousSyntax,
  SourceSyntax,
} from '../syntax/tree.ts';
import { type Cursor, mayBreak, space } from './cursor.ts';
import { formatEntries } from './entries.ts';
import { formatBinder, formatExpression, formatNames } from './format-expression.ts';
import { type Doc, type FillPart, fill, hangingFill, indent } from './layout.ts';
import { phrase } from './phrase.ts';

/** `= VALUE` */
export function assigned(cursor: Cursor, value: SourceSyntax): Doc {
  return phrase(cursor, '=', () => formatSource(cursor, value));
}

/** `{ NAME = VALUE, ... }` */
export function formatFields(cursor: Cursor, fields: readonly FieldEntry[]): Doc {
  return formatEntries(cursor, fields, formatExpression);
}

/** An expression, `gather ...` or `previous ...`; clauses go to the next line where they do not fit. */
export function formatSource(cursor: Cursor, source: SourceSyntax): Doc {
  if (source.kind !== 'gather' && source.kind !== 'previous') {
    return formatExpression(cursor, source);
  }
  const parts: FillPart[] = [];
  const head = phrase(cursor, source.kind, () => formatExpression(cursor, source.expression));
  parts.push({ separator: '', contents: head });
  for (const clause of clausesOf(cursor, source)) {
    parts.push({ separator: mayBreak(cursor), contents: clause() });
  }
  return hangingFill(parts);
}

function clausesOf(cursor: Cursor, source: GatherSyntax | PreviousSyntax): (() => Doc)[] {
  const { over, fallback } = source;
  const clauses: (() => Doc)[] = [];
  if (over) clauses.push(() => phrase(cursor, 'over', () => formatNames(cursor, over)));
  if (source.kind === 'gather') {
    const { via, where } = source;
    if (via) clauses.push(() => phrase(cursor, 'via', () => formatExpression(cursor, via)));
    if (where) clauses.push(() => phrase(cursor, 'where', () => formatExpression(cursor, where)));
  }
  if (fallback) clauses.push(() => phrase(cursor, '??', () => formatExpression(cursor, fallback)));
  return clauses;
}

/** ` for each ... where ...`, on a line of its own if it has no room behind the name. */
export function formatFor(cursor: Cursor, clause: ForSyntax | undefined): Doc {
  if (!clause) return '';
  const begin = mayBreak(cursor);
  const words = phrase(cursor, 'for', 'each');
  const parts = clause.generators.map(({ binder, source }, at): FillPart => {
    const separator = at === 0 ? space(cursor) : mayBreak(cursor);
    const generator = phrase(
      cursor,
      () => formatBinder(cursor, binder),
      'in',
      () => formatExpression(cursor, source),
    );
    const comma = at < clause.generators.length - 1 ? cursor.word(',') : '';
    if (at > 0) return { separator: indent(separator), contents: indent([generator, comma]) };
    return { separator: '', contents: [words, separator, generator, comma] };
  });
  const { where } = clause;
  if (where) {
    const separator = mayBreak(cursor);
    const contents = phrase(cursor, 'where', () => formatExpression(cursor, where));
    parts.push({ separator, contents });
  }
  return indent(indent([begin, fill(parts)]));
}
