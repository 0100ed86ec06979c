import type { Input, Read } from '../program.ts';
import type { SourceSyntax, StepItem } from '../syntax/tree.ts';
import { insertAfter } from '../text/fix.ts';
import type { Binding, Context } from './context.ts';
import { resolveType } from './declared-types.ts';
import { lazyBinding, phaseOf } from './lazy.ts';
import { onlyIfPresent } from './offered-fixes.ts';
import type { Reader } from './reads.ts';
import { inferSource } from './source.ts';
import type { Type } from './type.ts';
import { optional, present } from './type-relation.ts';

type InSyntax = Extract<StepItem, { kind: 'in' }>;

/** An `in` while its step is being linked. */
export interface LinkedInput {
  readonly syntax: InSyntax;
  readonly binding: Binding;
  readonly reader: Reader;
}

/** The binding of an `in`; `contextOf` sees scatter names and `let`s, not other `in`s. */
export function declareInput(
  syntax: InSyntax,
  reader: Omit<Reader, 'reads' | 'whyAbsent'>,
  contextOf: () => Context,
): LinkedInput {
  const own: Reader = { ...reader, reads: [], whyAbsent: undefined };
  const binding = lazyBinding(syntax.name.text, 'input', syntax.name.span, () => {
    const context = contextOf();
    const declared = syntax.type && resolveType(syntax.type, context.file, context.report);
    // Compared with `?`, so that what may be absent is reported once, where it is used.
    const found = inferSource(syntax.source, own, context, declared && optional(declared));
    const phase =
      own.reads.length > 0 ? 'run' : phaseOf(syntax.source, context.scope, context.file);
    const whyAbsent = declared?.kind === 'optional' ? undefined : own.whyAbsent;
    return { type: typeOfInput(declared, found), phase, whyAbsent };
  });
  return { syntax, binding, reader: own };
}

function typeOfInput(declared: Type | undefined, found: Type): Type {
  if (declared === undefined) return found;
  return found.kind === 'optional' || declared.kind === 'optional'
    ? { kind: 'optional', of: present(declared) }
    : declared;
}

/**
 * What the Program keeps of an `in`. `narrowed`: names that the step's `when` has tested
 * against `none`; `counted`: all that it looks at. Absence or an empty gather then only skips the step.
 */
export function linkInput(
  input: LinkedInput,
  counted: ReadonlySet<string>,
  narrowed: ReadonlySet<string>,
  context: Context,
): Input {
  const name = input.syntax.name.text;
  const { type, whyAbsent } = input.binding;
  const isTested = narrowed.has(name);
  if (type.kind === 'optional' && !isTested && whyAbsent !== undefined) {
    reportUnusedAbsence(name, input.syntax.source, whyAbsent, context);
  }
  return {
    name,
    type: isTested ? present(type) : type,
    span: input.syntax.name.span,
    source: input.syntax.source,
    reads: input.reader.reads.map(
      (read): Read => ({
        ...read,
        allowsAbsent: read.allowsAbsent || isTested,
        allowsEmpty: read.allowsEmpty || (read.kind === 'gather' && counted.has(name)),
      }),
    ),
    mayBeAbsent: type.kind === 'optional' && !isTested,
  };
}

/** E0403 at the `in` itself, where no use of it has been reported. */
function reportUnusedAbsence(
  name: string,
  source: SourceSyntax,
  why: string,
  context: Context,
): void {
  if (context.absentNames.has(name)) return;
  context.absentNames.add(name);
  context.report.error('E0403', source.span, `\`${name}\` may be absent (${why})`, {
    hint: `give it a fallback, \`?? other\` or \`?? none\`, or add \`when ${name} != none\``,
    fixes: [insertAfter(source.span, ' ?? none'), ...onlyIfPresent(name, source.span)],
  });
}
