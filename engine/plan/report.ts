import type { Diagnostic } from '../../dsl/index.ts';

/** Collects diagnostics; the same message at the same place is said once. */
export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  add(diagnostic: Diagnostic): void;
}

export function createReport(): Report {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  return {
    diagnostics,
    add(diagnostic) {
      const { code, span } = diagnostic;
      const place = span ? `${span.source.name} ${span.start} ${span.end}` : diagnostic.message;
      if (seen.has(`${code} ${place}`)) return;
      seen.add(`${code} ${place}`);
      diagnostics.push(diagnostic);
    },
  };
}
