import type { Let, Location, Param } from '../program.ts';
import type { Declaration, Module } from '../syntax/tree.ts';
import type { Span } from '../text/source.ts';
import type { Binding, Context, FileNames } from './context.ts';
import { inner, noNames } from './context.ts';
import { declareTypes, resolveType } from './declared-types.ts';
import { lazyBinding, phaseOf, reportCircles } from './lazy.ts';
import { expectType } from './mismatch.ts';
import type { Report } from './report.ts';
import type { Type } from './type.ts';
import { simple } from './type-relation.ts';

export type Of<K extends Declaration['kind']> = Extract<Declaration, { kind: K }>;

export function declarationsOf<K extends Declaration['kind']>(module: Module, kind: K): Of<K>[] {
  return module.declarations.filter((d): d is Of<K> => d.kind === kind);
}

/** Declarations whose names others may use. */
const naming = new Set([
  'use',
  'type',
  'record',
  'param',
  'secret',
  'location',
  'let',
  'env',
  'step',
  'call',
]);

/** Names with values; steps are declared apart, since they need these first. */
export function declareNames(module: Module, report: Report): FileNames {
  const file: FileNames = {
    ...noNames(),
    broken: new Set(module.broken.flatMap((b) => (b.name === undefined ? [] : [b.name]))),
    unnamedBroken: module.broken.some((b) => b.name === undefined && naming.has(b.keyword)),
  };
  reportDuplicates(module, report);
  declareTypes(module.declarations, file, report);
  for (const use of declarationsOf(module, 'use')) file.imports.set(use.name.text, use.name.span);
  for (const env of declarationsOf(module, 'env'))
    file.environments.set(env.name.text, env.name.span);
  return file;
}

/** E0206: one flat namespace, beside it one for environments and one for outputs. */
function reportDuplicates(module: Module, report: Report): void {
  const spaces = new Map<string, Map<string, Span>>();
  for (const declaration of module.declarations) {
    if (!('name' in declaration)) continue;
    const { kind, name } = declaration;
    const space = kind === 'env' || kind === 'output' ? kind : 'names';
    const names = spaces.get(space) ?? new Map<string, Span>();
    spaces.set(space, names);
    const first = names.get(name.text);
    if (first === undefined) names.set(name.text, name.span);
    else reportTwice(name.text, name.span, first, report);
  }
}

export function reportTwice(name: string, span: Span, first: Span, report: Report): void {
  report.error('E0206', span, `\`${name}\` is declared twice`, {
    label: 'again here',
    labels: [{ span: first, text: 'first here' }],
  });
}

export interface Globals {
  readonly params: readonly Param[];
  readonly lets: readonly Let[];
  readonly locations: readonly Location[];
  readonly secrets: readonly string[];
}

/** Params, locations, secrets and lets; fills `context.file.values`. */
export function linkGlobals(module: Module, context: Context): Globals {
  const params = declarationsOf(module, 'param');
  const lets = declarationsOf(module, 'let');
  const locations = declarationsOf(module, 'location');
  const secrets = declarationsOf(module, 'secret');
  const types = new Map<Declaration, Type>();
  const declare = (declaration: Of<'param' | 'location' | 'secret'>, type: Type): void => {
    types.set(declaration, type);
    const { kind, name } = declaration;
    add(context.file, { name: name.text, kind, type, phase: 'plan', span: name.span });
  };
  for (const d of [...params, ...locations]) {
    declare(d, resolveType(d.type, context.file, context.report));
  }
  for (const d of secrets) declare(d, simple('secret'));
  for (const d of lets)
    add(
      context.file,
      letBinding(d, () => context),
    );
  for (const d of [...params, ...lets]) {
    const value = d.kind === 'param' ? d.default : d.value;
    if (value?.kind === 'list') context.file.lists.set(d.name.text, value);
  }
  reportCircles(
    [...params, ...lets].flatMap((d) => {
      const value = d.kind === 'param' ? d.default : d.value;
      return value === undefined ? [] : [{ name: d.name.text, span: d.name.span, value }];
    }),
    context.report,
  );
  return {
    params: params.map((d) => linkParam(d, types.get(d) ?? simple('unknown'), context)),
    lets: lets.map((d) => linkLet(d, context.file.values.get(d.name.text), context)),
    locations: locations.map((d) => ({
      name: d.name.text,
      type: types.get(d) ?? simple('unknown'),
      span: d.name.span,
    })),
    secrets: secrets.map((d) => d.name.text),
  };
}

function add(file: FileNames, binding: Binding): void {
  if (!file.values.has(binding.name)) file.values.set(binding.name, binding);
}

/** A `let` of the file or of a step; its context is asked for late, since it may name later lines. */
export function letBinding(syntax: Of<'let'>, contextOf: () => Context): Binding {
  return lazyBinding(syntax.name.text, 'let', syntax.name.span, () => {
    const context = contextOf();
    const phase = phaseOf(syntax.value, context.scope, context.file);
    if (syntax.type === undefined) return { type: context.infer(syntax.value, context), phase };
    const type = resolveType(syntax.type, context.file, context.report);
    expectType(syntax.value, type, context, `\`${syntax.name.text}\``);
    return { type, phase };
  });
}

export function linkLet(syntax: Of<'let'>, binding: Binding | undefined, context: Context): Let {
  return {
    name: syntax.name.text,
    type: binding?.type ?? simple('unknown'),
    value: syntax.value,
    phase: binding?.phase ?? phaseOf(syntax.value, context.scope, context.file),
    span: syntax.name.span,
  };
}

function linkParam(syntax: Of<'param'>, type: Type, context: Context): Param {
  const name = syntax.name.text;
  if (syntax.default) expectType(syntax.default, type, context, `\`${name}\``);
  if (syntax.where) expectType(syntax.where, simple('bool'), context, '`where`');
  return {
    name,
    type,
    default: syntax.default,
    where: syntax.where,
    doc: syntax.doc,
    span: syntax.name.span,
  };
}

/** The scope of the whole file. It is live: lets and params may be in any order. */
export function fileScope(file: FileNames): Context['scope'] {
  return { names: file.values, outer: undefined };
}

/** The file's scope and more names before it. */
export function withNames(context: Context, names: Iterable<Binding>): Context {
  return { ...context, scope: inner(context.scope, names) };
}
