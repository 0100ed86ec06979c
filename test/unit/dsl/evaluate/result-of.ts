import type { Type } from '../../../../dsl/check/type.ts';
import { type Evaluated, evaluate } from '../../../../dsl/evaluate/evaluate.ts';
import type { Scope } from '../../../../dsl/evaluate/scope.ts';
import { textOf } from '../../../../dsl/evaluate/text.ts';
import type { Value } from '../../../../dsl/evaluate/value.ts';
import { parse } from '../../../../dsl/syntax/parse.ts';
import type { Expression } from '../../../../dsl/syntax/tree.ts';
import { spanText } from '../../../../dsl/text/source.ts';

/** The expression that is written in `text`. */
export function expressionOf(text: string): Expression {
  const source = { name: 'test.braid', text: `workflow w\nlet x = ${text}\n` };
  const { value, diagnostics } = parse(source);
  const [declaration] = value.declarations;
  if (declaration?.kind === 'let') return declaration.value;
  throw new Error(`\`${text}\` is no expression: ${diagnostics[0]?.message}`);
}

export interface Given {
  readonly names?: Readonly<Record<string, Value>>;
  /** Types by the text of an expression. */
  readonly types?: Readonly<Record<string, Type>>;
  readonly reader?: Scope['reader'];
}

export function evaluated(text: string, given: Given = {}): Evaluated {
  const scope: Scope = {
    lookup: (name) => given.names?.[name],
    typeOf: (expression) => given.types?.[spanText(expression.span)],
    ...(given.reader ? { reader: given.reader } : {}),
  };
  return evaluate(expressionOf(text), scope);
}

/** The value of `text`; what is wrong with it as `E0705 division by zero`. */
export function resultOf(text: string, given: Given = {}): Value {
  const result = evaluated(text, given);
  if (result.ok) return result.value;
  const { code, message } = result.diagnostic;
  return `${code} ${message}`;
}

/** `resultOf` as text, where the value has one. */
export function shownOf(text: string, given: Given = {}): string {
  return textOf(resultOf(text, given));
}
