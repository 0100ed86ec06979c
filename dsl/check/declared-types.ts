import type { Declaration, Name, TypeSyntax } from '../syntax/tree.ts';
import { insertAfter, replaceBy } from '../text/fix.ts';
import { spanText } from '../text/source.ts';
import type { FileNames } from './context.ts';
import { constantText } from './infer-text.ts';
import type { Details, Report } from './report.ts';
import type { ClosedType, RecordType, SimpleKind, Type } from './type.ts';
import { aType, isKeyType, listOf, optional, simple, unknownType } from './type-relation.ts';

const simpleNames: readonly SimpleKind[] = [
  'int',
  'float',
  'bool',
  'string',
  'duration',
  'size',
  'angle',
  'dir',
  'path',
  'store',
  'marker',
];

/** The type that is written, or `unknown` with E0205. */
export function resolveType(syntax: TypeSyntax, file: FileNames, report: Report): Type {
  const type = resolveBase(syntax, file, report);
  return syntax.optional ? optional(type) : type;
}

function resolveBase(syntax: TypeSyntax, file: FileNames, report: Report): Type {
  const name = syntax.name.text;
  const [argument] = syntax.arguments;
  if (name === 'file') return resolveFile(syntax, report);
  if (name === 'list' || name === 'table') {
    if (argument === undefined || syntax.arguments.length > 1) {
      const example = name === 'list' ? 'list<string>' : 'table<Record>';
      report.error('E0205', syntax.span, `\`${name}\` needs the type of its elements`, {
        hint: `for example \`${example}\``,
        fixes:
          name === 'list' && argument === undefined
            ? [insertAfter(syntax.name.span, '<string>')]
            : [],
      });
      return unknownType;
    }
    const element = resolveType(argument, file, report);
    if (name === 'list') return listOf(element);
    if (element.kind === 'record') return { kind: 'table', record: element.record };
    if (element.kind !== 'unknown') {
      report.error(
        'E0205',
        argument.span,
        `the rows of a table are a record, not ${aType(element)}`,
        {
          hint: `\`list<${spanText(argument.span)}>\`, or declare \`record Row { ... }\``,
          fixes: [replaceBy(syntax.name.span, 'list')],
        },
      );
    }
    return unknownType;
  }
  const found =
    simpleNames.find((n) => n === name) !== undefined
      ? simple(name as SimpleKind)
      : namedType(name, file);
  if (found === undefined) return reportUnknownType(syntax, file, report);
  if (argument !== undefined) {
    report.error('E0205', syntax.span, `\`${name}\` takes nothing in \`<...>\``, {
      hint: `\`${name}\``,
      fixes: [
        replaceBy(
          { ...syntax.span, start: syntax.name.span.end },
          syntax.optional ? '?' : '',
          `write \`${name}\``,
        ),
      ],
    });
  }
  return found;
}

function resolveFile(syntax: TypeSyntax, report: Report): Type {
  const [tag] = syntax.arguments;
  if (syntax.arguments.length > 1 || (tag?.arguments.length ?? 0) > 0 || tag?.optional) {
    report.error('E0205', syntax.span, 'a file has one format', {
      hint: '`file<fits>`',
      fixes: [
        replaceBy(
          { ...syntax.span, start: syntax.name.span.end },
          `<${tag?.name.text}>`,
          `write \`file<${tag?.name.text}>\``,
        ),
      ],
    });
  }
  return { kind: 'file', tag: tag?.name.text };
}

function namedType(name: string, file: FileNames): Type | undefined {
  const record = file.records.get(name);
  return record === undefined ? file.types.get(name) : { kind: 'record', record };
}

/** Types of other languages, and what Braid has for them. */
const foreignTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    date: 'dates are strings, `2026-11-22`: their order is that of time',
    time: 'a span of time is a `duration`',
    percent: 'a share is a float; `5%` is for `tolerate` only',
    secret: 'a secret is declared by itself: `secret name`',
    str: '`string`',
    integer: '`int`',
    number: '`int` or `float`',
    double: '`float`',
    boolean: '`bool`',
    text: '`string`',
    array: '`list<string>`',
    map: 'there are no maps: declare a `record`',
    dict: 'there are no maps: declare a `record`',
    directory: '`dir`',
  }),
);

