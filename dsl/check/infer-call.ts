import { type Builtin, builtins, isMisfit } from '../evaluate/builtins.ts';
import type { CallSyntax, Name } from '../syntax/tree.ts';
import { replaceBy } from '../text/fix.ts';
import { spanText } from '../text/source.ts';
import type { Context } from './context.ts';
import { lookUp } from './context.ts';
import { foreignFunctions } from './foreign-names.ts';
import { presentType } from './mismatch.ts';
import type { Details, Report } from './report.ts';
import type { Type } from './type.ts';
import { aType, unknownType } from './type-relation.ts';

/** A call of a builtin: E0210 (no such function), E0407 (arguments that do not fit). */
export function inferCall(node: CallSyntax, context: Context, wanted: Type | undefined): Type {
  const builtin = calledBuiltin(node, context);
  const passesWanted = builtin !== undefined && ['min', 'max', 'sorted'].includes(builtin.name);
  const types = node.arguments.map((a) =>
    presentType(a.value, context, passesWanted ? wanted : undefined),
  );
  if (builtin === undefined) return unknownType;
  for (const { name } of node.arguments) {
    if (name === undefined) continue;
    context.report.error('E0407', name.span, `\`${builtin.name}\` has no named arguments`, {
      hint: `\`${builtin.usage}\``,
    });
    return unknownType;
  }
  if (!hasArity(node, builtin, context)) return unknownType;
  if (builtin.phase === 'script' && context.place !== 'a script') {
    context.report.error('E0607', node.span, `\`${builtin.name}\` works in a script only`);
    return unknownType;
  }
  if (types.some((t) => t.kind === 'unknown') && !builtin.reader)
    return resultOfUnknown(builtin, types);
  return resultOf(node, builtin, types, context, wanted);
}

function calledBuiltin(node: CallSyntax, context: Context): Builtin | undefined {
  if (node.callee.kind !== 'name') {
    context.report.error('E0210', node.callee.span, 'only builtin functions can be called', {
      label: `\`${spanText(node.callee.span)}\` is no function`,
    });
    return undefined;
  }
  const name = node.callee.name.text;
  const builtin = builtins.get(name);
  if (builtin !== undefined) return builtin;
  const isValue = lookUp(context.scope, name) !== undefined || context.file.steps.has(name);
  context.report.error('E0210', node.callee.span, `there is no function \`${name}\``, {
    label: isValue ? `\`${name}\` is no function` : undefined,
    ...functionMeant(node.callee.name, context.report),
  });
  return undefined;
}

function functionMeant({ text, span }: Name, report: Report): Details {
  const hint = foreignFunctions.get(text);
  if (hint === undefined) return report.suggest(span, text, builtins.keys());
  const [, renamed] = /^`(\w+)\([^()`]*\)`$/.exec(hint) ?? [];
  return { hint, fixes: renamed === undefined ? [] : [replaceBy(span, renamed)] };
}

function hasArity(node: CallSyntax, builtin: Builtin, context: Context): boolean {
  const { min, max } = builtin.arity;
  const count = node.arguments.length;
  if (count >= min && count <= max) return true;
  const wanted =
    max === Number.POSITIVE_INFINITY
      ? `at least ${min}`
      : min === max
        ? `${min}`
        : `${min} to ${max}`;
  const plural = wanted === '1' || wanted === 'at least 1' ? 'argument' : 'arguments';
  context.report.error(
    'E0407',
    node.span,
    `\`${builtin.name}\` takes ${wanted} ${plural}, not ${count}`,
    {
      hint: `\`${builtin.usage}\`: ${builtin.doc}`,
    },
  );
  return false;
}

/** After an error in an argument the result is trusted only if it does not depend on it. */
function resultOfUnknown(builtin: Builtin, types: readonly Type[]): Type {
  const result = builtin.result(types, undefined);
  return isMisfit(result) ? unknownType : result;
}

function resultOf(
  node: CallSyntax,
  builtin: Builtin,
  types: readonly Type[],
  context: Context,
  wanted: Type | undefined,
): Type {
  const result = builtin.result(types, wanted);
  if (!isMisfit(result)) return trustTag(result, builtin, wanted);
  const { argument, hint } = result;
  if (argument === undefined) {
    context.report.error(
      'E0407',
      node.span,
      `\`${builtin.name}\` can only stand ${result.wanted}`,
      { hint },
    );
    return unknownType;
  }
  const at = node.arguments[argument]?.value.span ?? node.span;
  const type = types[argument] ?? unknownType;
  const which = types.length === 1 ? 'the argument' : `argument ${argument + 1}`;
  context.report.error('E0407', at, `${which} of \`${builtin.name}\` must be ${result.wanted}`, {
    label: `this is ${aType(type)}`,
    hint: hint ?? `\`${builtin.usage}\`: ${builtin.doc}`,
  });
  return unknownType;
}

/** `files(...)` gives files of the format that its place declares: the tag is the author's promise. */
function trustTag(result: Type, builtin: Builtin, wanted: Type | undefined): Type {
  const list = wanted?.kind === 'optional' ? wanted.of : wanted;
  return builtin.name === 'files' && list?.kind === 'list' && list.element.kind === 'file'
    ? list
    : result;
}
