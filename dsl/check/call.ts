import type { After, Param, Phase, Read, Step } from '../program.ts';
import type { CallDeclarationSyntax, Expression, Module, SourceSyntax } from '../syntax/tree.ts';
import type { Span } from '../text/source.ts';
import { linkAfter } from './after.ts';
import type { Context, Library } from './context.ts';
import { linkSettings, noSettings } from './defaults.ts';
import { type Of, reportTwice, withNames } from './globals.ts';
import { constantText } from './infer-text.ts';
import { phaseOf } from './lazy.ts';
import { expectType } from './mismatch.ts';
import { type Reader, reportNoDimension } from './reads.ts';
import type { Report } from './report.ts';
import type { Scatter } from './scatter.ts';
import { inferSource } from './source.ts';
import type { StepEntry } from './step-names.ts';
import { simple, typeText } from './type-relation.ts';

/** E0502: a file that uses itself, where no other file is read. */
export function checkUse(syntax: Of<'use'>, module: Module, report: Report): void {
  const path = constantText(syntax.path);
  const own = module.source.name.split('/').at(-1);
  if (path !== undefined && path.replace(/^\.\//, '') === own) reportUsesItself(syntax, [], report);
}

/** E0502; `chain`: the files by way of which it does. */
export function reportUsesItself(
  syntax: Of<'use'>,
  chain: readonly string[],
  report: Report,
): void {
  report.error('E0502', syntax.path.span, 'a workflow cannot use itself', {
    label: chain.length > 2 ? chain.join(' -> ') : undefined,
    hint: 'iteration along a dimension is `previous ... over`',
  });
}

/** What one argument of a call gives to a param of its library. */
export interface Argument {
  readonly source: SourceSyntax;
  readonly reads: readonly Read[];
}

/** A call whose library is known and whose arguments fit. */
export interface LinkedCall {
  readonly name: string;
  readonly span: Span;
  readonly library: Library;
  readonly scatter: Scatter;
  readonly arguments: ReadonlyMap<string, Argument>;
  readonly when: { readonly expression: Expression; readonly phase: Phase } | undefined;
  readonly after: readonly After[];
  readonly tolerate: Expression | undefined;
  readonly priority: Expression | undefined;
  readonly limit: Step['limit'];
}

/**
 * `call`: its import (E0209), the arguments against the library's params (E0214, E0401, dimensions as in an
 * `in`), `when`, `after` and what holds for every step inside. Undefined if it cannot be put together.
 */
export function linkCall(
  syntax: CallDeclarationSyntax,
  entry: StepEntry,
  outer: Context,
): LinkedCall | undefined {
  reportNoImport(syntax, outer);
  const scatter = entry.scatter();
  const context = { ...withNames(outer, scatter.names.values()), namesKnown: scatter.known };
  const library = outer.file.libraries.get(syntax.callee.text);
  const given = new Map<string, Argument>();
  const errorsBefore = outer.report.diagnostics.length;
  for (const { name, source } of syntax.arguments) {
    const first = syntax.arguments.find((a) => a.name.text === name.text);
    if (first !== undefined && first.name !== name) {
      reportTwice(name.text, name.span, first.name.span, outer.report);
    }
    const param = library?.program.params.find((p) => p.name === name.text);
    const reader: Reader = {
      title: `call \`${entry.name}\``,
      name: entry.name,
      span: entry.span,
      dimensions: scatter.dimensions,
      dimensionsKnown: scatter.known,
      reads: [],
      whyAbsent: undefined,
    };
    inferSource(source, reader, context, param?.type);
    if (param !== undefined) given.set(name.text, { source, reads: reader.reads });
    else if (library?.sound) reportNoParam(name.text, name.span, library, outer.report);
  }
  const items = linkItems(syntax, entry, context, outer);
  if (library === undefined || !library.sound || !scatter.known) return undefined;
  for (const param of library.program.params) {
    if (!given.has(param.name)) reportNotGiven(syntax, param, library, outer.report);
  }
  if (outer.report.diagnostics.length > errorsBefore) return undefined;
  return { name: entry.name, span: entry.span, library, scatter, arguments: given, ...items };
}

function linkItems(
  syntax: CallDeclarationSyntax,
  entry: StepEntry,
  context: Context,
  outer: Context,
): Pick<LinkedCall, 'when' | 'after' | 'tolerate' | 'priority' | 'limit'> {
  let when: LinkedCall['when'];
  let limit: LinkedCall['limit'];
  const after: After[] = [];
  for (const item of syntax.items) {
    if (item.kind === 'when') {
      const { condition } = item;
      expectType(condition, simple('bool'), { ...context, place: '`when`' }, '`when`');
      when = { expression: condition, phase: phaseOf(condition, context.scope, context.file) };
    } else if (item.kind === 'after') {
      const matched = entry.dimensions.map((d) => d.name);
      after.push(...linkAfter(item, outer).map((a) => ({ ...a, matched })));
    } else if (item.kind === 'limit') {
      expectType(item.count, simple('int'), { ...context, place: '`limit`' }, '`limit`');
      for (const name of item.per) {
        if (!entry.dimensions.some((d) => d.name === name.text))
          reportNoDimension(entry, name, context);
      }
      limit = { count: item.count, per: item.per.map((n) => n.text) };
    }
  }
  const { tolerate, priority } = linkSettings(syntax.items, noSettings, context);
  return { when, after, tolerate, priority, limit };
}

function reportNoImport(syntax: CallDeclarationSyntax, { file, report }: Context): void {
  const { imports, broken, unnamedBroken } = file;
  const callee = syntax.callee.text;
  if (imports.has(callee) || broken.has(callee) || unnamedBroken) return;
  report.error('E0209', syntax.callee.span, `there is no import \`${callee}\``, {
    hint: `add \`use "lib/${callee}.braid" as ${callee}\``,
    ...report.suggest(syntax.callee.span, callee, imports.keys()),
  });
}

/** Params that a library has of its own; those of the calls inside it have a dot. */
function ownParams({ program }: Library): readonly Param[] {
  return program.params.filter((p) => !p.name.includes('.'));
}

/** E0214: an argument for which the library has no param. */
function reportNoParam(name: string, span: Span, library: Library, report: Report): void {
  const names = ownParams(library).map((p) => p.name);
  report.error('E0214', span, `\`${library.program.name}\` has no param \`${name}\``, {
    label: names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`,
    ...report.suggest(span, name, names),
  });
}

/** E0214: a param without a default that the call does not give. */
function reportNotGiven(
  syntax: CallDeclarationSyntax,
  param: Param,
  library: Library,
  report: Report,
): void {
  if (param.default !== undefined) return;
  const text = `\`${param.name}\` of \`${library.program.name}\` is not given`;
  report.error('E0214', syntax.name.span, text, {
    label: `\`${syntax.name.text}\` needs \`${param.name}\`, ${typeText(param.type)}`,
    labels: [{ span: param.span, text: 'it has no default' }],
    hint: `\`${param.name} = ...\` in the block of the call`,
  });
}
