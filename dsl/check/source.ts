import type { SourceSyntax } from '../syntax/tree.ts';
import { spanText } from '../text/source.ts';
import type { Context } from './context.ts';
import { inferGather } from './gather.ts';
import { expectType } from './mismatch.ts';
import { inferPrevious } from './previous.ts';
import { type Reader, readMatch } from './reads.ts';
import type { Type } from './type.ts';
import { assignable, aType, present, unknownType } from './type-relation.ts';

/** The type of what stands behind `=` of an `in`, an argument or an `output`; fills `reader.reads`. */
export function inferSource(
  node: SourceSyntax,
  reader: Reader,
  outer: Context,
  wanted: Type | undefined,
): Type {
  const context: Context = { ...outer, read: (r, c) => readMatch(reader, r, c) };
  if (node.kind !== 'gather' && node.kind !== 'previous') {
    if (wanted === undefined) return context.infer(node, context);
    return expectType(node, wanted, context);
  }
  const type =
    node.kind === 'gather'
      ? inferGather(node, reader, context, wanted)
      : inferPrevious(node, reader, context, wanted);
  if (type.kind !== 'unknown') outer.types.set(node, type);
  if (wanted === undefined || assignable(type, wanted)) return type;
  if (type.kind === 'optional' && assignable(type.of, wanted)) {
    context.report.error('E0403', node.span, `\`${spanText(node.span)}\` may be absent`, {
      hint: 'say what counts instead: `... ?? fallback`',
    });
  } else {
    context.report.error(
      'E0401',
      node.span,
      `${aType(present(wanted))} is needed here, not ${aType(type)}`,
    );
  }
  return unknownType;
}
