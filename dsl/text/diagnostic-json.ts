import type { Diagnostic, Severity } from './diagnostic.ts';
import { positionAt, type Span } from './source.ts';

/** A place for programs: lines and columns from 1, the end exclusive; absent without a text at fault. */
export interface JsonPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

export interface JsonDiagnostic extends JsonPlace {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly label?: string;
  readonly labels: readonly (JsonPlace & { readonly text: string })[];
  readonly notes: readonly string[];
  readonly hint?: string;
  readonly fixes: readonly JsonFix[];
}

/** What an editor can offer; each edit puts `newText` in the place of its span. */
export interface JsonFix {
  readonly title: string;
  readonly edits: readonly (JsonPlace & { readonly newText: string })[];
}

/** A diagnostic as plain data for `--json` and for editors. */
export function diagnosticToJson(diagnostic: Diagnostic): JsonDiagnostic {
  const { code, severity, message, label, hint } = diagnostic;
  return {
    code,
    severity,
    message,
    ...placeOf(diagnostic.span),
    ...(label === undefined ? {} : { label }),
    labels: (diagnostic.labels ?? []).map(({ span, text }) => ({ ...placeOf(span), text })),
    notes: diagnostic.notes ?? [],
    ...(hint === undefined ? {} : { hint }),
    fixes: (diagnostic.fixes ?? []).map(({ title, edits }) => ({
      title,
      edits: edits.map(({ span, text }) => ({ ...placeOf(span), newText: text })),
    })),
  };
}

function placeOf(span: Span | undefined): JsonPlace {
  if (!span) return {};
  const from = positionAt(span.source, span.start);
  const to = positionAt(span.source, span.end);
  return {
    file: span.source.name,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
  };
}
