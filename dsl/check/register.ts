import type { Register } from '../program.ts';
import type { StepItem, StepSyntax } from '../syntax/tree.ts';
import type { Context } from './context.ts';
import { expectType, presentType } from './mismatch.ts';
import type { StepEntry } from './step-names.ts';
import { aType, isQuantity, present, simple } from './type-relation.ts';

type Item = Extract<StepItem, { kind: 'register' }>;

/** What a catalogue can keep of a file beside its path. */
const attributeKinds = ['string', 'closed', 'int', 'float', 'bool', 'json', 'unknown'];

/** `register`: a file of the step (E0203), a type and a path in the catalogue, and attributes of one value each. */
export function linkRegisters(
  syntax: StepSyntax,
  entry: StepEntry,
  context: Context,
): readonly Register[] {
  const local = { ...context, place: '`register`' };
  return syntax.items
    .filter((item): item is Item => item.kind === 'register')
    .map((item) => linkRegister(item, entry, local));
}

function linkRegister(item: Item, entry: StepEntry, context: Context): Register {
  const output = entry.outputs?.get(item.name.text);
  if (output === undefined) reportNoOutput(item, entry, context);
  else if (!['file', 'dir', 'unknown'].includes(present(output.type).kind)) {
    context.report.error('E0401', item.name.span, `only files and directories are registered`, {
      label: `\`${item.name.text}\` is ${aType(output.type)}`,
    });
  }
  expectType(item.as, simple('string'), context, 'a type in the catalogue');
  expectType(item.at, simple('string'), context, 'a path in the catalogue');
  for (const { name, value } of item.fields) {
    const type = presentType(value, context);
    if (attributeKinds.includes(type.kind)) continue;
    const hint = isQuantity(type) ? `\`${name.text} = ... to UNIT\`` : undefined;
    const what = 'an attribute in the catalogue is one text, number or bool';
    context.report.error('E0401', value.span, what, { label: `this is ${aType(type)}`, hint });
  }
  return {
    output: item.name.text,
    as: item.as,
    at: item.at,
    attributes: new Map(item.fields.map(({ name, value }) => [name.text, value])),
    span: item.span,
  };
}

function reportNoOutput(item: Item, entry: StepEntry, context: Context): void {
  const names = [...(entry.outputs?.keys() ?? [])];
  const { text, span } = item.name;
  context.report.error('E0203', span, `this step has no output \`${text}\``, {
    label: names.length === 0 ? undefined : `it has ${names.join(', ')}`,
    ...context.report.suggest(span, text, names),
  });
}
