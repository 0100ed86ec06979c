import type { Type } from '../check/type.ts';
import { present, rowsOf } from '../check/type-relation.ts';
import type { StringSyntax } from '../syntax/tree.ts';
import type { Diagnostic, Fix } from '../text/diagnostic.ts';
import { replaceBy } from '../text/fix.ts';
import { type Span, spanText } from '../text/source.ts';
import type { SecondEvaluator } from './bash-commands.ts';
import { readBash } from './bash-quoting.ts';
import type { BashPlace } from './bash-reader.ts';
import { type Body, type BodyHole, bodyOf, segmentsOf } from './body.ts';
import type { ScriptContext } from './context.ts';
import { checkHole, pastedBy } from './hole.ts';
import type { ScriptSegment } from './script.ts';
import { shellNames } from './shell-names.ts';

/** `@{x}` is a shell variable, quoted where the text around it does not quote it already. */
export function compileBash(
  syntax: StringSyntax,
  context: ScriptContext,
  diagnostics: Diagnostic[],
): readonly ScriptSegment[] {
  const body = bodyOf(syntax);
  const reading = readBash(body.text, new Set(body.holes.keys()));
  const segments = segmentsOf(
    body,
    (hole, offset): ScriptSegment | undefined => {
      const place = reading.places.get(offset) ?? { where: 'word' };
      if (place.where === 'comment') return undefined;
      const { expression } = hole;
      const type = context.typeOf(expression);
      if (pastedBy(expression) === 'raw') {
        checkHole(expression, hole.span, 'raw', context, diagnostics);
        return { kind: 'hole', expression, type, quoting: 'raw' };
      }
      if (checkHole(expression, hole.span, 'bash', context, diagnostics)) {
        const found = checkPlace(hole, type, place, body);
        if (found) diagnostics.push(found);
      }
      const quoting = place.where === 'word' ? 'word' : 'quoted';
      return { kind: 'hole', expression, type, quoting };
    },
    reading.edits,
  );
  diagnostics.push(...shellNames(body.text, reading.variables, syntax, context.isName));
  return segments;
}

function checkPlace(
  { expression, span }: BodyHole,
  type: Type,
  place: BashPlace,
  body: Body,
): Diagnostic | undefined {
  if (place.where === 'fixed') return nothingReplaced(place.by ?? '', spanText(span));
  const shown = present(type);
  const isPath = rowsOf(shown) !== undefined || pastedBy(expression) === 'filelist';
  const isList = shown.kind === 'list' && !isPath;
  if (isList && place.where !== 'word') return listInQuotes(place);
  const evaluator = place.evaluator ?? (place.where === 'arithmetic' ? 'arithmetic' : undefined);
  if (evaluator === undefined || isPlain(type)) return undefined;
  if (place.subscript && /\b(declare|typeset|local|readonly)\s+-\w*A/.test(body.text))
    return undefined;
  return secondReading(evaluator, spanText(span));

  function nothingReplaced(by: string, text: string): Diagnostic {
    return {
      code: 'E0605',
      severity: 'error',
      message: `bash replaces nothing in ${by}`,
      span,
      hint: by.includes('here')
        ? `leave the delimiter unquoted (\`<<EOF\`) and write \`\\$\` for a dollar of your own`
        : `use double quotes, or hand it over: \`awk -v x=${text} '... x ...'\``,
    };
  }

  function listInQuotes(at: BashPlace): Diagnostic {
    const here = at.where === 'here';
    return {
      code: 'E0602',
      severity: 'error',
      message: here
        ? 'a list in a here-document would become one line'
        : 'a list inside quotes would become one word',
      span,
      hint: here
        ? `one element a line: \`printf '%s\\n' ${spanText(span)}\`, or a file: \`@{filelist(${spanText(expression.span)})}\``
        : 'remove the quotes: Braid quotes every element itself',
      fixes: here
        ? [replaceBy(expression.span, `filelist(${spanText(expression.span)})`)]
        : withoutQuotes(span),
    };
  }

  function secondReading(by: SecondEvaluator, text: string): Diagnostic {
    return {
      code: 'W0805',
      severity: 'warning',
      message: `${readers[by].who} reads the value of \`${text}\` as code`,
      span,
      hint: readers[by].hint(text),
    };
  }
}

/** Takes away the quotes right around a hole; more than that, and the rest of the word would change. */
function withoutQuotes(span: Span): readonly Fix[] {
  const { source, start, end } = span;
  const isAlone = source.text[start - 1] === '"' && source.text[end] === '"';
  return isAlone ? [replaceBy({ source, start: start - 1, end: end + 1 }, spanText(span))] : [];
}

/** Numbers, bools and closed strings are no code, whoever reads them. */
function isPlain(type: Type): boolean {
  return ['int', 'float', 'bool', 'closed', 'unknown'].includes(present(type).kind);
}

const readers: Readonly<
  Record<SecondEvaluator, { readonly who: string; readonly hint: (text: string) => string }>
> = {
  eval: { who: '`eval`', hint: () => 'run the command without `eval`' },
  shell: {
    who: 'a second shell',
    hint: (text) => `hand it over as an argument: \`bash -c '... "$1" ...' _ ${text}\``,
  },
  ssh: {
    who: 'the shell of the other host',
    hint: (text) => `quote it for that shell: \`ssh host command "$(printf %q ${text})"\``,
  },
  arithmetic: {
    who: "bash's arithmetic",
    hint: () => 'give it the type int, or compute it in Braid: `@{a + b}`',
  },
  interpreter: {
    who: 'a second interpreter',
    hint: () => 'hand it over as an argument or in the environment, or use `script python`',
  },
};
