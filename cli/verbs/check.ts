import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import {
  type Diagnostic,
  hasErrors,
  linkSites,
  type Program,
  parseSite,
  type SourceText,
} from '../../dsl/index.ts';
import {
  askedInText,
  bindSite,
  diskFiles,
  linkFile,
  misfits,
  readSite,
} from '../../engine/index.ts';
import { runnerKinds } from '../../runners/index.ts';
import { displayName } from '../compose/display-name.ts';
import { siteChoice, siteSetting } from '../compose/site.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';
import { codeOf, diagnosticItems, showDiagnostics } from '../report.ts';

interface Options {
  readonly site?: readonly string[];
  readonly json?: boolean;
}

/**
 * `braid check FILE…`: diagnostics of workflow files, with what they use, and of site files; no table is read. With sites, also what a
 * workflow wants that they do not have, as far as its text tells.
 */
export async function check(
  context: Context,
  files: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const all: Diagnostic[] = [];
  for (const file of files) {
    const diagnostics = await checkFile(context, file, options.site ?? []);
    all.push(...diagnostics);
    if (options.json) continue;
    showDiagnostics(context, diagnostics);
    if (!hasErrors(diagnostics)) context.stdout.write(`${file}: ok\n`);
  }
  if (options.json) printJson(context, { items: diagnosticItems(all) });
  return codeOf(all);
}

async function checkFile(
  context: Context,
  file: string,
  sites: readonly string[],
): Promise<readonly Diagnostic[]> {
  const path = resolve(context.cwd, file);
  if (file.endsWith('.site')) {
    const source = readSource(context, file, path);
    if ('code' in source) return [source];
    const module = parseSite(source);
    return [...module.diagnostics, ...linkSites(module.value, runnerKinds).diagnostics];
  }
  const nameOf = (other: string) => displayName(context, other);
  const linked = await linkFile(path, { files: diskFiles(), nameOf });
  const diagnostics = [...linked.diagnostics];
  if (linked.value === undefined || hasErrors(diagnostics)) return diagnostics;
  for (const site of sites) {
    diagnostics.push(...(await checkAtSite(context, linked.value, path, site)));
  }
  return diagnostics;
}

async function checkAtSite(
  context: Context,
  program: Program,
  workflow: string,
  reference: string,
): Promise<readonly Diagnostic[]> {
  const found = await siteSetting(context, reference, workflow);
  if (!found.value) return found.diagnostics;
  const choice = siteChoice(found.value);
  const { value: site, diagnostics } = await readSite(siteShelf(context), choice);
  if (!site || hasErrors(diagnostics)) return diagnostics;
  const bound = bindSite(program, site, choice);
  const { program: tuned, bound: here } = bound.value;
  return [...diagnostics, ...bound.diagnostics, ...misfits(tuned, here, askedInText(tuned))];
}

/** Site files as `readSite` asks for them. */
export function siteShelf(context: Context): Parameters<typeof readSite>[0] {
  return {
    async source(path) {
      const source = readSource(context, displayName(context, path), path);
      return 'code' in source
        ? { value: undefined, diagnostics: [source] }
        : { value: source, diagnostics: [] };
    },
  };
}

function readSource(context: Context, file: string, path: string): SourceText | Diagnostic {
  try {
    const text = readFileSync(path, 'utf8');
    return { name: relative(context.cwd, path) || file, text };
  } catch (error) {
    return unreadable(file, error);
  }
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
