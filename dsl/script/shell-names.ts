import { placeInText } from '../syntax/read-string.ts';
import type { StringSyntax } from '../syntax/tree.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { meaning } from '../text/fix.ts';
import { type Span, spanText } from '../text/source.ts';

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
        span: spanOf(use, syntax),
        label: `\`${name}\` is a name of the workflow`,
        ...hole(spanOf(use, syntax), name),
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

/** The place in the source of a use in the body, where each hole is one character. */
function spanOf({ name, offset }: Use, syntax: StringSyntax): Span {
  const { source } = syntax.span;
  let before = 0;
  for (const part of syntax.parts) {
    const length = part.kind === 'text' ? part.text.length : 1;
    if (part.kind === 'text' && offset < before + length) {
      const start = placeInText(syntax, part, offset - before);
      const found = new RegExp(`\\$\\{?[!#]?${name}`, 'y');
      found.lastIndex = start;
      return { source, start, end: start + (found.exec(source.text)?.[0].length ?? 1) };
    }
    before += length;
  }
  return syntax.span;
}
