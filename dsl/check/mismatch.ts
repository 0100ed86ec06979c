import { parseQuantity } from '../evaluate/quantity-text.ts';
import type { Expression } from '../syntax/tree.ts';
import { type Span, spanText } from '../text/source.ts';
import { didYouMean } from '../text/suggest.ts';
import type { Context } from './context.ts';
import { lookUp } from './context.ts';
import type { ClosedType, Type } from './type.ts';
import {
  assignable,
  aType,
  isQuantity,
  mayBeNone,
  noneType,
  present,
  unknownType,
} from './type-relation.ts';

/**
 * The type of an expression where `wanted` is needed; reports E0401 (another type), E0402 (not one of a
 * closed type's strings) or E0403 (may be absent). `subject` says what needs it: "`cpus`".
 */
export function expectType(
  node: Expression,
  wanted: Type,
  context: Context,
  subject?: string,
): Type {
  const found = context.infer(node, context, wanted);
  if (assignable(found, wanted)) return found;
  if (found.kind === 'optional' && assignable(present(found), wanted)) {
    reportAbsent(node, context);
    return present(found);
  }
  reportMismatch(node, found, wanted, context, subject);
  return unknownType;
}

/** The type of an expression that must not be absent here; `wanted` only guides literals. */
export function presentType(node: Expression, context: Context, wanted?: Type): Type {
  const found = context.infer(node, context, wanted);
  if (!mayBeNone(found)) return found;
  reportAbsent(node, context);
  return found.kind === 'none' ? unknownType : present(found);
}

/** E0403, once a name; at `span` instead of the expression, where that is given. */
export function reportAbsent(node: Expression, context: Context, span: Span = node.span): void {
  const name = node.kind === 'name' ? node.name.text : undefined;
  const binding = name === undefined ? undefined : lookUp(context.scope, name);
  if (name !== undefined) {
    if (context.absentNames.has(name)) return;
    context.absentNames.add(name);
  }
  const what = node.kind === 'none' ? 'this' : `\`${spanText(node.span)}\``;
  const why = binding?.whyAbsent === undefined ? '' : ` (${binding.whyAbsent})`;
  const hint =
    binding?.kind === 'input'
      ? 'give the `in` a fallback: `in x = a.out ?? b.out`'
      : `say what counts instead: \`${node.kind === 'none' ? 'x' : spanText(node.span)} ?? ...\``;
  context.report.error('E0403', span, `${what} may be absent${why}`, { hint });
}

function reportMismatch(
  node: Expression,
  found: Type,
  wanted: Type,
  context: Context,
  subject: string | undefined,
): void {
  const target = present(wanted);
  if (target.kind === 'closed' && found.kind === 'string') {
    context.report.error('E0402', node.span, `not every string is ${aType(target)}`, {
      label: `${target.name} is ${alternatives(target)}`,
    });
    return;
  }
  const message =
    subject === undefined
      ? `${aType(wanted)} is needed here, not ${aType(found)}`
      : `${subject} is ${aType(wanted)}, not ${aType(found)}`;
  context.report.error('E0401', node.span, message, {
    label: found.kind === 'none' ? undefined : `this is ${aType(found)}`,
    hint: conversion(node, found, target),
  });
}

/** E0402 for a string literal that is none of the type's. */
export function reportNotOneOf(
  node: Expression,
  text: string,
  type: ClosedType,
  context: Context,
): void {
  const near = didYouMean(text, type.values);
  context.report.error('E0402', node.span, `\`"${text}"\` is not ${aType(type)}`, {
    label: `${type.name} is ${alternatives(type)}`,
    hint: near === undefined ? undefined : `did you mean \`"${near}"\`?`,
  });
}

function alternatives(type: ClosedType): string {
  return type.values.map((v) => `"${v}"`).join(' | ');
}

/** `"4 GB"`, and Slurm's `"01:30:00"`. */
function quantityHint(text: string): string | undefined {
  if (typeof parseQuantity(text) !== 'string') return `without quotes: \`${text}\``;
  const clock = /^(\d+):(\d\d)(?::\d\d)?$/.exec(text);
  return clock ? `\`${Number(clock[1])} h ${Number(clock[2])} min\`` : undefined;
}

/** What to type instead, where it is plain. */
function conversion(node: Expression, found: Type, wanted: Type): string | undefined {
  const text = spanText(node.span);
  if (node.kind === 'string' && (wanted.kind === 'int' || wanted.kind === 'float')) {
    const inside = text.slice(1, -1);
    if (inside !== '' && Number.isFinite(Number(inside))) return `without quotes: \`${inside}\``;
  }
  if (node.kind === 'string' && isQuantity(wanted)) return quantityHint(text.slice(1, -1));
  if (found.kind === 'float' && wanted.kind === 'int') {
    return `round it: \`ceil(${text})\`, \`floor(${text})\` or \`round(${text})\``;
  }
  if (found.kind === 'int' || found.kind === 'float') {
    if (wanted.kind === 'duration') return `give it a unit: \`${text} min\``;
    if (wanted.kind === 'size') return `give it a unit: \`${text} GB\``;
    if (wanted.kind === 'angle') return `give it a unit: \`${text} deg\``;
    if (wanted.kind === 'string') {
      return node.kind === 'number' ? `in quotes: \`"${text}"\`` : `in a string: \`"@{${text}}"\``;
    }
  }
  if (wanted.kind === 'list' && assignable(found, wanted.element) && found !== noneType) {
    return `a list of one: \`[${text}]\``;
  }
  return undefined;
}
