import type { StringSyntax } from '../syntax/tree.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { meaning } from '../text/fix.ts';
import { lineStarts, lineText, positionAt, type Span, spanText } from '../text/source.ts';

interface Use {
  readonly name: string;
  /** In the body's text (dedented, holes as one character). */
  readonly offset: number;
}

/** W0604: `$visit`, where `visit` is a name of the workflow and the script never sets it. */
export function shellNames(
  text: string,
  uses: readonly Use[],
  syntax: StringSyntax,
  isName: (name: string) => boolean,
): readonly Diagnostic[] {
  const seen = new Set<string>();
  return uses.flatMap((use): Diagnostic[] => {
    const { name } = use;
    if (!isName(name) || seen.has(name) || isSet(text, name)) return [];
    seen.add(name);
    return [
      {
        code: 'W0604',
        severity: 'warning',
        message: `the script never sets \`$${name}\``,
        span: spanOf(text, use, syntax),
        label: `\`${name}\` is a name of the workflow`,
        ...hole(spanOf(text, use, syntax), name),
      },
    ];
  });
}

/** `$name` and `${name}` are written `@{name}`; `${name%.fits}` is more than a name. */
function hole(span: Span, name: string): Pick<Diagnostic, 'hint' | 'fixes'> {
  const written = spanText(span);
  if (written === `$${name}`) return meaning(span, `@{${name}}`);
  const isBraced = span.source.text[span.end] === '}' && written === `\${${name}`;
  if (!isBraced) return { hint: `did you mean \`@{${name}}\`?` };
  return meaning({ ...span, end: span.end + 1 }, `@{${name}}`);
}

/** Any construct of bash that gives a variable its value; rather too many than too few. */
function isSet(text: string, name: string): boolean {
  const setters = 'read|local|declare|typeset|export|readonly|mapfile|readarray|getopts|unset';
  return [
    `(^|[^\\w$])${name}(\\[[^\\]]*\\])?\\+?=`,
    `\\b(for|select)\\s+${name}\\b`,
    `\\b(${setters})\\b[^\\n;|&]*\\b${name}\\b`,
    `\\bprintf\\s+-v\\s*${name}\\b`,
    `\\(\\([^\\n]*\\b${name}\\s*(=|\\+\\+|--)`,
  ].some((pattern) => new RegExp(pattern, 'm').test(text));
}

/**
 * The place in the source of a use in the body: the same line, and in it the same `$name` counted from
 * the left, since indentation and interpolations have another length there.
 */
function spanOf(text: string, { name, offset }: Use, syntax: StringSyntax): Span {
  const { source, start, end } = syntax.span;
  const before = text.slice(0, offset);
  const linesBefore = before.split('\n').length - 1;
  const inLine = before.slice(before.lastIndexOf('\n') + 1);
  const blank = /^"""[ \t\r]*\n/.test(source.text.slice(start, end));
  const line = positionAt(source, start).line + linesBefore + (blank ? 1 : 0);
  const pattern = new RegExp(`\\$\\{?[!#]?${name}\\b`, 'g');
  const nth = [...inLine.matchAll(pattern)].length;
  const found = [...lineText(source, line).matchAll(pattern)][nth];
  if (!found) return syntax.span;
  const at = (lineStarts(source)[line - 1] ?? 0) + found.index;
  return { source, start: at, end: at + found[0].length };
}
