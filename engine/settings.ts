import {
  type Checked,
  conform,
  type Diagnostic,
  didYouMean,
  type Expression,
  freeNames,
  hasErrors,
  isReaderName,
  jsonValue,
  type Param,
  type Program,
  parseExpression,
  parseSetting,
  readerNames,
  type Span,
  type Value,
} from '../dsl/index.ts';
import type { FileShelf } from './table/file-shelf.ts';

/** A parameter's value from outside of the workflow. */
export type Setting =
  | { readonly kind: 'value'; readonly value: Value; readonly text: string }
  /** `--set visits=csv("v.csv")`: a reader, relative to `base` (default: the current directory). */
  | {
      readonly kind: 'expression';
      readonly expression: Expression;
      readonly text: string;
      readonly base?: string;
    }
  /** It was given and does not fit, which has been told: the parameter has no value. */
  | { readonly kind: 'refused'; readonly text: string };

export type Settings = ReadonlyMap<string, Setting>;

/**
 * What `--params` and then `--set` give to parameters, the last of a name counts. E1002 for names that are
 * no parameters, E0402 for values that do not fit their types.
 */
export async function readSettings(
  program: Program,
  shelf: FileShelf,
  set: readonly (readonly [name: string, text: string])[],
  paramsFile: string | undefined,
): Promise<Checked<Settings>> {
  const settings = new Map<string, Setting>();
  const diagnostics: Diagnostic[] = [];
  const take = (name: string, span: Span | undefined, read: (param: Param) => Checked<Setting>) => {
    const param = program.params.find((p) => p.name === name);
    if (!param) {
      diagnostics.push(noParameter(program, name, span));
      return;
    }
    const checked = read(param);
    diagnostics.push(...checked.diagnostics);
    const { text } = checked.value;
    settings.set(name, hasErrors(checked.diagnostics) ? { kind: 'refused', text } : checked.value);
  };
  if (paramsFile !== undefined) {
    const { value: fields, diagnostics: found } = await jsonFields(shelf, paramsFile);
    diagnostics.push(...found);
    // Whatever an unreadable file was to give counts as given, so that nobody asks for it again.
    if (hasErrors(found)) {
      for (const { name } of program.params) settings.set(name, { kind: 'refused', text: '' });
    }
    for (const { name, value, span } of fields) {
      take(name, span, (param) => settingOf(conform(value, param.type, placeOf(param, span)), ''));
    }
  }
  for (const [name, text] of set) {
    const given = `--set ${name}=`;
    const source = { name: 'command line', text: `${given}${text}` };
    const at = { source, start: given.length - 1 - name.length, end: given.length - 1 };
    const span = { source, start: given.length, end: source.text.length };
    take(name, at, (param) => readSetting(param, text, span));
  }
  return { value: settings, diagnostics };
}

function readSetting(param: Param, text: string, span: Span): Checked<Setting> {
  const called = /^\s*(\w+)\(/.exec(text)?.[1];
  if (called !== undefined && !isReaderName(called) && takesNoText(param)) {
    const near = didYouMean(called, readerNames);
    if (near !== undefined) {
      return refusedBy(text, span, `there is no reader \`${called}\``, `did you mean \`${near}\`?`);
    }
  }
  if (called === undefined || !isReaderName(called)) {
    return settingOf(parseSetting(text, param.type, placeOf(param, span)), text);
  }
  const { value: expression, diagnostics } = parseExpression(span.source, span.start);
  if (!expression) return { value: { kind: 'refused', text }, diagnostics };
  if (isOneReader(expression)) {
    return { value: { kind: 'expression', expression, text }, diagnostics };
  }
  const message = 'a parameter is given as a plain value or by one reader of one file';
  return refusedBy(text, expression.span, message, `write \`${called}("FILE")\``);
}

/** Parameters whose values are no text, so that a word with a bracket can only be meant as a reader. */
function takesNoText({ type }: Param): boolean {
  const { kind } = type.kind === 'optional' ? type.of : type;
  return kind === 'table' || kind === 'list' || kind === 'record';
}

/** `csv("f.csv")`, `json("f.json").names`: nothing of the workflow is known on a command line. */
function isOneReader(expression: Expression): boolean {
  if (expression.kind === 'field') return isOneReader(expression.object);
  if (expression.kind === 'index') return isOneReader(expression.object);
  if (expression.kind !== 'call') return false;
  const [path, ...more] = expression.arguments;
  return path?.value.kind === 'string' && more.length === 0 && freeNames(expression).size === 0;
}

function refusedBy(text: string, span: Span, message: string, hint: string): Checked<Setting> {
  const diagnostic: Diagnostic = { code: 'E0402', severity: 'error', message, span, hint };
  return { value: { kind: 'refused', text }, diagnostics: [diagnostic] };
}

function settingOf({ value, diagnostics }: Checked<Value>, text: string): Checked<Setting> {
  return { value: { kind: 'value', value, text }, diagnostics };
}

function placeOf(param: Param, span: Span) {
  return { code: 'E0402', what: `parameter \`${param.name}\``, span };
}

function noParameter(program: Program, name: string, span: Span | undefined): Diagnostic {
  const names = program.params.map((p) => p.name);
  const near = didYouMean(name, names);
  return {
    code: 'E1002',
    severity: 'error',
    message: `\`${program.name}\` has no parameter \`${name}\``,
    span,
    notes: names.length === 0 ? ['it has none'] : [`it has ${names.join(', ')}`],
    hint: near === undefined ? undefined : `did you mean \`${near}\`?`,
  };
}

interface Field {
  readonly name: string;
  readonly value: Value;
  readonly span: Span;
}

async function jsonFields(shelf: FileShelf, path: string): Promise<Checked<readonly Field[]>> {
  const { value: source, diagnostics } = await shelf.source(path, undefined);
  if (!source) return { value: [], diagnostics };
  const refuse = (message: string): Checked<readonly Field[]> => ({
    value: [],
    diagnostics: [
      { code: 'E1002', severity: 'error', message, span: { source, start: 0, end: 0 } },
    ],
  });
  try {
    const parsed: unknown = JSON.parse(source.text);
    if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
      return refuse('parameters are an object: `{"name": value, ...}`');
    }
    const places = keyPlaces(source.text);
    const fields = Object.entries(parsed).map(([name, value]) => {
      const [start, end] = places.get(name) ?? [0, 0];
      return { name, value: jsonValue(value), span: { source, start, end } };
    });
    return { value: fields, diagnostics: [] };
  } catch (error) {
    return refuse(`this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Where the keys of the outermost object stand in a valid JSON text. */
function keyPlaces(text: string): ReadonlyMap<string, readonly [start: number, end: number]> {
  const places = new Map<string, readonly [number, number]>();
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && token.endsWith(':')) {
      const quoted = token.slice(0, -1).trimEnd();
      places.set(String(JSON.parse(quoted)), [index, index + quoted.length]);
    }
  }
  return places;
}
