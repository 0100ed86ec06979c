import { posix } from 'node:path';
import {
  type Checked,
  conform,
  type Diagnostic,
  hasErrors,
  type Program,
  type Site,
  type StorageName,
  type Tuned,
  tuneProgram,
  type Value,
} from '../../dsl/index.ts';
import type { BoundSite } from './bound-site.ts';
import type { SiteChoice } from './read-site.ts';

/**
 * A workflow at a site: tuned, its locations filled. E0402 for a place that is not of the location's type.
 * Paths of a site are relative to its file, `~/` is the user's home.
 */
export function bindSite(
  program: Program,
  site: Site,
  choice: Pick<SiteChoice, 'path' | 'kinds' | 'home'>,
): Checked<Pick<Tuned, 'program'> & { readonly bound: BoundSite }> {
  const { value: tuned, diagnostics } = tuneProgram(program, site);
  const found: Diagnostic[] = [...diagnostics];
  const placed = (path: string) => placedPath(path, choice);
  const locations = new Map<string, Value>();
  for (const location of program.locations) {
    const given = site.locations.get(location.name);
    if (given === undefined) continue;
    const what = `location \`${location.name}\``;
    const fitted = conform(given.value, location.type, { code: 'E0402', what, span: given.span });
    found.push(...fitted.diagnostics.map((d) => declaredThere(d, location)));
    if (!hasErrors(fitted.diagnostics))
      locations.set(location.name, placedValue(fitted.value, placed));
  }
  const storage = new Map<StorageName, string>();
  for (const [name, { text }] of site.storage) storage.set(name, placed(text));
  const kind = choice.kinds.get(site.runner.kind);
  const bound = { site, kind, locations, storage, batch: tuned.batch };
  return { value: { program: tuned.program, bound }, diagnostics: found };
}

function declaredThere(diagnostic: Diagnostic, { span }: { span: Diagnostic['span'] }): Diagnostic {
  return span
    ? { ...diagnostic, labels: [{ span, text: 'the workflow says its type here' }] }
    : diagnostic;
}

function placedValue(value: Value, placed: (path: string) => string): Value {
  const isFile =
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file';
  return isFile ? { kind: 'file', path: placed(value.path) } : value;
}

/** An absolute path and an address stay what they are. */
function placedPath(path: string, choice: Pick<SiteChoice, 'path' | 'home'>): string {
  return sitePath(path, choice) ?? path;
}

/** The path of a file as a site writes it: relative to its file, `~/` at home; undefined for an address. */
export function sitePath(
  path: string,
  { path: file, home }: Pick<SiteChoice, 'path' | 'home'>,
): string | undefined {
  if (/^[a-z][a-z0-9+]*:\/\//i.test(path)) return undefined;
  if (path.startsWith('/')) return path;
  if (home !== undefined && (path === '~' || path.startsWith('~/'))) {
    return posix.join(home, path.slice(1));
  }
  return posix.join(posix.dirname(file ?? '.'), path);
}
