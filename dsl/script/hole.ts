import type { Type } from '../check/type.ts';
import { aType, isQuantity, present } from '../check/type-relation.ts';
import { parts } from '../check/walk.ts';
import type { Expression, Name } from '../syntax/tree.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { insertAfter, replaceBy } from '../text/fix.ts';
import { type Span, spanText } from '../text/source.ts';
import type { ScriptContext } from './context.ts';

/** `raw` and `filelist`: builtins that say how a value enters a script. */
export type Pasted = 'raw' | 'filelist';

/** The builtin that an expression is a call of, if it is one of these two. */
export function pastedBy(expression: Expression): Pasted | undefined {
  if (expression.kind !== 'call' || expression.callee.kind !== 'name') return undefined;
  const { text } = expression.callee.name;
  return text === 'raw' || text === 'filelist' ? text : undefined;
}

/**
 * What is wrong with a value in a script whatever its quoting: a secret (E0603), a quantity without its
 * unit (E0601), a value that has no text (E0604); `raw` is a lint (W0808). True if it is good.
 */
export function checkHole(
  expression: Expression,
  span: Span,
  use: 'bash' | 'python' | 'raw' | 'argument',
  context: ScriptContext,
  diagnostics: Diagnostic[],
): boolean {
  const before = diagnostics.length;
  const type = context.typeOf(expression);
  const secret = nameIn(expression, (name) => context.isSecret(name));
  if (secret !== undefined) diagnostics.push(secretWritten(secret));
  else {
    const wrong = withoutText(type, expression, span);
    if (wrong) diagnostics.push(wrong);
  }
  for (const inner of parts(expression)) {
    const hidden = deepPaste(inner);
    if (hidden) diagnostics.push(pastesOutOfPlace(hidden.name, hidden.span));
  }
  const good = diagnostics.length === before;
  if (use === 'raw') diagnostics.push(pastesRaw(expression, span));
  return good;
}

/** The first name in an expression for which `is` holds. */
function nameIn(expression: Expression, is: (name: string) => boolean): Name | undefined {
  if (expression.kind === 'name') return is(expression.name.text) ? expression.name : undefined;
  for (const inner of parts(expression)) {
    const found = nameIn(inner, is);
    if (found) return found;
  }
  return undefined;
}

function secretWritten({ text: name, span }: Name): Diagnostic {
  return {
    code: 'E0603',
    severity: 'error',
    message: `secret \`${name}\` would be written to disk here`,
    span,
    hint: `pass it through the environment: \`vars { NAME = ${name} }\` and read \`$NAME\` in the script`,
  };
}

function pastesRaw(expression: Expression, span: Span): Diagnostic {
  const inner = expression.kind === 'call' ? expression.arguments[0]?.value : undefined;
  return {
    code: 'W0808',
    severity: 'warning',
    message: '`raw` pastes text into the script: whatever it holds is run as code',
    span,
    hint: 'without `raw`, Braid quotes the value itself: `@{x}`',
    fixes: inner && [replaceBy(expression.span, spanText(inner.span))],
  };
}

export function pastesOutOfPlace(name: Pasted, span: Span): Diagnostic {
  return {
    code: 'E0607',
    severity: 'error',
    message: `\`${name}\` has a meaning only as the whole of \`@{...}\` in a script`,
    span,
    hint: `write \`@{${name}(x)}\` in a \`script\``,
  };
}

function deepPaste(expression: Expression): { name: Pasted; span: Span } | undefined {
  const name = pastedBy(expression);
  if (name) return { name, span: expression.span };
  for (const inner of parts(expression)) {
    const found = deepPaste(inner);
    if (found) return found;
  }
  return undefined;
}

const usualUnit = { duration: 's', size: 'MB', angle: 'deg' } as const;

function withoutText(type: Type, expression: Expression, span: Span): Diagnostic | undefined {
  const shown = present(type);
  const element = shown.kind === 'list' ? present(shown.element) : undefined;
  const text = spanText(expression.span);
  const quantity = element ?? shown;
  if (isQuantity(quantity)) {
    const unit = usualUnit[quantity.kind as keyof typeof usualUnit];
    const simple = ['name', 'field', 'index', 'call'].includes(expression.kind);
    const converted = element
      ? `[x to ${unit} for x in ${text}]`
      : `${simple ? text : `(${text})`} to ${unit}`;
    return {
      code: 'E0601',
      severity: 'error',
      message: `${aType(quantity)} needs a unit before a program can read it`,
      span,
      hint: `\`@{${converted}}\``,
      fixes: [replaceBy(expression.span, converted)],
    };
  }
  if (quantity.kind === 'percent') {
    return noText('a percent has no text of its own', 'write it as a number', span);
  }
  if (element) {
    const nested = ['list', 'table', 'marker'].includes(element.kind);
    const hint = 'give each element a step of its own: `for each`, or write a table';
    return nested ? noText(`a list of ${element.kind}s has no text`, hint, span) : undefined;
  }
  if (shown.kind === 'marker') {
    return noText('a marker says that something happened; it has no text', 'leave it out', span);
  }
  if (shown.kind !== 'record') return undefined;
  const [column] = shown.record.fields.keys();
  const hint = `name a column: \`@{${text}.${column ?? 'column'}}\``;
  const wrong = noText(`${aType(shown)} is a whole row; it has no text`, hint, span);
  const fixes = [...shown.record.fields.keys()].map((name) =>
    insertAfter(expression.span, `.${name}`),
  );
  return { ...wrong, fixes };
}

function noText(message: string, hint: string, span: Span): Diagnostic {
  return { code: 'E0604', severity: 'error', message, span, hint };
}
