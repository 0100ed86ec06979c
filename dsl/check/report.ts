import type { Diagnostic, Fix, Label, Severity } from '../text/diagnostic.ts';
import type { Span } from '../text/source.ts';

/** What a message may say beside its first line. */
export interface Details {
  readonly label?: string | undefined;
  readonly labels?: readonly Label[] | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly hint?: string | undefined;
  readonly fixes?: readonly Fix[] | undefined;
}

/** Collects what the checker finds; the same code at the same place is said once. */
export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  /** False after so many messages that nobody reads hints; looking for them takes time each. */
  readonly wantsHints: boolean;
  error(code: string, span: Span, message: string, details?: Details): void;
  warning(code: string, span: Span, message: string, details?: Details): void;
}

const hintedMax = 100;

export function createReport(): Report {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const add = (severity: Severity, code: string, span: Span, message: string, more?: Details) => {
    const place = `${code} ${span.start} ${span.end}`;
    if (seen.has(place)) return;
    seen.add(place);
    diagnostics.push({ code, severity, message, span, ...more });
  };
  return {
    diagnostics,
    get wantsHints() {
      return diagnostics.length < hintedMax;
    },
    error: (code, span, message, details) => add('error', code, span, message, details),
    warning: (code, span, message, details) => add('warning', code, span, message, details),
  };
}
