import type { Read } from '../program.ts';
import type { Expression, GatherSyntax, Name } from '../syntax/tree.ts';
import type { Fix } from '../text/diagnostic.ts';
import { insertAfter, replaceBy } from '../text/fix.ts';
import { spanText } from '../text/source.ts';
import type { Context, ScatterDimension, StepReference } from './context.ts';
import { inner } from './context.ts';
import { phaseOf } from './lazy.ts';
import { expectType } from './mismatch.ts';
import {
  dimensionBinding,
  has,
  isListAlready,
  keyText,
  nameList,
  type Reader,
  readerLabels,
  reportNoDimension,
  selectorsOf,
  targetOf,
  wholeReference,
  withFallback,
} from './reads.ts';
import type { Type } from './type.ts';
import { listOf, simple, typeText, unknownType } from './type-relation.ts';
import { inferVia } from './via.ts';

/** `gather p.x over d via T where c ?? e`: a list of the members' values, in the order of keys. */
export function inferGather(
  node: GatherSyntax,
  reader: Reader,
  context: Context,
  wanted: Type | undefined,
): Type {
  const from = wholeReference(node.expression, 'gather', context);
  if (from === undefined) return unknownType;
  const target = targetOf(from, context);
  const selectors = selectorsOf(from, node.over ?? [], context);
  if (target === undefined || selectors === undefined) return unknownType;
  if (isListAlready(target, from, 'gather', context)) return unknownType;
  // Dimensions of the producer as this gather calls them; selected ones are gone.
  const dimensions = from.step.dimensions.flatMap((d) => {
    const selector = selectors.find((s) => s.dimension === d.name);
    if (selector === undefined) return [d];
    return selector.bound === undefined ? [] : [{ ...d, name: selector.bound }];
  });
  const over = overOf(node, from, dimensions, reader, context);
  if (over === undefined) return unknownType;
  const via = node.via && inferVia(node.via, from, over, reader, context);
  const where = node.where && inferMemberWhere(node.where, from, over, context);
  reader.reads.push({
    node,
    kind: 'gather',
    step: target.step,
    output: target.output,
    isKey: target.isKey,
    span: node.expression.span,
    selectors: [...selectors, ...(target.inner?.selectors ?? [])],
    matched: dimensions.filter((d) => has(reader, d.name) && !over.includes(d)).map((d) => d.name),
    over: over.map((d) => d.name),
    via,
    where,
    allowsAbsent: true,
    allowsEmpty: node.fallback !== undefined,
  });
  return withFallback(listOf(target.type), node.fallback, context, wanted);
}

/** The dimensions that are gathered: exactly those which the reader lacks. */
function overOf(
  node: GatherSyntax,
  from: StepReference,
  dimensions: readonly ScatterDimension[],
  reader: Reader,
  context: Context,
): readonly ScatterDimension[] | undefined {
  const extra = dimensions.filter((d) => !has(reader, d.name));
  const text = spanText(node.expression.span);
  if (node.over === undefined) {
    if (extra.length === 1 || !reader.dimensionsKnown || !from.step.dimensionsKnown) return extra;
    if (extra.length === 0) reportNothingToGather(node, from, reader, context);
    else {
      const all = extra.map((d) => d.name).join(', ');
      context.report.error(
        'E0303',
        node.span,
        `gathered over what? \`${text}\` varies over ${nameList(extra)}`,
        {
          hint: `\`gather ${text} over ${all}\``,
          fixes: [insertAfter(node.expression.span, ` over ${all}`)],
        },
      );
    }
    return undefined;
  }
  const over: ScatterDimension[] = [];
  for (const name of node.over) {
    const found = dimensions.find((d) => d.name === name.text);
    if (found === undefined) {
      reportNoDimension(from.step, name, context);
      return undefined;
    }
    if (reader.dimensionsKnown && has(reader, name.text)) {
      reportBothVary(name, from, reader, context);
      return undefined;
    }
    over.push(found);
  }
  const left = extra.filter((d) => !over.includes(d));
  if (left.length === 0 || !reader.dimensionsKnown) return over;
  const all = extra.map((d) => d.name).join(', ');
  context.report.error(
    'E0301',
    node.expression.span,
    `\`${text}\` also varies over ${nameList(left)}, but ${reader.title} does not`,
    {
      label: `one ${typeText(targetOf(from, context)?.type ?? unknownType)} for each ${keyText(dimensions)}`,
      labels: readerLabels(reader),
      hint: `\`gather ${text} over ${all}\``,
      fixes: [overAll(node, all)],
    },
  );
  return undefined;
}

/** The names behind `over`, or what stands there instead. */
function overAll(node: GatherSyntax, all: string): Fix {
  const first = node.over?.at(0)?.span ?? node.expression.span;
  const last = node.over?.at(-1)?.span ?? first;
  return replaceBy({ ...first, end: last.end }, all, `write \`over ${all}\``);
}

function reportNothingToGather(
  node: GatherSyntax,
  from: StepReference,
  reader: Reader,
  context: Context,
): void {
  const { dimensions } = from.step;
  const label =
    dimensions.length === 0
      ? `\`${from.step.name}\` runs once`
      : from.selectors.length > 0
        ? `the selection leaves one \`${from.step.name}\``
        : `\`${from.step.name}\` runs once per ${keyText(dimensions)}, as ${reader.title} does`;
  context.report.error('E0303', node.span, 'there is nothing to gather here', {
    label,
    hint: `read it directly: \`${spanText(node.expression.span)}\``,
    fixes: [replaceBy(node.span, spanText(node.expression.span))],
  });
}

/** E0303: a dimension of both is matched, not collected. */
function reportBothVary(name: Name, from: StepReference, reader: Reader, context: Context): void {
  context.report.error('E0303', name.span, `${reader.title} varies over \`${name.text}\` itself`, {
    label: 'so it is matched, not gathered',
    labels: readerLabels(reader),
    hint: `leave out \`${name.text}\`, or give it another name: \`gather ${from.step.name}[${name.text} = other].${from.field.text} over other\``,
  });
}

/** A condition on members: gathered dimensions and the member's own outputs. */
function inferMemberWhere(
  node: Expression,
  from: StepReference,
  over: readonly ScatterDimension[],
  context: Context,
): Read['where'] {
  let readsMember = false;
  const scope = inner(
    context.scope,
    over.map((d) => dimensionBinding(d)),
  );
  const local: Context = {
    ...context,
    scope,
    read: (reference, at) => {
      if (reference.step !== from.step) {
        at.report.error('E0304', reference.node.span, 'a gather can only look at its own members', {
          label: `the members are \`${from.step.name}\``,
        });
        return unknownType;
      }
      readsMember = true;
      return memberType(reference, from, at);
    },
  };
  expectType(node, simple('bool'), local, '`where`');
  const phase = readsMember ? 'run' : phaseOf(node, scope, context.file);
  return { expression: node, phase };
}

/** What a condition on members reads of one; of a call only what the gathered step makes as well. */
function memberType(reference: StepReference, from: StepReference, context: Context): Type {
  const target = targetOf(reference, context);
  if (target === undefined) return unknownType;
  if (target.inner !== undefined) {
    context.report.error('E0304', reference.node.span, 'a call is not looked into here', {
      label: `\`${from.step.name}\` is a call`,
      hint: 'gather what counts as well, and choose in the script or by `when`',
    });
  }
  return target.type;
}
