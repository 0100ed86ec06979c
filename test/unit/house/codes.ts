/** Where a diagnostic code stands in the sources, and whether it has a page. */

const codePattern = /'([EW]\d{4})'/g;

/** Codes that the sources can emit: every code in quotes, the pages themselves aside. Path → text. */
export function emittedCodes(sources: ReadonlyMap<string, string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [path, text] of sources) {
    if (path.startsWith('dsl/explain/')) continue;
    for (const match of withoutComments(text).matchAll(codePattern)) found.add(match[1] ?? '');
  }
  return found;
}

/** A code in a comment is emitted by nobody. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

/** What is wrong between codes and pages, as sentences. */
export function breachesOfPages(
  emitted: ReadonlySet<string>,
  explained: readonly string[],
): string[] {
  const pages = new Set(explained);
  const twice = explained.filter((code, at) => explained.indexOf(code) < at);
  return [
    ...[...emitted]
      .filter((code) => !pages.has(code))
      .sort()
      .map((code) => `${code} is emitted, but \`braid explain ${code}\` has no page`),
    ...[...pages]
      .filter((code) => !emitted.has(code))
      .map((code) => `${code} has a page, but nothing emits it`),
    ...twice.map((code) => `${code} has two pages`),
  ];
}
