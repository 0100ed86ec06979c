import type { Diagnostic, Fix, Label } from '../text/diagnostic.ts';
import type { SourceText, Span } from '../text/source.ts';

/** An error of this floor; all of them are errors, none a warning. */
export function problem(
  code: string,
  span: Span,
  message: string,
  more: {
    readonly label?: string | undefined;
    readonly labels?: readonly Label[] | undefined;
    readonly hint?: string | undefined;
    readonly fixes?: readonly Fix[] | undefined;
  } = {},
): Diagnostic {
  return { code, severity: 'error', message, span, ...more };
}

export function spanOf(source: SourceText, start: number, end: number): Span {
  return { source, start, end };
}
