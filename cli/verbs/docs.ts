import { resolve } from 'node:path';
import { type Diagnostic, describe, hasErrors, link } from '../../dsl/index.ts';
import { diskFiles, readProgram } from '../../engine/index.ts';
import { displayName } from '../compose/display-name.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';
import { showDiagnostics } from '../report.ts';
import { docsPage } from '../view/docs-page.ts';

/**
 * `braid docs FILE`: a page about a workflow or a library. The libraries that it uses say the types of what
 * their calls give; where they cannot be had these are left out, since the file itself is told about.
 */
export async function docs(
  context: Context,
  file: string,
  options: { json?: boolean },
): Promise<ExitCode> {
  const nameOf = (path: string) => displayName(context, path);
  const whole = await readProgram(resolve(context.cwd, file), { files: diskFiles(), nameOf });
  if (whole.value === undefined) return refused(context, whole.diagnostics);
  const { module } = whole.value;
  let { program } = whole.value;
  if (hasErrors(whole.diagnostics)) {
    const own = whole.diagnostics.filter(({ span }) => span?.source === module.source);
    const alone = link(module);
    if (own.some(({ code }) => code.startsWith('E01')) || hasErrors(alone.diagnostics)) {
      return refused(context, own.length > 0 ? own : alone.diagnostics);
    }
    const [first] = whole.diagnostics.filter(({ severity }) => severity === 'error');
    context.stderr.write(`types of what calls give are left out: ${first?.message}\n`);
    program = alone.value;
  }
  const description = describe(module, program);
  if (options.json) printJson(context, { ...description });
  else context.stdout.write(docsPage(description));
  return 0;
}

function refused(context: Context, diagnostics: readonly Diagnostic[]): ExitCode {
  showDiagnostics(context, diagnostics);
  return 1;
}
