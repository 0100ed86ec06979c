import { basename, dirname, resolve } from 'node:path';
import { compareStrings } from '../../dsl/index.ts';
import { diskFiles, type Files, isWholePlan, type RunCreated } from '../../engine/index.ts';
import type { Planned, Settings } from './workflow.ts';

/** The first event of a run: what it was planned from, so that later edits never touch it. */
export function createdEvent(
  { loaded, plan }: Planned,
  settings: Settings,
  options: {
    readonly engineVersion: string;
    readonly stop: boolean;
    readonly site: string;
    readonly allowLarge?: boolean;
  },
): RunCreated {
  const decoder = new TextDecoder();
  return {
    kind: 'run.created',
    v: 1,
    workflow: plan.program.name,
    sources: loaded.files.map(({ path, bytes }) => ({
      name: resolve(path),
      text: decoder.decode(bytes),
    })),
    settings: {
      set: settings.set,
      ...(settings.paramsFile === undefined ? {} : { paramsFile: settings.paramsFile }),
      ...(isWholePlan(settings.slice) ? {} : { slice: settings.slice }),
      ...(settings.stub ? { stub: true } : {}),
      ...(options.allowLarge ? { allowLarge: true } : {}),
    },
    planFingerprint: plan.fingerprint,
    engineVersion: options.engineVersion,
    policy: options.stop ? 'stop' : 'continue',
    site: options.site,
  };
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

/** The settings of the command that started the run. */
export function keptSettings(created: RunCreated): Settings {
  const { set, paramsFile, slice = { sample: [] }, stub = false } = created.settings;
  return { set, paramsFile, slice, stub };
}

/** The workflow's own file: the first that was read. */
export function keptWorkflow(created: RunCreated): string {
  const [workflow] = created.sources;
  if (!workflow) throw new Error('a run without a source');
  return workflow.name;
}
