import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Checked, type Diagnostic, hasErrors, type Site } from '../../dsl/index.ts';
import { knownSites, readSite, type SiteChoice, sitePath } from '../../engine/index.ts';
import { siteChoice, sitePlaces, siteSetting } from '../compose/site.ts';
import { type Context, type ExitCode, printJson } from '../context.ts';
import { codeOf, diagnosticItems, showDiagnostics } from '../report.ts';
import { siteDocument, siteText } from '../view/site.ts';
import { siteShelf } from './check.ts';

interface Options {
  readonly json?: boolean;
}

/** `braid site list`: every site that is found by name, and where it is said. */
export async function list(context: Context, options: Options): Promise<ExitCode> {
  const places = sitePlaces(context);
  const known = await knownSites(places);
  const items = known.map(({ name, runner, path, isHidden }) => ({
    name,
    runner,
    file: path === undefined ? null : places.nameOf(path),
    hidden: isHidden,
  }));
  if (options.json) {
    printJson(context, { items });
    return 0;
  }
  const width = (column: 'name' | 'runner') => Math.max(...items.map((i) => i[column].length));
  for (const { name, runner, file, hidden } of items) {
    const where = `${file ?? 'built in'}${hidden ? ' (hidden by another of this name)' : ''}`;
    const columns = [name.padEnd(width('name')), runner.padEnd(width('runner')), where];
    context.stdout.write(`${columns.join('  ')}\n`);
  }
  return 0;
}

/** `braid site show NAME`: what a site provides and tunes. */
export async function show(
  context: Context,
  reference: string,
  options: Options,
): Promise<ExitCode> {
  const { value, diagnostics } = await siteOf(context, reference);
  if (!options.json || !value) showDiagnostics(context, diagnostics);
  if (!value) return 1;
  const { site, choice } = value;
  const document = siteDocument(site, choice.kinds.get(site.runner.kind));
  if (options.json) {
    printJson(context, { ...document, diagnostics: diagnosticItems(diagnostics) });
  } else context.stdout.write(`${siteText(document)}\n`);
  return codeOf(diagnostics);
}

/** `braid site check NAME`: its text, and what of it can be seen from here. */
export async function check(
  context: Context,
  reference: string,
  options: Options,
): Promise<ExitCode> {
  const { value, diagnostics: said } = await siteOf(context, reference);
  const diagnostics = [...said];
  if (value && !hasErrors(said)) diagnostics.push(...seenFromHere(value.site, value.choice));
  if (options.json) printJson(context, { items: diagnosticItems(diagnostics) });
  else {
    showDiagnostics(context, diagnostics);
    if (!hasErrors(diagnostics)) context.stdout.write(`site ${value?.site.name}: ok\n`);
  }
  return codeOf(diagnostics);
}

interface Shown {
  readonly site: Site;
  readonly choice: SiteChoice;
}

/** The site that is named, with what it may say; undefined with diagnostics if there is none. */
export async function siteOf(
  context: Context,
  reference: string,
): Promise<Checked<Shown | undefined>> {
  const found = await siteSetting(context, reference);
  if (!found.value) return { value: undefined, diagnostics: found.diagnostics };
  const choice = siteChoice(found.value);
  const { value: site, diagnostics } = await readSite(siteShelf(context), choice);
  return { value: site && { site, choice }, diagnostics };
}

/** Places that this machine sees; of a site elsewhere only the text is judged, which a note says. */
function seenFromHere(site: Site, choice: SiteChoice): readonly Diagnostic[] {
  const kind = choice.kinds.get(site.runner.kind);
  if (!kind?.isBuilt) {
    return [
      {
        code: 'E0913',
        severity: 'note',
        message: `\`runner ${site.runner.kind}\` is checked and planned for, but this version does not run there`,
        span: site.runner.span,
        label: 'only the text of this site was checked',
      },
    ];
  }
  const diagnostics: Diagnostic[] = [];
  for (const { value, span } of site.locations.values()) {
    const path = typeof value === 'string' ? sitePath(value, choice) : undefined;
    if (path === undefined || existsSync(path)) continue;
    diagnostics.push({
      code: 'E0914',
      severity: 'warning',
      message: `\`${path}\` is not there`,
      span,
      label: 'a step that needs it cannot run here',
    });
  }
  for (const { text, span } of site.storage.values()) {
    const path = sitePath(text, choice);
    if (path === undefined || isWritable(path)) continue;
    diagnostics.push({
      code: 'E0914',
      severity: 'error',
      message: `\`${path}\` cannot be written`,
      span,
      hint: 'make the directory, or name another one',
    });
  }
  return diagnostics;
}

/** It, or the nearest directory above it that is there. */
function isWritable(path: string): boolean {
  if (!existsSync(path)) return dirname(path) !== path && isWritable(dirname(path));
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
