import type {
  CallDeclarationSyntax,
  Declaration,
  FieldEntry,
  Header,
  SiteItem,
  SiteSyntax,
  StepSyntax,
} from '../syntax/tree.ts';
import { type Cursor, mayBreak, space } from './cursor.ts';
import { formatExpression, formatNames, formatType } from './format-expression.ts';
import { itemMaker } from './format-item.ts';
import { assigned, formatFields, formatFor, formatSource } from './format-source.ts';
import { type Doc, type FillPart, group, hangingFill } from './layout.ts';
import { formatMembers, type Member, type MemberMaker } from './members.ts';
import { alone, headCells, phrase } from './phrase.ts';

/** The header of a workflow. */
export function headerMaker(cursor: Cursor, { span }: Header): MemberMaker {
  return { start: span.start, make: () => alone(spaced(cursor, span.end)) };
}

export function declarationMaker(cursor: Cursor, declaration: Declaration): MemberMaker {
  return { start: declaration.span.start, make: () => formatDeclaration(cursor, declaration) };
}

export function siteMaker(cursor: Cursor, site: SiteSyntax): MemberMaker {
  const make = () => {
    const head = phrase(cursor, 'site', () => cursor.word());
    const items = site.items.map((item): MemberMaker => {
      return { start: item.span.start, make: () => formatSiteItem(cursor, item) };
    });
    return alone([head, space(cursor), formatMembers(cursor, items, 'none')]);
  };
  return { start: site.span.start, make };
}

/** What has only words in it, up to an offset. */
function spaced(cursor: Cursor, end: number): Doc {
  const words: Doc[] = [cursor.word()];
  while ((cursor.peek()?.start ?? end) < end) words.push(space(cursor), cursor.string());
  return words;
}

function formatDeclaration(cursor: Cursor, declaration: Declaration): Member {
  switch (declaration.kind) {
    case 'use':
    case 'secret':
      return alone(spaced(cursor, declaration.span.end));
    case 'type': {
      const cells = headCells(cursor, 'type', undefined);
      const alternatives = declaration.alternatives.map((_, at): FillPart => {
        if (at === 0) return { separator: '', contents: phrase(cursor, '=', () => cursor.word()) };
        return { separator: mayBreak(cursor), contents: phrase(cursor, '|', () => cursor.word()) };
      });
      return { run: 'type', cells, rest: hangingFill(alternatives) };
    }
    case 'record':
      return alone(formatRecord(cursor, declaration));
    case 'param':
      return formatParam(cursor, declaration);
    case 'location':
      return { run: 'location', cells: headCells(cursor, 'location', declaration.type), rest: '' };
    case 'let': {
      const cells = headCells(cursor, 'let', declaration.type);
      return { run: 'let', cells, rest: assigned(cursor, declaration.value) };
    }
    case 'env':
      return formatEnvironment(cursor, declaration.fields);
    case 'policy':
      return alone(phrase(cursor, 'policy', () => formatFields(cursor, declaration.fields)));
    case 'defaults': {
      const items = declaration.items.map((item) => itemMaker(cursor, item));
      return alone(phrase(cursor, 'defaults', () => formatMembers(cursor, items, 'none')));
    }
    case 'notify': {
      const { channel, on } = declaration;
      const head = phrase(cursor, 'notify', () => formatExpression(cursor, channel));
      return alone([head, space(cursor), phrase(cursor, 'on', () => formatNames(cursor, on))]);
    }
    case 'step':
    case 'call':
      return alone(formatStep(cursor, declaration));
    case 'output':
      return formatOutput(cursor, declaration);
  }
}

/** `env`: of a workflow, or as a site has it. */
function formatEnvironment(cursor: Cursor, fields: readonly FieldEntry[]): Member {
  return alone(
    phrase(
      cursor,
      'env',
      () => cursor.word(),
      () => formatFields(cursor, fields),
    ),
  );
}

