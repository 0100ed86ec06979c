import type { Diagnostic } from './diagnostic.ts';

/** As many of one code in a file as anybody reads; what can be made of a megabyte of slips fills screens for days. */
export const sameCodeMax = 1000;

/**
 * The first `sameCodeMax` of each code, and for the others one line that says how many more there are, where the
 * first of them would stand.
 */
export function capped(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length <= sameCodeMax) return diagnostics;
  const counts = new Map<string, number>();
  const kept: Diagnostic[] = [];
  const lines = new Map<string, number>();
  for (const diagnostic of diagnostics) {
    const { code, severity, span } = diagnostic;
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    if (count === sameCodeMax + 1)
      lines.set(code, kept.push({ code, severity, message: '', span }) - 1);
    else if (count <= sameCodeMax) kept.push(diagnostic);
  }
  for (const [code, index] of lines) {
    const more = (counts.get(code) ?? 0) - sameCodeMax;
    const message = `${more.toLocaleString('en')} more of ${code} in this file are not shown`;
    kept[index] = { ...(kept[index] as Diagnostic), message };
  }
  return kept;
}
