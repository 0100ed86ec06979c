import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Checked, Diagnostic, FileValue, Type, Value } from '../../dsl/index.ts';
import type { Plan } from '../plan/plan.ts';
import type { Files } from '../ports.ts';
import { placedGlobals } from './globals.ts';
import { compute, Invalid } from './unsettled.ts';
import { isFile, wordOf } from './word.ts';

/** Up to this size a file counts by its content, a larger one by size and time of change. */
const CONTENT_BYTES = 64 * 2 ** 20;
/** Files that are open at once. */
const AT_ONCE = 32;

/**
 * Digests of the files and directories that the plan's values name and that are no locations (a `param`
 * of type file, `files("bin/*.py")`, a table's column), by path: what was there before the run counts by
 * its content, so that a changed program reruns what uses it. What is not there has none, nor has what is of type
 * `path` or `store`: that is something that is changed in place, and counts by its name.
 */
export async function digestInputs(plan: Plan, files: Files): Promise<ReadonlyMap<string, string>> {
  const { params, lets, locations } = plan.program;
  const types = new Map([...params, ...lets].map(({ name, type }) => [name, type]));
  const notContents = new Set(locations.map(({ name }) => name));
  const paths = new Set<string>();
  const note = (file: FileValue) => paths.add(file.path);
  for (const [name, value] of plan.globals) {
    if (!notContents.has(name)) eachFile(value, types.get(name), note);
  }
  for (const { step, variables, fan } of plan.steps) {
    for (const { variable, source } of [...variables, ...(fan?.base.variables ?? [])]) {
      const element = step.generators.find((g) => g.variable === variable)?.elementType;
      if ('table' in source) eachFile(source.table, element, note);
      else if ('list' in source) for (const item of source.list) eachFile(item, element, note);
    }
  }
  const digests = new Map<string, string>();
  const all = [...paths].sort();
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const part = all.slice(from, from + AT_ONCE);
    const found = await Promise.all(part.map((path) => digestPath(path, files)));
    part.forEach((path, at) => {
      const digest = found[at];
      if (digest !== undefined) digests.set(path, `content ${digest}`);
    });
  }
  return digests;
}

/**
 * Texts of the plan's `script file` and `undo file` bodies, by the path that the workflow says; read before the run, so
 * that editing them does not touch it. `directory` is that of the workflow's file.
 */
export async function readScripts(
  plan: Plan,
  files: Files,
  directory: string,
): Promise<Checked<ReadonlyMap<string, string>>> {
  const globals = placedGlobals(plan);
  const texts = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  const bodies = plan.steps.flatMap(({ step }) =>
    [step.script, step.undo].map((script) => ({ step, script })),
  );
  for (const { step, script } of bodies) {
    if (script?.form !== 'file') continue;
    const { path: expression } = script;
    try {
      const path = wordOf(compute(expression, { lookup: (name) => globals.get(name) }));
      if (texts.has(path)) continue;
      const bytes = await files.read(posix.join(directory, path));
      texts.set(path, new TextDecoder().decode(bytes));
    } catch (problem) {
      diagnostics.push(
        problem instanceof Invalid
          ? problem.diagnostic
          : {
              code: 'E0713',
              severity: 'error',
              message: `the script of \`${step.name}\` cannot be read: ${(problem as Error).message}`,
              span: expression.span,
              hint: 'its path is relative to the workflow’s file',
            },
      );
    }
  }
  return { value: texts, diagnostics };
}

// --- Internal helpers ---

/** The files in a value; `type` is its own, as far as it is known. */
function eachFile(value: Value, type: Type | undefined, note: (file: FileValue) => void): void {
  if (value === null || typeof value !== 'object') return;
  const plain = type?.kind === 'optional' ? type.of : type;
  if (isFile(value)) {
    if (plain?.kind !== 'path' && plain?.kind !== 'store') note(value);
    return;
  }
  if (Array.isArray(value)) {
    const element = plain?.kind === 'list' ? plain.element : undefined;
    for (const item of value as readonly Value[]) eachFile(item, element, note);
    return;
  }
  const one = value as Exclude<typeof value, readonly Value[] | FileValue>;
  if (one.kind === 'object') {
    const fields = plain?.kind === 'record' ? plain.record.fields : undefined;
    for (const [name, field] of one.fields) eachFile(field, fields?.get(name), note);
  }
  if (one.kind !== 'table' && one.kind !== 'row') return;
  const table = one.kind === 'table' ? one : one.table;
  for (const [column, type] of table.record.fields) {
    const { kind } = type.kind === 'optional' ? type.of : type;
    if (kind !== 'file' && kind !== 'dir') continue;
    for (let row = 0; row < table.length; row++) eachFile(table.cell(row, column), type, note);
  }
}

async function digestPath(path: string, files: Files): Promise<string | undefined> {
  const [stat] = await files.stat([path]);
  if (stat === undefined) return undefined;
  const digest = createHash('sha256');
  if (stat.directory) {
    for (const name of await files.list(path)) {
      if (isByProduct(name)) continue;
      digest.update(`${name.length}:${name}${await digestPath(posix.join(path, name), files)}`);
    }
  } else if (stat.size > CONTENT_BYTES) digest.update(`${stat.size} ${stat.mtimeMs}`);
  else digest.update(await files.read(path));
  return digest.digest('hex');
}

/** What running a program leaves beside it, and what is hidden, is not the program. */
function isByProduct(name: string): boolean {
  return name.startsWith('.') || name === '__pycache__';
}