function formatRecord(
  cursor: Cursor,
  { key, fields }: Extract<Declaration, { kind: 'record' }>,
): Doc {
  const head = phrase(cursor, 'record', () => cursor.word());
  const keys =
    key.length === 0 ? '' : [space(cursor), phrase(cursor, 'key', () => formatNames(cursor, key))];
  const makers = fields.map(
    ({ name, type }): MemberMaker => ({
      start: name.span.start,
      make: () => {
        const column = cursor.word() + cursor.word(':');
        return { run: 'field', cells: [column, formatType(cursor, type)], rest: '' };
      },
    }),
  );
  return [head, keys, space(cursor), formatMembers(cursor, makers, 'any')];
}

function formatParam(cursor: Cursor, declaration: Extract<Declaration, { kind: 'param' }>): Member {
  const cells = headCells(cursor, 'param', declaration.type);
  const { default: value, where } = declaration;
  const parts: FillPart[] = [];
  if (value) parts.push({ separator: '', contents: assigned(cursor, value) });
  if (where) {
    const separator = mayBreak(cursor);
    const contents = phrase(cursor, 'where', () => formatExpression(cursor, where));
    parts.push({ separator, contents });
  }
  return { run: 'param', cells, rest: parts.length === 0 ? '' : hangingFill(parts) };
}

function formatOutput(
  cursor: Cursor,
  { type, source, publish }: Extract<Declaration, { kind: 'output' }>,
): Member {
  const cells = headCells(cursor, 'output', type);
  const value = phrase(cursor, '=', () => formatSource(cursor, source));
  if (!publish) return { run: 'output', cells, rest: value };
  const separator = mayBreak(cursor);
  const contents = phrase(cursor, 'publish', () => formatExpression(cursor, publish));
  const parts = [
    { separator: '', contents: value },
    { separator, contents },
  ];
  return { run: 'output', cells, rest: hangingFill(parts) };
}

function formatStep(cursor: Cursor, declaration: StepSyntax | CallDeclarationSyntax): Doc {
  const isCall = declaration.kind === 'call';
  const name = () => cursor.word();
  const head = isCall ? phrase(cursor, 'call', name, 'as', name) : phrase(cursor, 'step', name);
  const clause = formatFor(cursor, declaration.for);
  const items = declaration.items.map((item) => itemMaker(cursor, item));
  const given = isCall
    ? declaration.arguments.map((argument): MemberMaker => {
        const make = () => ({
          run: 'argument',
          cells: [cursor.word()],
          rest: assigned(cursor, argument.source),
        });
        return { start: argument.name.span.start, make };
      })
    : [];
  const between = space(cursor);
  const body = formatMembers(cursor, [...items, ...given], 'none');
  return [group([head, clause]), between, body];
}

function formatSiteItem(cursor: Cursor, item: SiteItem): Member {
  switch (item.kind) {
    case 'runner': {
      const head = phrase(cursor, 'runner', () => cursor.word());
      const hasFields = (cursor.peek()?.start ?? item.span.end) < item.span.end;
      if (!hasFields) return alone(head);
      return alone([head, space(cursor), formatFields(cursor, item.fields)]);
    }
    case 'storage':
      return alone(phrase(cursor, 'storage', () => formatFields(cursor, item.fields)));
    case 'env':
      return formatEnvironment(cursor, item.fields);
    case 'location':
    case 'param': {
      const cells = [`${cursor.word(item.kind)} ${cursor.word()}`];
      return { run: item.kind, cells, rest: assigned(cursor, item.value) };
    }
    case 'channel': {
      const cells = [`${cursor.word('channel')} ${cursor.word()}`];
      return { run: 'channel', cells, rest: assigned(cursor, item.value) };
    }
    case 'tune': {
      const head: Doc[] = [cursor.word('tune')];
      for (const { span } of item.patterns) {
        if (head.length > 1) head.push(cursor.word(','));
        head.push(space(cursor), cursor.verbatim(span.end));
      }
      const items = item.items.map((each) => itemMaker(cursor, each));
      return alone([head, space(cursor), formatMembers(cursor, items, 'single')]);
    }
  }
}
