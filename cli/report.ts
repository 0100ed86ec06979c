import { type Diagnostic, diagnosticToJson, hasErrors, renderDiagnostics } from '../dsl/index.ts';
import type { Context } from './context.ts';

/** Diagnostics for people, on stderr; with a count where there is more than one error. */
export function showDiagnostics(context: Context, diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  const text = renderDiagnostics(diagnostics, { color: context.color.stderr });
  context.stderr.write(`${text}\n\n`);
  const errors = diagnostics.filter((d) => d.severity === 'error').length;
  const warnings = diagnostics.filter((d) => d.severity === 'warning').length;
  if (errors + warnings > 1) {
    const parts = [count(errors, 'error'), count(warnings, 'warning')].filter((p) => p !== '');
    context.stderr.write(`${parts.join(', ')}; \`braid explain CODE\` says more about each\n`);
  }
}

export function diagnosticItems(diagnostics: readonly Diagnostic[]): unknown[] {
  return diagnostics.map(diagnosticToJson);
}

export function codeOf(diagnostics: readonly Diagnostic[]): 0 | 1 {
  return hasErrors(diagnostics) ? 1 : 0;
}

function count(n: number, noun: string): string {
  if (n === 0) return '';
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
