import { parseQuantity } from '../evaluate/quantity-text.ts';
import type { Expression } from '../syntax/tree.ts';
import { meaning, replaceBy } from '../text/fix.ts';
import { type Span, spanText } from '../text/source.ts';
import type { Context } from './context.ts';
import { lookUp } from './context.ts';
import { onlyIfPresent } from './offered-fixes.ts';
import type { Details } from './report.ts';
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
  const fixes = binding?.kind === 'input' ? onlyIfPresent(binding.name, binding.span) : [];
  context.report.error('E0403', span, `${what} may be absent${why}`, { hint, fixes });
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
      ? `${aType(target)} is needed here, not ${aType(found)}`
      : `${subject} is ${aType(target)}, not ${aType(found)}`;
  context.report.error('E0401', node.span, message, {
    label: found.kind === 'none' ? undefined : `this is ${aType(found)}`,
    ...conversion(node, found, target),
  });
}

/** E0402 for a string literal that is none of the type's. */
export function reportNotOneOf(
  node: Expression,
  text: string,
  type: ClosedType,
  context: Context,
): void {
  const near = context.report.near(text, type.values);
  context.report.error('E0402', node.span, `\`"${text}"\` is not ${aType(type)}`, {
    label: `${type.name} is ${alternatives(type)}`,
    ...(near === undefined ? {} : meaning(node.span, `"${near}"`)),
  });
}

function alternatives(type: ClosedType): string {
  return type.values.map((v) => `"${v}"`).join(' | ');
}

/** A hint that shows what stands here instead, and the edit. */
function instead(node: Expression, text: string, how = ''): Details {
  return { hint: `${how}\`${text}\``, fixes: [replaceBy(node.span, text)] };
}

/** `"4 GB"`, and Slurm's `"01:30:00"`. */
function quantityMeant(node: Expression, text: string): Details {
  if (typeof parseQuantity(text) !== 'string') return instead(node, text, 'without quotes: ');
  const clock = /^(\d+):(\d\d)(?::\d\d)?$/.exec(text);
  return clock ? instead(node, `${Number(clock[1])} h ${Number(clock[2])} min`) : {};
}

const usualUnits: Partial<Record<Type['kind'], string>> = {
  duration: 'min',
  size: 'GB',
  angle: 'deg',
};

/** A file or directory, whose path `"@{...}"` is. */
export function isPathType(type: Type): boolean {
  return type.kind === 'file' || type.kind === 'dir' || type.kind === 'store';
}

/** What to type instead, where it is plain. */
function conversion(node: Expression, found: Type, wanted: Type): Details {
  const text = spanText(node.span);
  if (node.kind === 'string' && (wanted.kind === 'int' || wanted.kind === 'float')) {
    const inside = text.slice(1, -1);
    if (inside !== '' && Number.isFinite(Number(inside))) {
      return instead(node, inside, 'without quotes: ');
    }
  }
  if (node.kind === 'string' && isQuantity(wanted)) return quantityMeant(node, text.slice(1, -1));
  if (found.kind === 'float' && wanted.kind === 'int') {
    return {
      hint: `round it: \`ceil(${text})\`, \`floor(${text})\` or \`round(${text})\``,
      fixes: ['ceil', 'floor', 'round'].map((name) => replaceBy(node.span, `${name}(${text})`)),
    };
  }
  if (found.kind === 'int' || found.kind === 'float') {
    const unit = usualUnits[wanted.kind];
    if (unit !== undefined) {
      const isLiteral = node.kind === 'number';
      return instead(
        node,
        isLiteral ? `${text} ${unit}` : `(${text}) * 1 ${unit}`,
        'give it a unit: ',
      );
    }
    if (wanted.kind === 'string') {
      return node.kind === 'number'
        ? instead(node, `"${text}"`, 'in quotes: ')
        : instead(node, `"@{${text}}"`, 'in a string: ');
    }
  }
  if (wanted.kind === 'string' && isPathType(found)) {
    return instead(node, `"@{${text}}"`, 'its path is a string: ');
  }
  if (wanted.kind === 'list' && assignable(found, wanted.element) && found !== noneType) {
    return instead(node, `[${text}]`, 'a list of one: ');
  }
  return {};
}
