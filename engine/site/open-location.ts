import type { Diagnostic, Program, Span, Value } from '../../dsl/index.ts';

/** What a location that no site fills stands as: no path of any file. */
export function openLocation(name: string): Value {
  return { kind: 'file', path: `<${name}>` };
}

/**
 * E0902 for a file that is read when planning and lies at a location that nobody has filled; undefined for
 * any other path.
 */
export function readAtOpenLocation(
  { locations }: Pick<Program, 'locations'>,
  globals: ReadonlyMap<string, Value>,
  path: string,
  span: Span | undefined,
): Diagnostic | undefined {
  const open = locations.find(({ name }) => {
    const value = globals.get(name);
    const isOpen =
      typeof value === 'object' && value !== null && 'path' in value && value.path === `<${name}>`;
    return isOpen && path.includes(`<${name}>`);
  });
  if (open === undefined) return undefined;
  return {
    code: 'E0902',
    severity: 'error',
    message: `location \`${open.name}\` is not filled, and a file there is read to make the plan`,
    span: span ?? open.span,
    labels: [{ span: open.span, text: 'a site says where it is' }],
    hint: '`--site NAME`, where the site fills it',
  };
}
