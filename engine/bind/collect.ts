import { dirname, join } from 'node:path';
import {
  conform,
  type Diagnostic,
  NeedFile,
  type Output,
  type Program,
  type ReaderName,
  type Scope,
  type Value,
} from '../../dsl/index.ts';
import type { Binder, JsonValue } from './binding.ts';
import { checkKeys, filesIn, sizeOfOutput } from './check-manifest.ts';
import type { InstanceScope } from './instance-scope.ts';
import { matchingFiles, readOutput } from './read-output.ts';
import { isFileOutput } from './reading.ts';
import { compute, Invalid } from './unsettled.ts';
import { valueToJson } from './value-json.ts';

type Collected = Awaited<ReturnType<Binder['collect']>>;

/** How an attempt's scratch directory is read; paths are relative to it. */
export interface Scratch {
  /** Undefined: there is no such file. */
  readonly read: (path: string) => Promise<Uint8Array | undefined>;
  readonly list: ((directory: string) => Promise<readonly string[]>) | undefined;
}

/** The values of the outputs that are no files of the instance that the scope has entered. */
export async function collectValues(
  scope: InstanceScope,
  directory: string,
  scratch: Scratch,
  program: Program,
): Promise<Collected> {
  const values: Record<string, JsonValue> = {};
  const texts = new Map<string, string | undefined>();
  const files: { name: string; path: string }[] = [];
  const warnings: string[] = [];
  const { step } = scope.frame.planned;
  for (const output of step.outputs) {
    if (isFileOutput(output) || output.from === undefined) continue;
    try {
      const value = await valueFor(output, scope, { directory, scratch, texts });
      if (value === undefined && output.type.kind !== 'optional') {
        return { kind: 'missing', diagnostic: notMade(output, texts) };
      }
      values[output.name] = value === undefined ? null : valueToJson(value, directory);
      if (value === undefined || value === null) continue;
      const { name } = output;
      const named = filesIn(output, value);
      const problem = 'code' in named ? named : checkKeys(program, step, output, value);
      if (problem) return { kind: 'invalid', diagnostic: problem };
      if (!('code' in named)) files.push(...named.map((path) => ({ name, path })));
      const surprise = surpriseOf(output, sizeOfOutput(value), scope);
      if (surprise && isStrict(program, scope)) return { kind: 'invalid', diagnostic: surprise };
      if (surprise) warnings.push(surprise.message);
    } catch (problem) {
      if (problem instanceof Invalid) return { kind: 'invalid', diagnostic: problem.diagnostic };
      throw problem;
    }
  }
  return {
    kind: 'values',
    values,
    ...(files.length > 0 ? { files } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** The same for values that were collected before, by a run whose `expect` may have been another one. */
export function surprisesIn(
  scope: InstanceScope,
  values: Readonly<Record<string, JsonValue>>,
  program: Program,
): { readonly diagnostics: readonly Diagnostic[]; readonly isStrict: boolean } {
  const diagnostics: Diagnostic[] = [];
  for (const output of scope.frame.planned.step.outputs) {
    const value = values[output.name];
    const size = Array.isArray(value)
      ? value.length
      : typeof value === 'number'
        ? value
        : undefined;
    const surprise = surpriseOf(output, size, scope);
    if (surprise) diagnostics.push(surprise);
  }
  return { diagnostics, isStrict: diagnostics.length > 0 && isStrict(program, scope) };
}

// --- Internal helpers ---

/** E0714: another number of elements than `expect` says. */
function surpriseOf(
  output: Output,
  size: number | undefined,
  scope: InstanceScope,
): Diagnostic | undefined {
  const { expect, name, span } = output;
  if (expect === undefined || size === undefined) return undefined;
  const [min, max] = [compute(expect.min, scope), compute(expect.max, scope)];
  if (typeof min !== 'number' || typeof max !== 'number') return undefined;
  if (size >= min && size <= max) return undefined;
  const wanted = min === max ? `${min}` : `${min}..${max}`;
  return {
    code: 'E0714',
    severity: 'error',
    message: `\`${name}\` has ${size}, where ${wanted} were expected`,
    span,
    hint: '`policy { expect = "warn" }` lets it pass',
  };
}

function isStrict(program: Program, scope: InstanceScope): boolean {
  const policy = program.policy.get('expect');
  return policy !== undefined && compute(policy, scope) === 'strict';
}

interface Source {
  readonly directory: string;
  readonly scratch: Scratch;
  /** By path; undefined where there is no such file. */
  readonly texts: Map<string, string | undefined>;
}

/** Undefined if a file that it is read from is not there. Throws `Invalid`. */
async function valueFor(
  output: Output,
  scope: InstanceScope,
  source: Source,
): Promise<Value | undefined> {
  const lists = new Map<string, readonly Value[]>();
  const reading: Scope = {
    lookup: (name) => scope.lookup(name),
    typeOf: (expression) => scope.typeOf(expression),
    reader(name, path, call) {
      if (name === 'files') return lists.get(path) ?? demand(path, name);
      // A call that stands alone is of the declared type; inside an expression it has one of its own.
      const type = call === output.from ? output.type : scope.typeOf(call);
      const text = source.texts.get(path) ?? demand(path, name);
      return readOutput(name, path, text, type ?? { kind: 'string' });
    },
  };
  for (;;) {
    try {
      const value = compute(output.from as NonNullable<Output['from']>, reading);
      const what = `\`${output.name}\``;
      const fitted = conform(value, output.type, { code: 'E0703', what, span: output.span });
      const [first] = fitted.diagnostics;
      if (first !== undefined) throw new Invalid(first);
      return fitted.value;
    } catch (problem) {
      if (!(problem instanceof NeedFile)) throw problem;
      if (problem.reader === 'files') lists.set(problem.path, await filesOf(problem.path, source));
      else {
        const bytes = await source.scratch.read(problem.path);
        source.texts.set(problem.path, bytes && new TextDecoder().decode(bytes));
        if (bytes === undefined) return undefined;
      }
    }
  }
}

function demand(path: string, reader: ReaderName): never {
  throw new NeedFile(path, reader);
}

async function filesOf(pattern: string, source: Source): Promise<readonly Value[]> {
  const names = await source.scratch.list?.(join(source.directory, dirname(pattern)));
  return matchingFiles(pattern, names ?? []);
}

function notMade(output: Output, texts: ReadonlyMap<string, string | undefined>): Diagnostic {
  const path = [...texts].findLast(([, text]) => text === undefined)?.[0] ?? '';
  return {
    code: 'E0712',
    severity: 'error',
    message: `\`${path}\` was not made, from which \`${output.name}\` is read`,
    span: output.span,
    hint: 'an output that may be missing has the type `T?`',
  };
}
