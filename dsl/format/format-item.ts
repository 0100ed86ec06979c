import type { RetryClauseSyntax, ScriptSyntax, StepItem } from '../syntax/tree.ts';
import { type Cursor, space, tight } from './cursor.ts';
import { formatExpression, formatNames } from './format-expression.ts';
import { assigned, formatFields } from './format-source.ts';
import { type Doc, plainText } from './layout.ts';
import { formatMembers, type Member, type MemberMaker } from './members.ts';
import { alone, headCells, phrase } from './phrase.ts';

/** A script or an undo, behind its word. */
function formatScript(cursor: Cursor, body: ScriptSyntax): Doc {
  switch (body.form) {
    case 'exec':
      return phrase(cursor, 'exec', () => formatExpression(cursor, body.command));
    case 'inline':
      return phrase(
        cursor,
        () => cursor.word(),
        () => cursor.string(),
      );
    case 'file': {
      const head = phrase(
        cursor,
        () => cursor.word(),
        'file',
        () => cursor.string(),
      );
      if (!body.arguments) return head;
      const { arguments: given } = body;
      return [head, space(cursor), phrase(cursor, 'args', () => formatExpression(cursor, given))];
    }
  }
}

/** An item of a step, a call, `defaults` or `tune`. */
export function itemMaker(cursor: Cursor, item: StepItem): MemberMaker {
  return { start: item.span.start, make: () => formatItem(cursor, item) };
}

function formatItem(cursor: Cursor, item: StepItem): Member {
  const expression = (value: Parameters<typeof formatExpression>[1]) => () =>
    formatExpression(cursor, value);
  switch (item.kind) {
    case 'in':
    case 'let': {
      const cells = headCells(cursor, item.kind, item.type);
      const value = item.kind === 'in' ? item.source : item.value;
      return { run: item.kind, cells, rest: assigned(cursor, value) };
    }
    case 'out': {
      const cells = headCells(cursor, 'out', item.type);
      const { from, expect } = item;
      if (!from) return { run: 'out', cells, rest: '' };
      const value = assigned(cursor, from);
      if (!expect) return { run: 'out', cells, rest: value };
      const rest = [value, space(cursor), phrase(cursor, 'expect', expression(expect))];
      return { run: 'out', cells, rest };
    }
    case 'when':
      return alone(phrase(cursor, 'when', expression(item.condition)));
    case 'after':
      return alone(formatAfter(cursor, item));
    case 'env':
    case 'pin':
      return alone(phrase(cursor, item.kind, () => cursor.word()));
    case 'vars':
    case 'resources':
    case 'batch':
      return alone(phrase(cursor, item.kind, () => formatFields(cursor, item.fields)));
    case 'retry':
      return alone(formatRetry(cursor, item));
    case 'tolerate':
      return alone(phrase(cursor, 'tolerate', expression(item.budget)));
    case 'priority':
      return alone(phrase(cursor, 'priority', expression(item.value)));
    case 'limit':
    case 'bundle': {
      const [word, names] = item.kind === 'limit' ? ['per', item.per] : ['by', item.by];
      const head = phrase(cursor, item.kind, expression(item.count));
      if (names.length === 0) return alone(head);
      return alone([head, space(cursor), phrase(cursor, word, () => formatNames(cursor, names))]);
    }
    case 'register':
      return alone(formatRegister(cursor, item));
    case 'script':
    case 'undo':
      return alone(phrase(cursor, item.kind, () => formatScript(cursor, item.body)));
  }
}

function formatAfter(cursor: Cursor, item: Extract<StepItem, { kind: 'after' }>): Doc {
  const words: (string | (() => Doc))[] = ['after'];
  if (item.quantifier) words.push(item.quantifier);
  words.push(() => cursor.word());
  if (item.statuses.length > 0) words.push(() => formatNames(cursor, item.statuses, '|'));
  return phrase(cursor, ...words);
}

function formatRegister(cursor: Cursor, item: Extract<StepItem, { kind: 'register' }>): Doc {
  const head = phrase(
    cursor,
    'register',
    () => cursor.word(),
    'as',
    () => formatExpression(cursor, item.as),
    'at',
    () => formatExpression(cursor, item.at),
  );
  if (cursor.peek()?.text !== '{' || !startsBefore(cursor, item.span.end)) return head;
  return [head, space(cursor), formatFields(cursor, item.fields)];
}

function formatRetry(cursor: Cursor, item: Extract<StepItem, { kind: 'retry' }>): Doc {
  const head = phrase(cursor, 'retry', () => formatExpression(cursor, item.attempts));
  if (!item.clauses) return head;
  const makers = item.clauses.map((clause): MemberMaker => {
    return { start: clause.span.start, make: () => formatRetryClause(cursor, clause) };
  });
  return [head, space(cursor), formatMembers(cursor, makers, 'single')];
}

/** The blocks of neighbouring clauses begin below each other. */
function formatRetryClause(cursor: Cursor, clause: RetryClauseSyntax): Member {
  const on = [cursor.word('on'), space(cursor)];
  const causes = clause.causes.map(({ codes }, at): Doc => {
    const before = at === 0 ? '' : [space(cursor), cursor.word('|'), space(cursor)];
    return [before, cursor.word(), formatCodes(cursor, codes)];
  });
  const head: Doc = [on, causes];
  const hasBlock = cursor.peek()?.text === '{' && startsBefore(cursor, clause.span.end);
  const cell = plainText(head);
  if (!hasBlock) return { run: 'on', cells: [cell ?? ''], rest: cell === undefined ? head : '' };
  const between = space(cursor);
  const fields = formatFields(cursor, clause.fields);
  if (cell === undefined || plainText(between) === undefined) return alone([head, between, fields]);
  return { run: 'on', cells: [cell], rest: fields };
}

function formatCodes(cursor: Cursor, codes: readonly number[]): Doc {
  if (codes.length === 0) return '';
  const docs: Doc[] = [tight(cursor), cursor.word('(')];
  codes.forEach((_, at) => {
    if (at > 0) docs.push(tight(cursor), cursor.word(','));
    docs.push(at > 0 ? space(cursor) : tight(cursor), cursor.word());
  });
  return [docs, tight(cursor), cursor.word(')')];
}

function startsBefore(cursor: Cursor, end: number): boolean {
  return (cursor.peek()?.start ?? end) < end;
}
