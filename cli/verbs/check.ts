import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type Diagnostic, hasErrors, parseSite } from '../../dsl/index.ts';
import { checkFile, diskFiles } from '../../engine/index.ts';
import { displayName } from '../compose/workflow.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';
import { codeOf, diagnosticItems, showDiagnostics } from '../report.ts';

/** `braid check FILE…`: diagnostics of workflow files, with what they use, and of site files; no table is read. */
export async function check(
  context: Context,
  files: readonly string[],
  options: { json?: boolean },
): Promise<ExitCode> {
  const all: Diagnostic[] = [];
  for (const file of files) {
    const diagnostics = await diagnosticsOf(context, file);
    all.push(...diagnostics);
    if (options.json) continue;
    showDiagnostics(context, diagnostics);
    if (!hasErrors(diagnostics)) context.stdout.write(`${file}: ok\n`);
  }
  if (options.json) printJson(context, { items: diagnosticItems(all) });
  return codeOf(all);
}

async function diagnosticsOf(context: Context, file: string): Promise<readonly Diagnostic[]> {
  const path = resolve(context.cwd, file);
  if (!file.endsWith('.site')) {
    const nameOf = (other: string) => displayName(context, other);
    return checkFile(path, { files: diskFiles(), nameOf });
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return [unreadable(file, error)];
  }
  const source = { name: relative(context.cwd, path) || file, text };
  return parseSite(source).diagnostics;
}

/** E1001: a file named on the command line cannot be read. */
export function unreadable(file: string, error: unknown): Diagnostic {
  const code = (error as NodeJS.ErrnoException).code;
  const reason =
    code === 'ENOENT'
      ? 'there is no such file'
      : code === 'EISDIR'
        ? 'it is a directory'
        : code === 'EACCES'
          ? 'it may not be read'
          : String((error as Error).message);
  return { code: 'E1001', severity: 'error', message: `cannot read \`${file}\`: ${reason}` };
}
