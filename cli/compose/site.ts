import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import {
  type Channel,
  type Checked,
  everySite,
  hasErrors,
  linkUserChannels,
  parseSite,
} from '../../dsl/index.ts';
import {
  type BoundSite,
  diskFiles,
  findSite,
  type Loaded,
  type SiteChoice,
  type SitePlaces,
} from '../../engine/index.ts';
import { runnerKinds } from '../../runners/index.ts';
import type { Context } from '../context.ts';
import { displayName } from './display-name.ts';

/** A site as a run keeps it: with the sources it is read again. */
export interface SiteSetting {
  /** Absolute; absent for the built-in site. */
  readonly path?: string | undefined;
  readonly name?: string | undefined;
}

/** A user's own settings: `$XDG_CONFIG_HOME/braid`, by default `~/.config/braid`. */
export function configDirectory(): string {
  const base = process.env.XDG_CONFIG_HOME;
  return join(base?.startsWith('/') ? base : join(homedir(), '.config'), 'braid');
}

/**
 * Where sites are looked for by name: `./sites`, the workflow's directory and its `sites`, the directories
 * of BRAID_SITES, `~/.config/braid/sites`.
 */
export function sitePlaces(context: Context, workflow?: string): SitePlaces {
  const beside =
    workflow === undefined ? [] : [dirname(workflow), join(dirname(workflow), 'sites')];
  const named = (process.env.BRAID_SITES ?? '').split(':').filter((each) => each !== '');
  return {
    files: diskFiles(),
    directories: [
      join(context.cwd, 'sites'),
      ...beside,
      ...named.map((each) => resolve(context.cwd, each)),
      join(configDirectory(), 'sites'),
    ],
    nameOf: (path) => displayName(context, path),
  };
}

/** What `--site` names; undefined, with E0910, if there is none. */
export async function siteSetting(
  context: Context,
  reference: string,
  workflow?: string,
): Promise<Checked<SiteSetting | undefined>> {
  const found = await findSite(reference, context.cwd, sitePlaces(context, workflow));
  if (!found.value) return { value: undefined, diagnostics: found.diagnostics };
  const { path, name } = found.value;
  return { value: { path, name }, diagnostics: [] };
}

export function siteChoice({ path, name }: SiteSetting): SiteChoice {
  return { path, name, kinds: runnerKinds, home: homedir() };
}

/** The site that a workflow was loaded for, as a run keeps it. */
export function settingOfSite(
  setting: SiteSetting | undefined,
  site: BoundSite | undefined,
): SiteSetting | undefined {
  return setting && { ...setting, name: site?.site.name ?? setting.name };
}

/** The file of a user's own channels. */
export function userFile(): string {
  return join(configDirectory(), 'config.site');
}

/**
 * Where notices of a run at `site` go: what its site says, and before it what the user's own file says.
 * That file is read now and kept nowhere: its addresses are the user's alone.
 */
export async function channelsAt(
  context: Context,
  site: string,
  loaded: Pick<Loaded, 'channels'>,
): Promise<Checked<ReadonlyMap<string, Channel>>> {
  const path = userFile();
  let text: string;
  try {
    text = new TextDecoder().decode(await diskFiles().read(path));
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isAbsent) return { value: loaded.channels, diagnostics: [] };
    throw error;
  }
  const module = parseSite({ name: displayName(context, path), text });
  const linked = linkUserChannels(module.value);
  const diagnostics = [...module.diagnostics, ...linked.diagnostics];
  if (hasErrors(diagnostics)) return { value: loaded.channels, diagnostics };
  const own = [everySite, site].flatMap((name) => [...(linked.value.get(name) ?? [])]);
  return { value: new Map([...loaded.channels, ...own]), diagnostics };
}
