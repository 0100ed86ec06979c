import { type Expression, freeNames, type Output } from '../../dsl/index.ts';
import type { Plan } from '../plan/plan.ts';
import type { Frame } from './frame.ts';
import type { Globals } from './globals.ts';
import { digestOf, type Encode, textOf } from './identity.ts';
import { isFileOutput } from './reading.ts';
import { expressionText, holeName, type Template, templateOf } from './template.ts';
import { compute } from './unsettled.ts';

/** A value that counts in a fingerprint, and what it is called in front of people. */
export interface BoundValue {
  readonly name: string;
  readonly expression: Expression;
  /** Encoded, where it is the same for all instances. */
  readonly constant: string | undefined;
  /** It is an input or an output by its plain name, which has a component of its own. */
  readonly isPlain: boolean;
}

/** All of a step that enters fingerprints, as far as it is the same for all instances; made once. */
export interface StepMeaning {
  /** Edition of the language, environment, script, types: one text. */
  readonly fixed: string;
  readonly script: string;
  readonly environment: string;
  readonly language: string;
  readonly outputTypes: string;
  /** In the order of the script. */
  readonly holes: readonly BoundValue[];
  /** Paths of outputs, ordered by name. */
  readonly paths: readonly BoundValue[];
  /** `vars` that are no secrets, ordered by name. */
  readonly vars: readonly BoundValue[];
  /** Dimensions whose keys count, ordered by name, as indices of columns. */
  readonly keys: readonly { readonly dimension: string; readonly column: number }[];
}

/** `scriptText` is the text of a `script file`. Throws `Invalid`. */
export function meaningOf(
  plan: Plan,
  frame: Frame,
  from: { readonly globals: Globals; readonly encode: Encode; readonly scriptText?: string },
): StepMeaning {
  const { globals, encode } = from;
  const { step, keys } = frame.planned;
  const { program } = plan;
  const globalScope = { lookup: (name: string) => globals.get(name), typeOf: program.typeOf };
  const bound = (name: string, expression: Expression): BoundValue => {
    const isConstant = frame.isConstant(expression);
    const meaning = expression.kind === 'name' ? frame.names.get(expression.name.text) : undefined;
    return {
      name,
      expression,
      constant: isConstant ? encode(compute(expression, globalScope)) : undefined,
      isPlain: meaning?.kind === 'input' || meaning?.kind === 'output',
    };
  };
  const template: Template = templateOf(step.script, from.scriptText);
  const environment = environmentText(plan, step.environment, (e) =>
    encode(compute(e, globalScope)),
  );
  const outputTypes = [...step.outputs].sort(byName).map(outputText).join('');
  const secrets = new Set(program.secrets);
  const vars = [...step.vars].sort(([a], [b]) => (a < b ? -1 : 1));
  const secretVars = vars.filter(([, e]) => isSecret(e, secrets)).map(([name]) => textOf(name));
  const language = String(program.language);
  return {
    fixed: [language, environment, template.digest, outputTypes, secretVars.join('')]
      .map(textOf)
      .join(''),
    script: template.digest,
    environment: digestOf(environment),
    language,
    outputTypes: digestOf(outputTypes),
    holes: template.holes.map((hole) => bound(holeName(hole), unpasted(hole.expression))),
    paths: [...step.outputs]
      .sort(byName)
      .flatMap((o) => (isFileOutput(o) && o.from ? [bound(o.name, o.from)] : [])),
    vars: vars.filter(([, e]) => !isSecret(e, secrets)).map(([name, e]) => bound(name, e)),
    keys: keys
      .map(({ dimension }, column) => ({ dimension, column }))
      .filter(({ dimension }) => !step.dimensions.find((d) => d.name === dimension)?.positional)
      .sort((a, b) => (a.dimension < b.dimension ? -1 : 1)),
  };
}

/** `raw(x)` and `filelist(xs)` say how a value enters a script; the value is that of their argument. */
export function unpasted(expression: Expression): Expression {
  if (expression.kind !== 'call' || expression.callee.kind !== 'name') return expression;
  const { text } = expression.callee.name;
  const inner = expression.arguments[0]?.value;
  return (text === 'raw' || text === 'filelist') && inner !== undefined ? inner : expression;
}

export function isSecret(expression: Expression, secrets: ReadonlySet<string>): boolean {
  return [...freeNames(expression)].some((name) => secrets.has(name));
}

// --- Internal helpers ---

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** Name, type and, for values, how they are read; paths are values of their own. */
function outputText(output: Output): string {
  const { name, type, from } = output;
  const reader = isFileOutput(output) || from === undefined ? '' : expressionText(from);
  return textOf(name) + textOf(typeText(type)) + textOf(reader);
}

function typeText(type: Output['type']): string {
  return JSON.stringify(type, (_key, value: unknown) =>
    value instanceof Map ? [...value.entries()].sort(([a], [b]) => (a < b ? -1 : 1)) : value,
  );
}

/** What the software is, whatever the environment is called and however a site gets it. */
function environmentText(
  plan: Plan,
  name: string | undefined,
  encoded: (expression: Expression) => string,
): string {
  const environment = name === undefined ? undefined : plan.program.environments.get(name);
  if (environment === undefined) return '';
  return [...environment.fields]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, expression]) => textOf(field) + encoded(expression))
    .join('');
}
