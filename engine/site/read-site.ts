import {
  builtInSite,
  type Checked,
  didYouMean,
  linkSites,
  parseSite,
  type RunnerKinds,
  type Site,
  type SourceText,
} from '../../dsl/index.ts';
import type { FileShelf } from '../table/file-shelf.ts';

/** Which site a workflow is read for. */
export interface SiteChoice {
  /** Of the file that says it; undefined for the built-in site. */
  readonly path: string | undefined;
  /** Undefined: the only one of the file. */
  readonly name: string | undefined;
  readonly kinds: RunnerKinds;
  /** What `~/` stands for. */
  readonly home: string | undefined;
}

/** The site that is meant; undefined with an error where there is none (E1001, E0910, those of the checker). */
export async function readSite(
  shelf: Pick<FileShelf, 'source'>,
  { path, name, kinds }: SiteChoice,
): Promise<Checked<Site | undefined>> {
  if (path === undefined) return { value: localSite(), diagnostics: [] };
  const { value: source, diagnostics: unread } = await shelf.source(path, undefined);
  if (!source) return { value: undefined, diagnostics: unread };
  return siteIn(source, name, kinds);
}

/** The same, of a text. */
function siteIn(
  source: SourceText,
  name: string | undefined,
  kinds: RunnerKinds,
): Checked<Site | undefined> {
  const module = parseSite(source);
  const { value: sites, diagnostics: linked } = linkSites(module.value, kinds);
  const diagnostics = [...module.diagnostics, ...linked];
  const [only, ...others] = sites;
  const found = name === undefined ? only : sites.find((site) => site.name === name);
  if (found && (name !== undefined || others.length === 0)) return { value: found, diagnostics };
  const isBroken = module.value.broken.some((b) => b.name === name || b.name === undefined);
  if (isBroken && diagnostics.length > 0) return { value: undefined, diagnostics };
  const names = sites.map((site) => site.name);
  const near = name === undefined ? undefined : didYouMean(name, names);
  const list = names.map((each) => `\`${each}\``).join(', ');
  const absent = {
    code: 'E0910',
    severity: 'error',
    message:
      name !== undefined
        ? `\`${source.name}\` has no site \`${name}\``
        : names.length === 0
          ? `\`${source.name}\` has no site`
          : `\`${source.name}\` has ${names.length} sites`,
    notes: names.length === 0 ? undefined : [`it has ${list}`],
    hint:
      near !== undefined
        ? `did you mean \`${near}\`?`
        : names.length > 0
          ? `say which: \`${source.name}#${names[0]}\``
          : undefined,
  } as const;
  return { value: undefined, diagnostics: [...diagnostics, absent] };
}

/** This machine as it is: the site that needs no file. */
function localSite(): Site {
  const source = { name: builtInSite, text: '' };
  const span = { source, start: 0, end: 0 };
  return {
    name: builtInSite,
    source,
    span,
    runner: { kind: 'local', fields: new Map(), span },
    storage: new Map(),
    locations: new Map(),
    params: new Map(),
    environments: new Map(),
    tunes: [],
    channels: new Map(),
    typeOf: () => ({ kind: 'unknown' }),
  };
}
