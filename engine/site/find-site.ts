import { posix } from 'node:path';
import { builtInSite, type Checked, didYouMean, parseSite } from '../../dsl/index.ts';
import type { Files } from '../ports.ts';

/** A site by where it is said. */
export interface KnownSite {
  readonly name: string;
  /** Its kind of runner, as written; empty where it cannot be read. */
  readonly runner: string;
  /** Undefined: the built-in one. */
  readonly path: string | undefined;
  /** A site of the same name was found before it. */
  readonly isHidden: boolean;
}

/** Where sites are looked for. */
export interface SitePlaces {
  readonly files: Files;
  /** In this order; the first site of a name counts. */
  readonly directories: readonly string[];
  /** How a path is called in messages. */
  readonly nameOf: (path: string) => string;
}

/** All sites of the directories, the built-in one first. Files that cannot be read are passed over. */
export async function knownSites({
  files,
  directories,
}: SitePlaces): Promise<readonly KnownSite[]> {
  const known: KnownSite[] = [
    { name: builtInSite, runner: 'local', path: undefined, isHidden: false },
  ];
  for (const directory of new Set(directories)) {
    const names = (await files.list(directory)).filter((name) => name.endsWith('.site'));
    for (const path of names.map((name) => posix.join(directory, name))) {
      for (const { name, runner } of await sitesOf(files, path)) {
        const isHidden = known.some((other) => other.name === name);
        known.push({ name, runner, path, isHidden });
      }
    }
  }
  return known;
}

/** What a file says it holds, be it right or not. */
async function sitesOf(files: Files, path: string) {
  let text: string;
  try {
    text = new TextDecoder().decode(await files.read(path));
  } catch {
    return [];
  }
  const { sites, broken } = parseSite({ name: path, text }).value;
  return [
    ...sites.map(({ name, items }) => {
      const runner = items.find((item) => item.kind === 'runner');
      return { name: name.text, runner: runner?.runner.text ?? '' };
    }),
    ...broken.flatMap(({ name }) => (name === undefined ? [] : [{ name, runner: '' }])),
  ];
}

/**
 * What `--site` means: `FILE.site` or `FILE.site#NAME` (relative to `from`), `local`, or the name of a site in
 * one of the directories. E0910 if there is none of this name.
 */
export async function findSite(
  reference: string,
  from: string,
  places: SitePlaces,
): Promise<
  Checked<{ readonly path: string | undefined; readonly name: string | undefined } | undefined>
> {
  const [file = '', name] = splitReference(reference);
  if (file.endsWith('.site') || file.includes('/')) {
    return { value: { path: posix.resolve(from, file), name }, diagnostics: [] };
  }
  const known = await knownSites(places);
  const found = known.find((site) => site.name === reference && !site.isHidden);
  if (found) return { value: found, diagnostics: [] };
  const near = didYouMean(
    reference,
    known.map((site) => site.name),
  );
  const looked = [...new Set(places.directories)].map((d) => `\`${places.nameOf(d)}\``);
  return {
    value: undefined,
    diagnostics: [
      {
        code: 'E0910',
        severity: 'error',
        message: `there is no site \`${reference}\``,
        notes: [`looked for it in ${looked.join(', ')}`],
        hint:
          near === undefined ? 'name its file: `--site FILE.site`' : `did you mean \`${near}\`?`,
      },
    ],
  };
}

function splitReference(reference: string): readonly string[] {
  const at = reference.lastIndexOf('#');
  return at < 0 ? [reference] : [reference.slice(0, at), reference.slice(at + 1)];
}
