import type { Expression, StringSyntax } from '../syntax/tree.ts';
import type { Fix } from '../text/diagnostic.ts';
import { insertAfter, replaceBy } from '../text/fix.ts';
import { spanText } from '../text/source.ts';
import type { Context } from './context.ts';
import { lookUp } from './context.ts';
import { presentType, reportNotOneOf } from './mismatch.ts';
import type { Type } from './type.ts';
import { aType, isQuantity, present, simple } from './type-relation.ts';

const pathLike: readonly string[] = ['file', 'dir', 'path', 'store'];

/** A string: a closed type's member (E0402) or a path where one of these is wanted, else `string`. */
export function inferString(node: StringSyntax, context: Context, wanted: Type | undefined): Type {
  if (!node.block) warnOfOtherHoles(node, context);
  for (const part of node.parts) {
    if (part.kind === 'interpolation') checkInterpolation(part.expression, context);
  }
  const target = wanted === undefined ? undefined : present(wanted);
  if (target !== undefined && pathLike.includes(target.kind)) return target;
  const text = constantText(node);
  if (target?.kind !== 'closed' || text === undefined) return simple('string');
  if (!target.values.includes(text)) reportNotOneOf(node, text, target, context);
  return target;
}

/** The text of a string without interpolations; undefined if it has any. */
export function constantText(node: StringSyntax): string | undefined {
  let text = '';
  for (const part of node.parts) {
    if (part.kind === 'interpolation') return undefined;
    text += part.text;
  }
  return text;
}

type Interpolated = Extract<StringSyntax['parts'][number], { kind: 'interpolation' }>['expression'];

function checkInterpolation(expression: Interpolated, context: Context): void {
  const type = presentType(expression, context);
  const text = spanText(expression.span);
  if (type.kind === 'secret') {
    context.report.error(
      'E0603',
      expression.span,
      `secret \`${text}\` would be written to disk here`,
      {
        hint: 'secrets only go through the environment: `vars { NAME = secret }`',
      },
    );
  } else if (isQuantity(type) || type.kind === 'percent') {
    context.report.error('E0601', expression.span, `${aType(type)} needs a unit in a text`, {
      hint: `\`@{${text} to ${exampleUnit(type)}}\``,
      fixes: [convertTo(expression, exampleUnit(type))],
    });
  } else if (['list', 'table', 'record', 'marker'].includes(type.kind)) {
    context.report.error('E0401', expression.span, `${aType(type)} has no text of its own`, {
      hint: type.kind === 'list' ? `pick one, \`@{${text}[0]}\`` : undefined,
      fixes: type.kind === 'list' ? [insertAfter(expression.span, '[0]')] : undefined,
    });
  }
}

/** The unit in which programs most often want such a quantity. */
export function exampleUnit(type: Type): string {
  return type.kind === 'duration' ? 's' : type.kind === 'size' ? 'MB' : 'deg';
}

/** Gives a quantity as a number of a unit: `x to s`, `(a + b) to s`. */
export function convertTo(expression: Expression, unit: string): Fix {
  const text = spanText(expression.span);
  const simple = ['name', 'field', 'index', 'call', 'quantity'].includes(expression.kind);
  return replaceBy(expression.span, `${simple ? text : `(${text})`} to ${unit}`);
}

/**
 * W0110: `"x_${visit}"` is shell, and `"x_{visit}"` is Snakemake and Python, for what is `@{visit}` here;
 * only where such a name exists.
 */
function warnOfOtherHoles(node: StringSyntax, context: Context): void {
  for (const part of node.parts) {
    if (part.kind !== 'text') continue;
    for (const match of spanText(part.span).matchAll(/\$(?:\{(\w+)\}|(\w+))|(?<!@)\{(\w+)\}/g)) {
      const name = match[1] ?? match[2] ?? match[3] ?? '';
      if (lookUp(context.scope, name) === undefined) continue;
      const start = part.span.start + match.index;
      const span = { source: part.span.source, start, end: start + match[0].length };
      context.report.warning('W0110', span, `\`${match[0]}\` is not replaced in a string`, {
        label: match[0].startsWith('$')
          ? '`$` has no meaning here'
          : 'braces alone have no meaning here',
        hint: `\`@{${name}}\``,
        fixes: [replaceBy(span, `@{${name}}`)],
      });
    }
  }
}
