import { basename, dirname, resolve } from 'node:path';
import { compareStrings } from '../../dsl/index.ts';
import {
  diskFiles,
  type Files,
  isWholePlan,
  type RunCreated,
  type RunId,
} from '../../engine/index.ts';
import { type SiteSetting, settingOfSite } from './site.ts';
import type { Bound, Planned, Settings } from './workflow.ts';

/** Digests of more files than this are taken again when a run is read: they would be most of its journal. */
const CONTENTS_KEPT = 20_000;

/** The first event of a run: what it was planned from, so that later edits never touch it. */
export function createdEvent(
  { loaded, plan }: Planned,
  bound: Pick<Bound, 'contents' | 'scripts'>,
  settings: Settings,
  options: {
    readonly engineVersion: string;
    readonly stop: boolean;
    readonly site: string;
    readonly allowLarge?: boolean;
    readonly results?: string | undefined;
    readonly continues?: RunId;
  },
): RunCreated {
  const decoder = new TextDecoder();
  return {
    kind: 'run.created',
    v: 1,
    workflow: plan.program.name,
    sources: [
      ...loaded.files.map(({ path, bytes }) => ({
        name: resolve(path),
        text: decoder.decode(bytes),
      })),
      ...[...bound.scripts].map(([name, text]) => ({ name, text })),
    ],
    ...(bound.contents.size > CONTENTS_KEPT ? {} : { contents: [...bound.contents] }),
    settings: {
      set: settings.set,
      ...(settings.paramsFile === undefined ? {} : { paramsFile: settings.paramsFile }),
      ...(isWholePlan(settings.slice) ? {} : { slice: settings.slice }),
      ...(settings.stub ? { stub: true } : {}),
      ...(options.allowLarge ? { allowLarge: true } : {}),
      ...(options.results === undefined ? {} : { results: options.results }),
      ...keptSite(settings, plan.site),
    },
    planFingerprint: plan.fingerprint,
    engineVersion: options.engineVersion,
    policy: options.stop ? 'stop' : 'continue',
    site: options.site,
    ...(options.continues === undefined ? {} : { continues: options.continues }),
  };
}

function keptSite({ site }: Settings, bound: Planned['plan']['site']): { site?: SiteSetting } {
  const setting = settingOfSite(site, bound);
  return setting === undefined ? {} : { site: setting };
}

/** The run's own copies of what was read, and the disk for everything else. */
export function keptFiles(created: RunCreated): Files {
  const disk = diskFiles();
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const kept = new Map(created.sources.map(({ name, text }) => [name, text]));
  return {
    ...disk,
    async read(path) {
      const text = kept.get(resolve(path));
      return text === undefined ? disk.read(path) : encoder.encode(text);
    },
    async readText(path) {
      return kept.get(resolve(path)) ?? decoder.decode(await disk.read(path));
    },
    async list(directory) {
      const inside = [...kept.keys()].filter((path) => dirname(path) === resolve(directory));
      const names = new Set([...(await disk.list(directory)), ...inside.map((p) => basename(p))]);
      return [...names].sort(compareStrings);
    },
  };
}

/** Digests of the files that were there when the run began; undefined for one that has not kept them. */
export function keptContents({ contents }: RunCreated): ReadonlyMap<string, string> | undefined {
  return contents && new Map(contents);
}

/** The settings of the command that started the run. */
export function keptSettings(created: RunCreated): Settings {
  const { set, paramsFile, slice = { sample: [] }, stub = false, site } = created.settings;
  return { set, paramsFile, slice, stub, site };
}

/** The workflow's own file: the first that was read. */
export function keptWorkflow(created: RunCreated): string {
  const [workflow] = created.sources;
  if (!workflow) throw new Error('a run without a source');
  return workflow.name;
}