function reportUnknownType(syntax: TypeSyntax, file: FileNames, report: Report): Type {
  const name = syntax.name.text;
  if (file.broken.has(name) || file.unnamedBroken) return unknownType;
  const known = [
    'file',
    'list',
    'table',
    ...simpleNames,
    ...file.types.keys(),
    ...file.records.keys(),
  ];
  report.error('E0205', syntax.name.span, `there is no type \`${name}\``, {
    ...typeMeant(syntax.name, known, report),
  });
  return unknownType;
}

function typeMeant({ text, span }: Name, known: readonly string[], report: Report): Details {
  const hint = foreignTypes.get(text);
  if (hint === undefined) return report.suggest(span, text, known);
  const [, renamed] = /^`([^`]+)`$/.exec(hint) ?? [];
  return { hint, fixes: renamed === undefined ? [] : [replaceBy(span, renamed)] };
}

/** `type` and `record` declarations; fills `file.types` and `file.records`. */
export function declareTypes(
  declarations: readonly Declaration[],
  file: FileNames,
  report: Report,
): void {
  const fieldsOf = new Map<RecordType, Map<string, Type>>();
  const pending: [Extract<Declaration, { kind: 'record' }>, RecordType][] = [];
  for (const declaration of declarations) {
    const { kind } = declaration;
    if (kind === 'type' && !file.types.has(declaration.name.text)) {
      file.types.set(declaration.name.text, closedType(declaration, report));
    } else if (kind === 'record' && !file.records.has(declaration.name.text)) {
      const fields = new Map<string, Type>();
      const key = declaration.key.map((k) => k.text);
      const record: RecordType = { name: declaration.name.text, key, fields };
      fieldsOf.set(record, fields);
      pending.push([declaration, record]);
      file.records.set(declaration.name.text, record);
    }
  }
  for (const [declaration, record] of pending) {
    const fields = fieldsOf.get(record) ?? new Map();
    for (const { name, type } of declaration.fields) {
      if (fields.has(name.text)) {
        report.error('E0206', name.span, `column \`${name.text}\` is declared twice`);
      } else fields.set(name.text, resolveType(type, file, report));
    }
    for (const name of declaration.key) {
      checkKey(record, name, report);
      // So that the same slip is not said again wherever the key is used.
      if (!fields.has(name.text)) fields.set(name.text, unknownType);
    }
  }
}

function closedType(syntax: Extract<Declaration, { kind: 'type' }>, report: Report): ClosedType {
  const values: string[] = [];
  for (const alternative of syntax.alternatives) {
    const text = constantText(alternative);
    if (text === undefined) {
      report.error('E0402', alternative.span, 'the strings of a type are written out', {
        hint: 'without `@{...}`',
      });
    } else if (values.includes(text)) {
      report.error('E0206', alternative.span, `\`"${text}"\` is given twice`);
    } else values.push(text);
  }
  return { kind: 'closed', name: syntax.name.text, values };
}

function checkKey(record: RecordType, name: Name, report: Report): void {
  const type = record.fields.get(name.text);
  if (type === undefined) {
    const columns = [...record.fields.keys()];
    report.error('E0204', name.span, `${record.name} has no column \`${name.text}\``, {
      label: `${record.name} has ${columns.join(', ')}`,
      ...report.suggest(name.span, name.text, columns),
    });
  } else if (!isKeyType(type)) reportNoKey(name, type, report);
}

/** E0310: such a value cannot tell instances apart. */
export function reportNoKey(name: Name, type: Type, report: Report): void {
  report.error('E0310', name.span, `${aType(type)} cannot be a key`, {
    label: `\`${name.text}\` is ${aType(type)}`,
    hint: 'keys are int, float, bool, string or a closed string',
  });
}
