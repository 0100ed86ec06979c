import type { Diagnostic, Program, Value } from '../../dsl/index.ts';
import type { Files } from '../ports.ts';
import type { BoundSite } from './bound-site.ts';

/**
 * E0914 for each file and directory that a site fills a location with and that is not there. Only for
 * sites whose files this process sees. What a `path` or `store` leads to may be made by the workflow.
 */
export async function missingPlaces(
  program: Pick<Program, 'locations'>,
  { site, locations }: BoundSite,
  files: Files,
): Promise<readonly Diagnostic[]> {
  const wanted = program.locations.flatMap(({ name, type, span }) => {
    const path = pathOf(locations.get(name));
    const isThere = type.kind === 'file' || type.kind === 'dir';
    return isThere && path !== undefined
      ? [{ name, path, span, isDirectory: type.kind === 'dir' }]
      : [];
  });
  const stats = await files.stat(wanted.map(({ path }) => path));
  return wanted.flatMap(({ name, path, span, isDirectory }, at): Diagnostic[] => {
    const stat = stats[at];
    if (stat !== undefined && (stat.directory || !isDirectory)) return [];
    const given = site.locations.get(name);
    const what = isDirectory ? 'directory' : 'file';
    return [
      {
        code: 'E0914',
        severity: 'error',
        message: `location \`${name}\`: \`${path}\` is ${stat ? `no ${what}` : 'not there'}`,
        span: given?.span,
        label: `site \`${site.name}\` says that the ${what} is here`,
        labels: [{ span, text: 'the workflow needs it' }],
      },
    ];
  });
}

function pathOf(value: Value | undefined): string | undefined {
  const isFile =
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file';
  return isFile && !/^[a-z][a-z0-9+]*:\/\//i.test(value.path) ? value.path : undefined;
}
