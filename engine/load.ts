import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import {
  type CallSyntax,
  type Checked,
  type Diagnostic,
  evaluate,
  globalValue,
  hasErrors,
  isReaderName,
  link,
  type Module,
  NeedFile,
  type Program,
  parse,
  parts,
  type SourceSyntax,
  type Step,
  spanText,
} from '../dsl/index.ts';
import { type Globals, globalValues } from './global-values.ts';
import { type Modules, readModules } from './library/modules.ts';
import type { Loaded } from './loaded.ts';
import type { Files } from './ports.ts';
import { readSettings, type Settings } from './settings.ts';
import { bindSite } from './site/bind-site.ts';
import type { BoundSite } from './site/bound-site.ts';
import { readAtOpenLocation } from './site/open-location.ts';
import { readSite, type SiteChoice } from './site/read-site.ts';
import { createFileShelf, type FileShelf } from './table/file-shelf.ts';

export interface LoadOptions {
  readonly files: Files;
  /** `--set name=text`; the last one of a name counts. */
  readonly set?: readonly (readonly [name: string, text: string])[];
  /** `--params`: a JSON object of parameter values. */
  readonly paramsFile?: string | undefined;
  /** The site that fills locations, gives params values and tunes steps; none: locations stay open. */
  readonly site?: SiteChoice | undefined;
  /** How a file is called in diagnostics; its path if not given. */
  readonly nameOf?: (path: string) => string;
}

/** A workflow checked with the files that it uses; no table is read. Undefined if it cannot be read. */
export async function linkFile(
  path: string,
  options: Pick<LoadOptions, 'files' | 'nameOf'>,
): Promise<Checked<Program | undefined>> {
  const { value, diagnostics } = await readProgram(path, options);
  return { value: value?.program, diagnostics };
}

/** The same with its syntax tree. */
export async function readProgram(
  path: string,
  options: Pick<LoadOptions, 'files' | 'nameOf'>,
): Promise<Checked<{ readonly module: Module; readonly program: Program } | undefined>> {
  const modules = await readModules(path, createFileShelf(options.files, options.nameOf));
  const { module } = modules;
  if (module === undefined) return { value: undefined, diagnostics: modules.diagnostics };
  const { value: program, diagnostics } = link(module, modules.find);
  return { value: { module, program }, diagnostics: [...modules.diagnostics, ...diagnostics] };
}

/**
 * Reads a workflow and all that a plan is made from: parameters (default, then `paramsFile`, then `set`),
 * checked against their types and `where`; tables, checked cell by cell; plan-time lets. Paths in the
 * workflow are relative to it, those on the command line to the current directory. A site's params come
 * before `paramsFile`; its tunes are in the program. Locations that no site fills stand as files `<name>`;
 * without a site a note says so. With errors among the diagnostics (of the checkers; E0309, E0402, E0414,
 * E0701, E0709, E0910, E1001, E1002) the result must not be planned.
 */
export async function load(path: string, options: LoadOptions): Promise<Checked<Loaded>> {
  const shelf = createFileShelf(options.files, options.nameOf);
  const modules = await readModules(path, shelf);
  const { directoryOf } = modules;
  const linked = link(modules.module ?? parse({ name: path, text: '' }).value, modules.find);
  const placed = await atSite(linked.value, shelf, options);
  const { program, site } = placed.value;
  const reader = readerFor(program, shelf, directoryOf);
  const channels = site?.site.channels ?? new Map();
  const read = [...modules.diagnostics, ...(modules.module ? linked.diagnostics : [])];
  const checked = [...read, ...placed.diagnostics];
  if (hasErrors(checked)) {
    const globals: Globals = new Map();
    const value = {
      program,
      globals,
      files: shelf.files,
      reader,
      channels,
      fingerprint: '',
    };
    return { value, diagnostics: checked };
  }
  const settings = await readSettings(program, shelf, options.set ?? [], options.paramsFile);
  const given = withSiteParams(settings.value, program, site, options.site);
  const places = site?.locations ?? new Map();
  const globals = await globalValues(program, shelf, given, directoryOf, places);
  const inline = await fetchInline(program, shelf, globals.value, directoryOf);
  const fingerprint = fingerprintOf(shelf, given);
  return {
    value: {
      program,
      site,
      globals: globals.value,
      files: shelf.files,
      reader,
      channels,
      fingerprint,
    },
    diagnostics: [
      ...checked,
      ...settings.diagnostics,
      ...globals.diagnostics,
      ...inline,
      ...(site ? [] : program.locations.map(unfilled)),
    ],
  };
}

