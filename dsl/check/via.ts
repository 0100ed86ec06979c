import type { Via } from '../program.ts';
import type { Expression } from '../syntax/tree.ts';
import { spanText } from '../text/source.ts';
import type { Context, ScatterDimension, StepReference } from './context.ts';
import { stepReference } from './infer-access.ts';
import { presentType } from './mismatch.ts';
import { has, isListAlready, nameList, type Reader, readerLabels, targetOf } from './reads.ts';
import type { RecordType, Type } from './type.ts';
import { aType, isOpen, present, rowsOf, sameType } from './type-relation.ts';

/** `via T`: a table of the file, or one that a step makes. */
export function inferVia(
  node: Expression,
  from: StepReference,
  over: readonly ScatterDimension[],
  reader: Reader,
  context: Context,
): Via | undefined {
  const reference = node.kind === 'field' ? stepReference(node, context) : undefined;
  const step = reference && context.file.steps.get(reference.stepName.text);
  let type: Type;
  let via: ((record: RecordType) => Via) | undefined;
  if (reference !== undefined && step !== undefined) {
    const target = targetOf({ ...reference, step }, context);
    if (target === undefined) return undefined;
    if (isListAlready(target, { ...reference, step }, 'via', context)) return undefined;
    reportUnboundVia({ ...reference, step }, reader, context);
    type = target.type;
    via = () => ({ kind: 'step', step: target.step, output: target.output });
  } else {
    type = presentType(node, { ...context, read: undefined, place: '`via`' });
    via = (record) => ({ kind: 'table', expression: node, record });
  }
  if (isOpen(type)) return undefined;
  const record = rowsOf(type);
  if (record === undefined) {
    context.report.error('E0401', node.span, `\`via\` needs a table, not ${aType(type)}`);
    return undefined;
  }
  checkViaColumns(node, record, from, over, reader, context);
  return via(record);
}

/** E0306: which of the tables? */
function reportUnboundVia(reference: StepReference, reader: Reader, context: Context): void {
  const unbound = reference.step.dimensions.filter((d) => !has(reader, d.name));
  if (unbound.length === 0 || !reader.dimensionsKnown) return;
  const text = spanText(reference.node.span);
  context.report.error(
    'E0306',
    reference.node.span,
    `\`${text}\` is a different table for each ${nameList(unbound)}`,
    { label: `which ${unbound[0]?.name}?`, labels: readerLabels(reader) },
  );
}

/** E0308: a table that says nothing about the gathered dimensions; E0305: columns of another type. */
function checkViaColumns(
  node: Expression,
  record: RecordType,
  from: StepReference,
  over: readonly ScatterDimension[],
  reader: Reader,
  context: Context,
): void {
  const columns = [...record.fields.keys()];
  if (over.length > 0 && !over.some((d) => record.fields.has(d.name))) {
    context.report.error('E0308', node.span, `${record.name} has no column ${nameList(over)}`, {
      label: `its columns are ${columns.join(', ')}`,
      hint: `\`via\` takes a table that says which ${over[0]?.name} belongs to which ${reader.dimensions[0]?.name ?? 'key'}`,
    });
    return;
  }
  for (const dimension of [...over, ...reader.dimensions, ...from.step.dimensions]) {
    const type = record.fields.get(dimension.name);
    if (type === undefined || isOpen(dimension.type) || isOpen(type)) continue;
    if (sameType(present(type), dimension.type)) continue;
    context.report.error(
      'E0305',
      node.span,
      `column \`${dimension.name}\` of ${record.name} is ${aType(type)}, the dimension ${aType(dimension.type)}`,
      { labels: [{ span: dimension.span, text: 'the dimension' }] },
    );
    return;
  }
}
