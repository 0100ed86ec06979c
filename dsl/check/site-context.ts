import { evaluate } from '../evaluate/evaluate.ts';
import { NeedFile } from '../evaluate/scope.ts';
import type { Value } from '../evaluate/value.ts';
import type { Expression, FieldEntry, SourceSyntax } from '../syntax/tree.ts';
import type { Span } from '../text/source.ts';
import { type Context, noNames } from './context.ts';
import { infer } from './infer.ts';
import { expectType } from './mismatch.ts';
import type { Report } from './report.ts';
import type { Type } from './type.ts';

/** What surrounds the expressions of a site file: no name of any workflow. */
export function siteContext(report: Report, types: Map<SourceSyntax, Type>): Context {
  return {
    file: noNames(),
    report,
    scope: { names: new Map(), outer: undefined },
    types,
    present: new Set(),
    allowsAbsent: false,
    read: undefined,
    namesKnown: true,
    place: 'a site',
    absentNames: new Set(),
    infer,
  };
}

/** The value of an expression that stands for itself; undefined after an error, which is reported. */
export function constantValue(
  node: Expression,
  context: Context,
  wanted?: Type,
  subject?: string,
): Value | undefined {
  const before = context.report.diagnostics.length;
  if (wanted === undefined) context.infer(node, context);
  else expectType(node, wanted, context, subject);
  if (context.report.diagnostics.slice(before).some((d) => d.severity === 'error')) {
    return undefined;
  }
  try {
    const evaluated = evaluate(node, {
      lookup: () => undefined,
      typeOf: (inside) => context.types.get(inside),
      reader(name, path) {
        throw new NeedFile(path, name);
      },
    });
    if (evaluated.ok) return evaluated.value;
    const { code, message, ...details } = evaluated.diagnostic;
    // A value of the wrong kind follows from what has been told: a unit that nobody knows.
    if (code === 'E0708') return undefined;
    context.report.error(code, evaluated.diagnostic.span ?? node.span, message, details);
  } catch (problem) {
    if (!(problem instanceof NeedFile)) throw problem;
    context.report.error('E0401', node.span, 'a site reads no files here', {
      hint: 'write the value out; only a `param` may be a table',
    });
  }
  return undefined;
}

/** E0206 for what one block of a site gives twice. */
export function createNames(report: Report): (name: string, span: Span) => boolean {
  const first = new Map<string, Span>();
  return (name, span) => {
    const before = first.get(name);
    if (before === undefined) {
      first.set(name, span);
      return true;
    }
    report.error('E0206', span, `\`${name}\` is given twice`, {
      labels: [{ span: before, text: 'first here' }],
    });
    return false;
  };
}

/**
 * The fields of a block that are known and not given before; E0404 for others. `owner` is what has them:
 * "`runner slurm`".
 */
export function knownFields(
  entries: readonly FieldEntry[],
  known: readonly string[],
  owner: string,
  report: Report,
): readonly FieldEntry[] {
  const isNew = createNames(report);
  return entries.filter(({ name }) => {
    if (known.includes(name.text)) return isNew(name.text, name.span);
    report.error('E0404', name.span, `${owner} has no \`${name.text}\``, {
      label: known.length === 0 ? 'it has no fields' : `it has ${known.join(', ')}`,
      ...report.suggest(name.span, name.text, known),
    });
    return false;
  });
}
