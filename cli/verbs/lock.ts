import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { hasErrors } from '../../dsl/index.ts';
import { diskFiles, lockLibraries, lockName, lockText } from '../../engine/index.ts';
import { displayName } from '../compose/display-name.ts';
import { gitRepositories } from '../compose/git.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';
import { codeOf, diagnosticItems, showDiagnostics } from '../report.ts';

/** `braid lock FILE`: looks up the tags of the libraries of a workflow, fetches them and writes `braid.lock`. */
export async function lock(
  context: Context,
  file: string,
  options: { readonly update?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const path = resolve(context.cwd, file);
  const { value, diagnostics } = await lockLibraries(path, {
    files: diskFiles(),
    repositories: gitRepositories,
    nameOf: (other) => displayName(context, other),
    update: options.update ?? false,
  });
  const done = value !== undefined && !hasErrors(diagnostics);
  if (done && value.length > 0) writeFileSync(join(dirname(path), lockName), lockText(value));
  if (options.json) {
    printJson(context, { libraries: value ?? [], diagnostics: diagnosticItems(diagnostics) });
    return codeOf(diagnostics);
  }
  showDiagnostics(context, diagnostics);
  if (!done) return codeOf(diagnostics);
  if (value.length === 0) context.stdout.write(`${file} uses no library of a repository\n`);
  for (const { repository, version, commit, files } of value) {
    const count = Object.keys(files).length;
    const text = `${commit.slice(0, 12)}, ${count} ${count === 1 ? 'file' : 'files'}`;
    context.stdout.write(`${repository} ${version}: ${text}\n`);
  }
  return 0;
}