/** The workflow as the site of the options has it; as it is where there is none, or it has errors. */
async function atSite(
  program: Program,
  shelf: FileShelf,
  { site: choice }: LoadOptions,
): Promise<Checked<{ readonly program: Program; readonly site: BoundSite | undefined }>> {
  const none = { program, site: undefined };
  if (choice === undefined) return { value: none, diagnostics: [] };
  const read = await readSite(shelf, choice);
  if (!read.value || hasErrors(read.diagnostics)) {
    return { value: none, diagnostics: read.diagnostics };
  }
  const { value, diagnostics } = bindSite(program, read.value, choice);
  return {
    value: { program: value.program, site: value.bound },
    diagnostics: [...read.diagnostics, ...diagnostics],
  };
}

/** What the command line says, and beneath it the site's values; their paths are relative to its file. */
function withSiteParams(
  settings: Settings,
  program: Program,
  bound: BoundSite | undefined,
  choice: SiteChoice | undefined,
): Settings {
  const all = new Map(settings);
  const base = posix.dirname(choice?.path ?? '.');
  for (const [name, { expression, span }] of bound?.site.params ?? []) {
    if (all.has(name) || !program.params.some((p) => p.name === name)) continue;
    all.set(name, { kind: 'expression', expression, text: spanText(span), base });
  }
  return all;
}

function unfilled({ name, span }: Program['locations'][number]): Diagnostic {
  return {
    code: 'E0902',
    severity: 'note',
    message: `location \`${name}\` is not filled`,
    span,
    label: 'a site says where it is',
  };
}

function readerFor(
  program: Program,
  shelf: FileShelf,
  directoryOf: Modules['directoryOf'],
): Loaded['reader'] {
  return (reader, path, call) => {
    const base = directoryOf(call.span.source);
    const value = shelf.value({ reader, path, base, type: program.typeOf(call) });
    if (value === undefined) throw new NeedFile(path, reader);
    return value;
  };
}

/** Reads the files that steps name outside of params and lets, so that planning reads none. */
async function fetchInline(
  program: Program,
  shelf: FileShelf,
  globals: Globals,
  directoryOf: Modules['directoryOf'],
): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  const scope = {
    typeOf: program.typeOf,
    lookup: (name: string) => globalValue(name, globals, program.types),
  };
  for (const call of program.steps.flatMap((step) => planTimeNodes(step).flatMap(readerCalls))) {
    const [argument] = call.arguments;
    if (call.callee.kind !== 'name' || !argument) continue;
    const reader = call.callee.name.text;
    const path = evaluate(argument.value, scope);
    if (!isReaderName(reader) || !path.ok || typeof path.value !== 'string') continue;
    const base = directoryOf(call.span.source);
    const request = { reader, path: path.value, base, type: program.typeOf(call) };
    const open = readAtOpenLocation(program, globals, path.value, call.span);
    diagnostics.push(...(open ? [open] : await shelf.fetch({ ...request, span: call.span })));
  }
  return diagnostics;
}

/** All expressions of a step that are evaluated before it runs: not those of its `out`s. */
function planTimeNodes(step: Step): readonly SourceSyntax[] {
  const some = [step.where?.expression, step.when?.expression, step.tolerate, step.priority];
  return [
    ...step.generators.map((g) => g.source),
    ...step.inputs.map((input) => input.source),
    ...step.lets.map((l) => l.value),
    ...step.resources.values(),
    ...step.vars.values(),
    ...some.filter((node) => node !== undefined),
  ];
}

function readerCalls(node: SourceSyntax): readonly CallSyntax[] {
  const inside = parts(node).flatMap(readerCalls);
  const { kind } = node;
  if (kind !== 'call' || node.callee.kind !== 'name') return inside;
  return isReaderName(node.callee.name.text) ? [node, ...inside] : inside;
}

/** Of the contents of all files and of the settings; where they are does not count. */
function fingerprintOf(shelf: FileShelf, settings: Settings): string {
  const given = [...settings].map(([name, { text }]) => [name, text]).toSorted();
  const meaning = [shelf.files.map((f) => f.sha256), shelf.listings, given];
  return createHash('sha256').update(JSON.stringify(meaning)).digest('hex');
}
