import { type Diagnostic, diagnosticToJson, hasErrors, renderDiagnostics } from '../dsl/index.ts';
import { JournalUnreadable } from '../engine/index.ts';
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

/** Shows an error that is a fault of the disk or of a run's files, not of this program; false if it is none. */
export function showFault(context: Context, error: unknown): boolean {
  if (error instanceof JournalUnreadable) {
    showDiagnostics(context, [error.diagnostic]);
    return true;
  }
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  const words = code === undefined ? undefined : DISK_FAULTS[code];
  if (words === undefined) return false;
  const what = path === undefined ? (syscall ?? 'write') : `${syscall} \`${path}\``;
  context.stderr.write(`braid: cannot ${what}: ${words}\n`);
  return true;
}

const DISK_FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the quota is used up',
  EEXIST: 'a file stands in its place',
  EIO: 'the disk or the file server fails',
  ENOENT: 'a directory of it does not exist and cannot be made',
  ENOSPC: 'no space is left on the disk',
  ENOTDIR: 'a part of the path is no directory',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ESTALE: 'the file server has lost it',
};

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
