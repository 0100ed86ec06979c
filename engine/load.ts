import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import {
  type CallSyntax,
  type Checked,
  type Diagnostic,
  evaluate,
  hasErrors,
  isReaderName,
  link,
  NeedFile,
  type Program,
  parse,
  parts,
  type SourceSyntax,
  type Step,
} from '../dsl/index.ts';
import { type Globals, globalValues } from './global-values.ts';
import type { Loaded } from './loaded.ts';
import type { Files } from './ports.ts';
import { readSettings, type Settings } from './settings.ts';
import { createFileShelf, type FileShelf } from './table/file-shelf.ts';

export interface LoadOptions {
  readonly files: Files;
  /** `--set name=text`; the last one of a name counts. */
  readonly set?: readonly (readonly [name: string, text: string])[];
  /** `--params`: a JSON object of parameter values. */
  readonly paramsFile?: string | undefined;
  /** How a file is called in diagnostics; its path if not given. */
  readonly nameOf?: (path: string) => string;
}

/**
 * Reads a workflow and all that a plan is made from: parameters (default, then `paramsFile`, then `set`),
 * checked against their types and `where`; tables, checked cell by cell; plan-time lets. Paths in the
 * workflow are relative to it, those on the command line to the current directory. Locations have no
 * value without a site: they stand as files `<name>`, and a note says so. With errors among the
 * diagnostics (of the checker; E0309, E0402, E0414, E0701, E0709, E1001, E1002) the result must not be
 * planned.
 */
export async function load(path: string, options: LoadOptions): Promise<Checked<Loaded>> {
  const shelf = createFileShelf(options.files, options.nameOf);
  const directory = posix.dirname(path);
  const { value: source, diagnostics: unread } = await shelf.source(path, undefined);
  const module = parse(source ?? { name: path, text: '' });
  const linked = link(module.value);
  const program = linked.value;
  const reader = readerFor(program, shelf, directory);
  const checked = source ? [...module.diagnostics, ...linked.diagnostics] : unread;
  if (hasErrors(checked)) {
    const globals: Globals = new Map();
    const value = {
      program,
      globals,
      files: shelf.files,
      reader,
      channels: new Map(),
      fingerprint: '',
    };
    return { value, diagnostics: checked };
  }
  const settings = await readSettings(program, shelf, options.set ?? [], options.paramsFile);
  const globals = await globalValues(program, shelf, settings.value, directory);
  const inline = await fetchInline(program, shelf, globals.value, directory);
  const fingerprint = fingerprintOf(shelf, settings.value);
  return {
    value: {
      program,
      globals: globals.value,
      files: shelf.files,
      reader,
      channels: new Map(),
      fingerprint,
    },
    diagnostics: [
      ...checked,
      ...settings.diagnostics,
      ...globals.diagnostics,
      ...inline,
      ...program.locations.map(unfilled),
    ],
  };
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

function readerFor(program: Program, shelf: FileShelf, base: string): Loaded['reader'] {
  return (reader, path, call) => {
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
  base: string,
): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  const scope = {
    typeOf: program.typeOf,
    lookup: (name: string) => globals.get(name) ?? program.types.get(name)?.values,
  };
  for (const call of program.steps.flatMap((step) => planTimeNodes(step).flatMap(readerCalls))) {
    const [argument] = call.arguments;
    if (call.callee.kind !== 'name' || !argument) continue;
    const reader = call.callee.name.text;
    const path = evaluate(argument.value, scope);
    if (!isReaderName(reader) || !path.ok || typeof path.value !== 'string') continue;
    const request = { reader, path: path.value, base, type: program.typeOf(call) };
    diagnostics.push(...(await shelf.fetch({ ...request, span: call.span })));
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
