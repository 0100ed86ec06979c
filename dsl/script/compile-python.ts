import type { StringSyntax } from '../syntax/tree.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { spanText } from '../text/source.ts';
import { bodyOf, segmentsOf } from './body.ts';
import type { ScriptContext } from './context.ts';
import { checkHole, pastedBy } from './hole.ts';
import { readPython } from './python-quoting.ts';
import type { ScriptSegment } from './script.ts';

/** `@{x}` is a literal of Python; inside a string it would be pasted as text, which is E0605. */
export function compilePython(
  syntax: StringSyntax,
  context: ScriptContext,
  diagnostics: Diagnostic[],
): readonly ScriptSegment[] {
  const body = bodyOf(syntax);
  const places = readPython(body.text, new Set(body.holes.keys()));
  return segmentsOf(body, ({ expression, span }, offset): ScriptSegment | undefined => {
    const place = places.get(offset);
    if (place === 'comment') return undefined;
    const raw = pastedBy(expression) === 'raw';
    const good = checkHole(expression, span, raw ? 'raw' : 'python', context, diagnostics);
    if (good && place === 'string' && !raw) {
      diagnostics.push({
        code: 'E0605',
        severity: 'error',
        message: 'inside a string of Python a value would be pasted as text',
        span,
        hint: `end the string first: \`"..." + str(${spanText(span)})\``,
      });
    }
    const quoting = raw ? 'raw' : 'literal';
    return { kind: 'hole', expression, type: context.typeOf(expression), quoting };
  });
}
