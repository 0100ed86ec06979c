import type { Binder, ComprehensionSyntax, Expression, Name } from '../syntax/tree.ts';
import { insertBefore, replaceBy } from '../text/fix.ts';
import type { Binding, Context } from './context.ts';
import { inner } from './context.ts';
import { column } from './infer-access.ts';
import { expectType, presentType } from './mismatch.ts';
import type { RecordType, Type } from './type.ts';
import {
  assignable,
  aType,
  commonType,
  elementType,
  isOpen,
  listOf,
  mayBeNone,
  present,
  simple,
  unknownType,
} from './type-relation.ts';

type Node<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

/** `[a, b]`: elements of one type; that of the place where one is wanted. */
export function inferList(node: Node<'list'>, context: Context, wanted: Type | undefined): Type {
  const target = wanted === undefined ? undefined : present(wanted);
  const element = target === undefined ? undefined : elementType(target);
  if (target !== undefined && element !== undefined && !isOpen(element)) {
    for (const item of node.items) expectType(item, element, context, 'an element');
    return target;
  }
  let common: Type = unknownType;
  for (const item of node.items) {
    const type = context.infer(item, context);
    const wider = commonType(common, type);
    if (wider === undefined) {
      context.report.error('E0401', item.span, `the elements of a list are of one type`, {
        label: `this is ${aType(type)}, those before it ${aType(common)}`,
      });
      return listOf(unknownType);
    }
    common = wider;
  }
  return listOf(common);
}

/** `{a = 1}`: a row of the record that is wanted here. */
export function inferMap(node: Node<'map'>, context: Context, wanted: Type | undefined): Type {
  const target = wanted === undefined ? undefined : present(wanted);
  if (target?.kind !== 'record') {
    for (const entry of node.entries) context.infer(entry.value, context);
    if (target === undefined) {
      context.report.error('E0401', node.span, 'the type of this record is not known here', {
        hint: 'declare it: `name: Record = {...}`',
      });
      return unknownType;
    }
    if (!isOpen(target)) {
      context.report.error('E0401', node.span, `${aType(target)} is needed here, not a record`);
    }
    return unknownType;
  }
  checkEntries(node, target.record, context);
  return target;
}

function checkEntries(node: Node<'map'>, record: RecordType, context: Context): void {
  const given = new Map<string, Name>();
  for (const { key, value } of node.entries) {
    const first = given.get(key.text);
    if (first !== undefined) {
      context.report.error('E0206', key.span, `\`${key.text}\` is given twice`, {
        labels: [{ span: first.span, text: 'first here' }],
      });
    }
    given.set(key.text, key);
    const type = column(record, key, context);
    if (type === undefined) context.infer(value, context);
    else expectType(value, type, context, `\`${key.text}\` of ${record.name}`);
  }
  const missing = [...record.fields].filter(([name, type]) => !given.has(name) && !mayBeNone(type));
  if (missing.length === 0) return;
  const names = missing.map(([name]) => `\`${name}\``).join(', ');
  const misspelt = node.entries.find((e) => !record.fields.has(e.key.text));
  if (
    misspelt !== undefined &&
    context.report.near(
      misspelt.key.text,
      missing.map(([n]) => n),
    ) !== undefined
  )
    return;
  context.report.error('E0401', node.span, `this ${record.name} has no ${names}`);
}

/** `[item for x in xs where condition]` */
export function inferComprehension(
  node: ComprehensionSyntax,
  context: Context,
  wanted: Type | undefined,
): Type {
  const source = presentType(node.source, context);
  const element = elementType(source);
  if (element === undefined) reportNoElements(node.source, source, context);
  const names = itemBindings(node.binder, element ?? unknownType, context);
  const local = { ...context, scope: inner(context.scope, names) };
  if (node.where) expectType(node.where, simple('bool'), local, '`where`');
  const target = wanted === undefined ? undefined : elementType(present(wanted));
  const item = local.infer(node.item, local, target);
  return listOf(target !== undefined && assignable(item, target) ? target : item);
}

/** E0409: `for x in` something that has no elements. */
export function reportNoElements(node: Expression, type: Type, context: Context): void {
  context.report.error('E0409', node.span, `${aType(type)} has no elements to go over`, {
    label: `this is ${aType(type)}`,
    hint: type.kind === 'int' ? 'a range has both ends: `1..n`' : undefined,
    fixes: type.kind === 'int' ? [insertBefore(node.span, '1..')] : undefined,
  });
}

/** The names that a binder introduces for an element of this type. */
function itemBindings(binder: Binder, element: Type, context: Context): Binding[] {
  const item = (name: Name, type: Type): Binding => ({
    name: name.text,
    kind: 'item',
    type,
    phase: 'plan',
    span: name.span,
  });
  if (binder.kind === 'single') return [item(binder.name, element)];
  return binder.names.map((name) => {
    if (element.kind === 'record') {
      return item(name, column(element.record, name, context) ?? unknownType);
    }
    if (!isOpen(element)) {
      context.report.error('E0409', binder.span, `${aType(element)} has no columns`, {
        hint: `take it as one: \`for x in ...\``,
        fixes: binder.names.length === 1 ? [replaceBy(binder.span, name.text)] : undefined,
      });
    }
    return item(name, unknownType);
  });
}
