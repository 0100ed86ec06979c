import { join, resolve } from 'node:path';
import { type Checked, hasErrors } from '../../dsl/index.ts';
import {
  type Binder,
  digestInputs,
  diskFiles,
  type Files,
  type Loaded,
  load,
  makeBinder,
  makePlan,
  type Plan,
  readScripts,
  rulesOf,
  type Sample,
  type Slice,
  type StepRules,
  stubBinder,
  stubProgram,
  wrongTargets,
} from '../../engine/index.ts';
import { type Context, UsageError } from '../context.ts';
import { displayName } from './display-name.ts';
import { type SiteSetting, siteChoice, siteSetting } from './site.ts';

/** What the command line says of parameters; kept with the run so that a resume reads the same. */
export interface Settings {
  readonly set: readonly (readonly [name: string, text: string])[];
  /** Absolute. */
  readonly paramsFile: string | undefined;
  readonly slice: Slice;
  /** No script runs. */
  readonly stub: boolean;
  readonly site?: SiteSetting | undefined;
}

export interface ParameterOptions {
  readonly set: readonly string[];
  readonly params?: string;
  readonly allowLarge?: boolean;
  readonly only?: string;
  readonly sample?: readonly string[];
  readonly stub?: boolean;
  readonly site?: string;
}

function settingsOf(context: Context, options: ParameterOptions): Settings {
  const set = options.set.map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`\`--set ${text}\` has no name`, 'write `--set name=value`');
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const paramsFile = options.params && resolve(context.cwd, options.params);
  return {
    set,
    paramsFile,
    slice: { only: options.only, sample: (options.sample ?? []).flatMap(samplesIn) },
    stub: options.stub ?? false,
  };
}

/** `--sample visit=2`, or several with commas. */
function samplesIn(text: string): Sample[] {
  return text.split(',').map((part) => {
    const [, dimension, digits] = /^\s*(\w+)\s*=\s*(\d+)\s*$/u.exec(part) ?? [];
    const count = Number(digits);
    if (dimension !== undefined && count >= 1) return { dimension, count };
    throw new UsageError(
      `\`--sample ${text}\` names no dimension with a number from 1`,
      'write `--sample visit=2`: the first two keys of `visit`',
    );
  });
}

/** What the command line says, with the site that `--site` names; E0910 if there is no such site. */
export async function settingsAt(
  context: Context,
  options: ParameterOptions,
  workflow: string,
): Promise<Checked<Settings>> {
  const settings = settingsOf(context, options);
  if (options.site === undefined) return { value: settings, diagnostics: [] };
  const { value: site, diagnostics } = await siteSetting(context, options.site, workflow);
  return { value: { ...settings, site }, diagnostics };
}

export interface Planned {
  readonly loaded: Loaded;
  readonly plan: Plan;
  /** Of a stub run: `loaded` has the program that is left for it. */
  readonly stub: boolean;
}

/** Loads and plans a workflow; `value` is undefined if either failed. Paths are absolute. */
export async function planWorkflow(
  context: Context,
  path: string,
  settings: Settings,
  options: { readonly files?: Files; readonly allowLarge?: boolean },
): Promise<Checked<Planned | undefined>> {
  const files = options.files ?? diskFiles();
  const loaded = await load(path, {
    files,
    set: settings.set,
    paramsFile: settings.paramsFile,
    site: settings.site && siteChoice(settings.site),
    nameOf: (file) => displayName(context, file),
  });
  const before = loaded.diagnostics;
  if (hasErrors(before)) return { value: undefined, diagnostics: before };
  const { stub } = settings;
  const value = stub
    ? { ...loaded.value, program: stubProgram(loaded.value.program) }
    : loaded.value;
  const planned = makePlan(value, {
    allowLarge: options.allowLarge ?? false,
    slice: settings.slice,
  });
  const found = [...before, ...planned.diagnostics];
  // A run that has begun stays readable, whatever a later release finds in its text.
  const isNew = options.files === undefined && !hasErrors(found);
  const diagnostics = isNew ? [...found, ...wrongTargets(planned.value)] : found;
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };
  return { value: { loaded: value, plan: planned.value, stub }, diagnostics };
}

export interface Bound {
  readonly binder: Binder;
  readonly rules: readonly StepRules[];
  /** Digests of the files that were there before the run, by path. */
  readonly contents: ReadonlyMap<string, string>;
  /** Texts of `script file` bodies, by absolute path. */
  readonly scripts: ReadonlyMap<string, string>;
}

/**
 * The binder and rules of a plan, with the contents of what it names read once; a run that has begun gives
 * the `contents` that it began with.
 */
export async function bindWorkflow(
  { loaded, plan, stub }: Planned,
  directory: string,
  files: Files,
  kept?: ReadonlyMap<string, string>,
): Promise<Checked<Bound>> {
  const [contents, scripts] = await Promise.all([
    kept ?? digestInputs(plan, files),
    readScripts(plan, files, directory),
  ]);
  const binder = makeBinder(plan, {
    contents,
    scripts: scripts.value,
    directory,
    reader: loaded.reader,
    list: (path) => files.list(path),
  });
  const bound = stub ? stubBinder(binder, plan, loaded.reader) : binder;
  const texts = [...scripts.value].map(([path, text]) => [join(directory, path), text] as const);
  return {
    value: { binder: bound, rules: rulesOf(plan, loaded), contents, scripts: new Map(texts) },
    diagnostics: scripts.diagnostics,
  };
}
