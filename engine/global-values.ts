import {
  type CallSyntax,
  type Checked,
  conform,
  type Diagnostic,
  type Evaluated,
  type Expression,
  evaluate,
  freeNames,
  globalValue,
  hasErrors,
  NeedFile,
  type Param,
  type Program,
  type Scope,
  type SourceText,
  type Type,
  type Value,
} from '../dsl/index.ts';
import type { Settings } from './settings.ts';
import { openLocation, readAtOpenLocation } from './site/open-location.ts';
import type { FileRequest, FileShelf } from './table/file-shelf.ts';

/** Names with their values; what could not be computed has none. */
export type Globals = ReadonlyMap<string, Value>;

/**
 * Values of params, plan-time lets and locations. Each is computed when one that needs it is, and files
 * are read as readers ask for them; `directoryOf` says where paths in a text start from. A location
 * that is not among `places` stands as a file `<name>`.
 */
export async function globalValues(
  program: Program,
  shelf: FileShelf,
  settings: Settings,
  directoryOf: (source: SourceText) => string,
  places: ReadonlyMap<string, Value> = new Map(),
): Promise<Checked<Globals>> {
  const globals = new Map<string, Value>(
    program.locations.map(({ name }) => [name, places.get(name) ?? openLocation(name)]),
  );
  const diagnostics: Diagnostic[] = [];
  const done = new Set<string>();

  const compute = async (
    expression: Expression,
    type: Type,
    base: string = directoryOf(expression.span.source),
  ): Promise<Value | undefined> => {
    for (const name of freeNames(expression)) await ensure(name);
    if (![...freeNames(expression)].every((n) => globals.has(n) || !isComputed(program, n))) {
      return undefined;
    }
    for (;;) {
      const tried = tryEvaluate(program, globals, shelf, expression, type, base);
      if (!('reader' in tried)) {
        if (tried.ok) return tried.value;
        diagnostics.push(tried.diagnostic);
        return undefined;
      }
      const open = readAtOpenLocation(program, globals, tried.path, tried.span);
      const found = open ? [open] : await shelf.fetch(tried);
      diagnostics.push(...found);
      if (hasErrors(found)) return undefined;
    }
  };

  const paramValue = async (param: Param): Promise<Value | undefined> => {
    const setting = settings.get(param.name);
    if (setting?.kind === 'value') return setting.value;
    if (setting?.kind === 'refused') return undefined;
    const expression = setting?.expression ?? param.default;
    if (!expression) {
      diagnostics.push(withoutValue(param));
      return undefined;
    }
    const base = setting && (setting.base ?? '.');
    const value = await compute(expression, param.type, base);
    if (value === undefined) return undefined;
    const fitted = fitParam(param, value, expression);
    diagnostics.push(...fitted.diagnostics);
    return hasErrors(fitted.diagnostics) ? undefined : fitted.value;
  };

  const ensure = async (name: string): Promise<void> => {
    if (done.has(name)) return;
    done.add(name);
    const param = program.params.find((p) => p.name === name);
    const found = program.lets.find((l) => l.name === name && l.phase === 'plan');
    const ofLet = async () => found && (await compute(found.value, found.type));
    const value = await (param ? paramValue(param) : ofLet());
    if (value === undefined) return;
    globals.set(name, value);
    if (!param?.where) return;
    const holds = await compute(param.where, { kind: 'bool' });
    if (holds === false) diagnostics.push(refused(param, param.where, value));
  };

  for (const { name } of [...program.params, ...program.lets]) await ensure(name);
  return { value: globals, diagnostics };
}

function isComputed(program: Program, name: string): boolean {
  return program.params.some((p) => p.name === name) || program.lets.some((l) => l.name === name);
}

/** E0402 for what is not of the parameter's type. */
function fitParam({ name, type }: Param, value: Value, { span }: Expression): Checked<Value> {
  return conform(value, type, { code: 'E0402', what: `parameter \`${name}\``, span });
}

/** The value, why there is none, or the file that must be read first. */
function tryEvaluate(
  program: Program,
  globals: Globals,
  shelf: FileShelf,
  expression: Expression,
  type: Type,
  base: string,
): Evaluated | FileRequest {
  let wanted: FileRequest | undefined;
  const scope: Scope = {
    typeOf: program.typeOf,
    lookup: (name) => globalValue(name, globals, program.types),
    reader(reader, path, call: CallSyntax) {
      const request = {
        reader,
        path,
        base,
        type: call === expression ? type : program.typeOf(call),
      };
      const value = shelf.value(request);
      if (value !== undefined) return value;
      wanted = { ...request, span: call.span };
      throw new NeedFile(path, reader);
    },
  };
  try {
    return evaluate(expression, scope);
  } catch (problem) {
    if (problem instanceof NeedFile && wanted) return wanted;
    throw problem;
  }
}

function withoutValue({ name, type, span }: Param): Diagnostic {
  const example = type.kind === 'table' ? `'${name}=csv("FILE")'` : `${name}=...`;
  return {
    code: 'E1002',
    severity: 'error',
    message: `parameter \`${name}\` has no value`,
    span,
    label: 'and no default',
    hint:
      type.kind === 'optional'
        ? `write \`= none\` behind its type if it may be left out, or give it: --set ${example}`
        : `--set ${example}, or a file of values with --params`,
  };
}

function refused(param: Param, where: Expression, value: Value): Diagnostic {
  const isPlain = ['number', 'boolean', 'string'].includes(typeof value);
  const text = isPlain ? JSON.stringify(value) : undefined;
  return {
    code: 'E0414',
    severity: 'error',
    message: `parameter \`${param.name}\` does not fulfil its condition`,
    span: where.span,
    label: text === undefined ? 'this does not hold' : `\`${param.name}\` is ${text}`,
  };
}
