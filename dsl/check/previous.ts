import type { PreviousSyntax } from '../syntax/tree.ts';
import { insertAfter, replaceBy } from '../text/fix.ts';
import { spanText } from '../text/source.ts';
import type { Context, ScatterDimension, StepReference } from './context.ts';
import {
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
import { optional, typeText, unknownType } from './type-relation.ts';

/** `previous p.x over d ?? e`: the value at the greatest earlier key that is not absent. */
export function inferPrevious(
  node: PreviousSyntax,
  reader: Reader,
  context: Context,
  wanted: Type | undefined,
): Type {
  const from = wholeReference(node.expression, 'previous', context);
  if (from === undefined) return unknownType;
  const target = targetOf(from, context);
  const selectors = selectorsOf(from, [], context);
  if (target === undefined || selectors === undefined) return unknownType;
  if (isListAlready(target, from, 'previous', context)) return unknownType;
  const free = from.step.dimensions.filter((d) => !selectors.some((s) => s.dimension === d.name));
  const along = alongOf(node, from, free, context);
  if (along === undefined) return unknownType;
  const rest = free.filter((d) => d !== along);
  const extra = rest.filter((d) => !has(reader, d.name));
  if (extra.length > 0 && reader.dimensionsKnown) {
    const text = spanText(node.expression.span);
    context.report.error(
      'E0301',
      node.expression.span,
      `\`${text}\` also varies over ${nameList(extra)}, but ${reader.title} does not`,
      {
        label: `one ${typeText(target.type)} for each ${keyText(free)}`,
        labels: readerLabels(reader),
        hint: "gather it in a step of its own and take that step's `previous`",
      },
    );
    return unknownType;
  }
  reader.reads.push({
    node,
    kind: 'previous',
    step: target.step,
    output: target.output,
    isKey: target.isKey,
    span: node.expression.span,
    selectors: [...selectors, ...(target.inner?.selectors ?? [])],
    matched: rest.map((d) => d.name),
    over: [along.name],
    via: undefined,
    where: undefined,
    allowsAbsent: node.fallback !== undefined,
    allowsEmpty: false,
  });
  if (node.fallback === undefined) reader.whyAbsent = 'the first one has none before it';
  return withFallback(optional(target.type), node.fallback, context, wanted);
}

function alongOf(
  node: PreviousSyntax,
  from: StepReference,
  free: readonly ScatterDimension[],
  context: Context,
): ScatterDimension | undefined {
  const text = spanText(node.expression.span);
  const [name, second] = node.over ?? [];
  if (second !== undefined) {
    context.report.error('E0303', second.span, '`previous` goes along one dimension', {
      hint: `\`previous ${text} over ${name?.text}\``,
      fixes: [
        replaceBy(
          { ...node.span, start: name?.span.end ?? 0, end: second.span.end },
          '',
          `write \`over ${name?.text}\``,
        ),
      ],
    });
    return undefined;
  }
  const along = name === undefined ? free[0] : free.find((d) => d.name === name.text);
  if (name === undefined && free.length !== 1) {
    if (!from.step.dimensionsKnown) return undefined;
    context.report.error(
      'E0303',
      node.span,
      `previous along what? \`${from.step.name}\` ${
        free.length === 0 ? 'runs once' : `varies over ${nameList(free)}`
      }`,
      free.length === 0
        ? { hint: `\`${text}\``, fixes: [replaceBy(node.span, text)] }
        : {
            hint: `\`previous ${text} over ${free[0]?.name}\``,
            fixes: free.map((d) => insertAfter(node.expression.span, ` over ${d.name}`)),
          },
    );
    return undefined;
  }
  if (along === undefined) {
    if (name !== undefined) reportNoDimension(from.step, name, context);
    return undefined;
  }
  if (along.dynamic) {
    context.report.error(
      'E0307',
      name?.span ?? node.span,
      `the keys of \`${along.name}\` are not known when planning`,
      {
        label: 'so there is no order of them yet',
        labels: [{ span: along.span, text: 'they come from a step' }],
      },
    );
    return undefined;
  }
  return along;
}
