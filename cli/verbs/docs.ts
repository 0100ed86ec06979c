import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { describe, hasErrors, link, parse } from '../../dsl/index.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';
import { showDiagnostics } from '../report.ts';
import { docsPage } from '../view/docs-page.ts';
import { unreadable } from './check.ts';

/** `braid docs FILE`: a page about a workflow or a library, made of its text alone. */
export async function docs(
  context: Context,
  file: string,
  options: { json?: boolean },
): Promise<ExitCode> {
  const path = resolve(context.cwd, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    showDiagnostics(context, [unreadable(file, error)]);
    return 1;
  }
  const module = parse({ name: relative(context.cwd, path) || file, text });
  const program = link(module.value);
  const diagnostics = [...module.diagnostics, ...program.diagnostics];
  if (hasErrors(diagnostics)) {
    showDiagnostics(context, diagnostics);
    return 1;
  }
  const description = describe(module.value, program.value);
  if (options.json) printJson(context, { ...description });
  else context.stdout.write(docsPage(description));
  return 0;
}
