import { bodyFirstLine } from '../syntax/read-string.ts';
import type { Expression, ScriptSyntax, StringSyntax } from '../syntax/tree.ts';
import type { Checked, Diagnostic } from '../text/diagnostic.ts';
import { compileBash } from './compile-bash.ts';
import { compilePython } from './compile-python.ts';
import type { ScriptContext } from './context.ts';
import { checkHole, type Pasted, pastedBy, pastesOutOfPlace } from './hole.ts';
import type { CompiledScript, Hole, ScriptSegment } from './script.ts';

/**
 * Compiles the body of a `script` or `undo`: text with numbered holes, and what is wrong with it (E06,
 * W0604, W0805, W0808). It goes on after errors; a script with errors is never rendered.
 */
export function compileScript(
  syntax: ScriptSyntax,
  context: ScriptContext,
): Checked<CompiledScript> {
  const diagnostics: Diagnostic[] = [];
  switch (syntax.form) {
    case 'inline': {
      const { language } = syntax;
      const segments = compileInline(language.text, syntax.text, context, diagnostics);
      const { source } = syntax.span;
      const firstLine = bodyFirstLine(syntax.text);
      return {
        value: { form: 'inline', language: language.text, segments, source, firstLine },
        diagnostics,
      };
    }
    case 'file': {
      const holes = argumentHoles(syntax.arguments, context, diagnostics);
      const language = syntax.language.text;
      const value = { form: 'file', language, path: syntax.path, arguments: holes } as const;
      return { value, diagnostics };
    }
    case 'exec': {
      const holes = argumentHoles(syntax.command, context, diagnostics);
      return { value: { form: 'exec', arguments: holes }, diagnostics };
    }
  }
}

function compileInline(
  language: string,
  text: StringSyntax,
  context: ScriptContext,
  diagnostics: Diagnostic[],
): readonly ScriptSegment[] {
  if (language === 'bash') return compileBash(text, context, diagnostics);
  if (language === 'python' || language === 'python3') {
    return compilePython(text, context, diagnostics);
  }
  return text.parts.map((part): ScriptSegment => {
    if (part.kind === 'text') return { kind: 'text', text: part.text };
    const { expression, span } = part;
    if (pastedBy(expression) === 'raw') {
      checkHole(expression, span, 'raw', context, diagnostics);
    } else {
      diagnostics.push({
        code: 'E0606',
        severity: 'error',
        message: `\`@{...}\` cannot be written as a value of \`${language}\``,
        span,
        label: 'only bash and python get values by interpolation',
        hint: 'pass it through the environment: `vars { NAME = ... }`, or paste it: `@{raw(x)}`',
      });
    }
    return { kind: 'hole', expression, type: context.typeOf(expression), quoting: 'raw' };
  });
}

/** `exec [a, b]` and `args [a, b]`: one hole an element; a list among them gives several arguments. */
function argumentHoles(
  list: Expression | undefined,
  context: ScriptContext,
  diagnostics: Diagnostic[],
): readonly Hole[] {
  if (list === undefined) return [];
  const items = list.kind === 'list' ? list.items : [list];
  return items.map((expression): Hole => {
    const pasted: Pasted | undefined = pastedBy(expression);
    if (pasted === 'raw') diagnostics.push(pastesOutOfPlace('raw', expression.span));
    checkHole(expression, expression.span, 'argument', context, diagnostics);
    return { expression, type: context.typeOf(expression), quoting: 'word' };
  });
}
