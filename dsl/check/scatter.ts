import type { DynamicSource, Generator, Phase, Read, Step } from '../program.ts';
import type { Expression, ForSyntax, GeneratorSyntax, Name } from '../syntax/tree.ts';
import { insertBefore, replaceBy } from '../text/fix.ts';
import { type Span, spanText } from '../text/source.ts';
import type { Binding, Context, ScatterDimension, StepReference } from './context.ts';
import { inner, lookUp } from './context.ts';
import { reportNoKey } from './declared-types.ts';
import { column } from './infer-access.ts';
import { reportNoElements } from './infer-collection.ts';
import { constantText } from './infer-text.ts';
import { phaseOf } from './lazy.ts';
import { expectType, presentType } from './mismatch.ts';
import { withoutParentheses } from './offered-fixes.ts';
import { dimensionBinding, isListAlready, nameList, selectorsOf, targetOf } from './reads.ts';
import type { Type } from './type.ts';
import { elementType, isKeyType, isOpen, simple, unknownType } from './type-relation.ts';

/** What a `for each` gives to its step. */
export interface Scatter {
  readonly dimensions: readonly ScatterDimension[];
  readonly generators: readonly Generator[];
  readonly names: ReadonlyMap<string, Binding>;
  readonly where: Step['where'];
  /** Steps whose outputs it scatters over or filters by, with the dimensions matched. */
  readonly sources: readonly ScatterSource[];
  /** False after an error: then nothing is said about the dimensions. */
  readonly known: boolean;
}

export interface ScatterSource {
  readonly step: string;
  readonly matched: readonly string[];
  readonly span: Span;
}

interface Building {
  readonly dimensions: ScatterDimension[];
  readonly names: Map<string, Binding>;
  readonly sources: ScatterSource[];
  known: boolean;
}

/** The dimensions, names and generators of a `for each`; generators see those to their left. */
export function linkScatter(syntax: ForSyntax | undefined, outer: Context): Scatter {
  const building: Building = { dimensions: [], names: new Map(), sources: [], known: true };
  const generators = (syntax?.generators ?? []).map((g) => linkGenerator(g, building, outer));
  let where: Scatter['where'];
  if (syntax?.where !== undefined) {
    const reads: Read[] = [];
    const context = scatterContext(building, outer, undefined, (_, read) => reads.push(read));
    expectType(syntax.where, simple('bool'), context, '`where`');
    const phase = phaseOf(syntax.where, context.scope, outer.file);
    where = { expression: syntax.where, phase, reads };
  }
  return { ...building, generators, where };
}

/** Sees the names so far; steps are read where all their dimensions are bound (E0306). */
function scatterContext(
  building: Building,
  outer: Context,
  syntax: GeneratorSyntax | undefined,
  found: (source: DynamicSource, read: Read) => void,
): Context {
  const scope = inner(outer.scope, building.names.values());
  const namesKnown = building.known;
  const read = (reference: StepReference, context: Context): Type => {
    const target = targetOf(reference, context);
    const selectors = selectorsOf(reference, [], context);
    if (target === undefined || selectors === undefined) return unknownType;
    if (isListAlready(target, reference, 'for each', context)) return unknownType;
    const free = reference.step.dimensions.filter(
      (d) => !selectors.some((s) => s.dimension === d.name),
    );
    // After an error there, or in a circle of steps, nothing is said about what follows from it.
    if (!reference.step.dimensionsKnown) building.known = false;
    const unbound = free.filter((d) => !building.dimensions.some((b) => b.name === d.name));
    if (unbound.length > 0 && building.known) {
      reportUnbound(reference, target.type, unbound, syntax, context);
      return target.type;
    }
    building.sources.push({
      step: target.step,
      matched: free.map((d) => d.name),
      span: reference.node.span,
    });
    const expect = reference.step.outputs?.get(reference.field.text)?.syntax?.expect;
    const { step, output, isKey } = target;
    found(
      { step, output, expect: expect && estimate(expect) },
      {
        node: reference.node,
        kind: 'match',
        step,
        output,
        isKey,
        span: reference.node.span,
        selectors: [...selectors, ...(target.inner?.selectors ?? [])],
        matched: free.map((d) => d.name),
        over: [],
        via: undefined,
        where: undefined,
        allowsAbsent: reference.allowsAbsent,
        allowsEmpty: false,
      },
    );
    return target.type;
  };
  return { ...outer, scope, read, namesKnown };
}

/** `expect n` or `expect a..b`. */
export function estimate(expect: Expression): {
  readonly min: Expression;
  readonly max: Expression;
} {
  return expect.kind === 'range'
    ? { min: expect.from, max: expect.to }
    : { min: expect, max: expect };
}

/** E0306 */
function reportUnbound(
  reference: StepReference,
  type: Type,
  unbound: readonly ScatterDimension[],
  syntax: GeneratorSyntax | undefined,
  context: Context,
): void {
  const text = spanText(reference.node.span);
  const what = type.kind === 'table' ? 'table' : type.kind === 'list' ? 'list' : 'value';
  const generators = unbound.map((d) => reference.step.generatorText(d.name) ?? `${d.name} in ...`);
  const before = [...new Set(generators)].join(', ');
  const binder = syntax?.binder;
  const span = binder?.kind === 'single' ? binder.name.span : binder?.span;
  const rest = syntax ? `${binderText(syntax)} in ${text}` : '...';
  context.report.error(
    'E0306',
    reference.node.span,
    `\`${text}\` is a different ${what} for each ${nameList(unbound)}`,
    {
      label: `which ${unbound.map((d) => d.name).join(', ')}?`,
      hint: `bind it first: \`for each ${before}, ${rest}\``,
      fixes: span && [insertBefore(span, `${before}, `)],
    },
  );
}

function linkGenerator(syntax: GeneratorSyntax, building: Building, outer: Context): Generator {
  let dynamic: DynamicSource | undefined;
  const reads: Read[] = [];
  const errorsBefore = outer.report.diagnostics.length;
  const context = scatterContext(building, outer, syntax, (source, read) => {
    dynamic ??= source;
    reads.push(read);
  });
  const type = presentType(syntax.source, context);
  const element = elementType(type) ?? unknownType;
  if (elementType(type) === undefined) reportNoElements(syntax.source, type, context);
  if (syntax.binder.kind === 'single') reportEqualKeys(syntax.source, context);
  const isDynamic =
    dynamic !== undefined || phaseOf(syntax.source, context.scope, outer.file) === 'run';
  const made = introduce(syntax, element, isDynamic, building, context);
  if (outer.report.diagnostics.length > errorsBefore || element.kind === 'unknown') {
    building.known = building.known && made.dimensions.length > 0 && element.kind !== 'unknown';
  }
  return {
    ...made,
    elementType: element,
    source: syntax.source,
    span: syntax.span,
    dynamic,
    reads,
  };
}

function binderText({ binder }: GeneratorSyntax): string {
  return binder.kind === 'single'
    ? binder.name.text
    : `(${binder.names.map((n) => n.text).join(', ')})`;
}

type Made = Pick<Generator, 'variable' | 'form' | 'dimensions'>;

function introduce(
  syntax: GeneratorSyntax,
  element: Type,
  dynamic: boolean,
  building: Building,
  context: Context,
): Made {
  const { binder } = syntax;
  if (binder.kind === 'tuple')
    return introduceColumns(binder.names, element, dynamic, building, context);
  const { name } = binder;
  if (element.kind === 'record' && element.record.key.length > 0) {
    return introduceRows(name, element, dynamic, building, context);
  }
  const positional = !isKeyType(element) && !isOpen(element);
  const type = positional ? simple('int') : isKeyType(element) ? element : unknownType;
  const dimension = { name: name.text, type, positional, dynamic, span: name.span };
  addDimension(dimension, name, building, context);
  const names: Binding = { ...dimensionBinding(dimension), type: element };
  addName(names, name, building, context);
  return { variable: name.text, form: 'list', dimensions: [name.text] };
}

/** `v in visits`: the key columns are the dimensions, `v` is the row. */
function introduceRows(
  name: Name,
  element: Extract<Type, { kind: 'record' }>,
  dynamic: boolean,
  building: Building,
  context: Context,
): Made {
  const { record } = element;
  if (record.fields.has(name.text)) {
    const short = name.text.slice(0, 1) === name.text ? 'row' : name.text.slice(0, 1);
    context.report.error(
      'E0315',
      name.span,
      `\`${name.text}\` is a column of ${record.name}, and a row here`,
      {
        label: `${record.name} has ${[...record.fields.keys()].join(', ')}`,
        hint: `call the row \`${short}\`, or write \`(${name.text})\``,
        fixes: [replaceBy(name.span, `(${name.text})`), replaceBy(name.span, short)],
      },
    );
    return { variable: name.text, form: 'rows', dimensions: [] };
  }
  for (const key of record.key) {
    const type = record.fields.get(key) ?? unknownType;
    const dimension = { name: key, type, positional: false, dynamic, span: name.span };
    addDimension(dimension, name, building, context);
    addName(dimensionBinding(dimension), name, building, context);
  }
  const phase: Phase = dynamic ? 'run' : 'plan';
  const row: Binding = { name: name.text, kind: 'scatter', type: element, phase, span: name.span };
  addName(row, name, building, context);
  return { variable: name.text, form: 'rows', dimensions: record.key };
}

/** `(tract, patch) in overlaps`: columns, made distinct; those that exist already are restricted. */
function introduceColumns(
  names: readonly Name[],
  element: Type,
  dynamic: boolean,
  building: Building,
  context: Context,
): Made {
  const dimensions: string[] = [];
  if (element.kind !== 'record' && !isOpen(element)) {
    const [first] = names;
    if (first)
      context.report.error('E0409', first.span, 'only a table has columns', {
        hint:
          names.length === 1 ? `without parentheses: \`for each ${first.text} in ...\`` : undefined,
        fixes: names.length === 1 ? [withoutParentheses(first.text, first.span)] : undefined,
      });
    building.known = false;
    return { variable: undefined, form: 'columns', dimensions };
  }
  for (const name of names) {
    const found = element.kind === 'record' ? column(element.record, name, context) : unknownType;
    if (found === undefined) {
      building.known = false;
      continue;
    }
    if (!isKeyType(found)) reportNoKey(name, found, context.report);
    const type = isKeyType(found) ? found : unknownType;
    if (dimensions.includes(name.text)) {
      reportTwice(name, `dimension \`${name.text}\``, undefined, context);
      continue;
    }
    dimensions.push(name.text);
    if (building.dimensions.some((d) => d.name === name.text)) continue;
    const dimension = { name: name.text, type, positional: false, dynamic, span: name.span };
    building.dimensions.push(dimension);
    addName(dimensionBinding(dimension), name, building, context);
  }
  return { variable: undefined, form: 'columns', dimensions };
}

function addDimension(
  dimension: ScatterDimension,
  name: Name,
  building: Building,
  context: Context,
): void {
  const first = building.dimensions.find((d) => d.name === dimension.name);
  if (first === undefined) building.dimensions.push(dimension);
  else reportTwice(name, `dimension \`${dimension.name}\``, first.span, context);
}

function addName(binding: Binding, at: Name, building: Building, context: Context): void {
  const first = building.names.get(binding.name);
  if (first !== undefined) {
    reportTwice(at, `\`${binding.name}\``, first.span, context);
    return;
  }
  reportShadow(binding.name, at.span, context);
  building.names.set(binding.name, binding);
}

function reportTwice(name: Name, what: string, first: Span | undefined, context: Context): void {
  context.report.error('E0206', name.span, `${what} is introduced twice`, {
    labels: first === undefined ? [] : [{ span: first, text: 'first here' }],
  });
}

/** E0207: a name of a step that is a value of the whole file already. */
export function reportShadow(name: string, span: Span, context: Context): void {
  const outer = context.file.values.get(name);
  if (outer === undefined || lookUp(context.scope, name) === undefined) return;
  context.report.error('E0207', span, `\`${name}\` is a ${outer.kind} of this file already`, {
    labels: [{ span: outer.span, text: `the ${outer.kind}` }],
    hint: 'give one of them another name',
  });
}

/** E0309: equal keys in a list that is written out. */
function reportEqualKeys(source: Expression, context: Context): void {
  const list = source.kind === 'name' ? context.file.lists.get(source.name.text) : source;
  if (list?.kind !== 'list') return;
  const seen = new Map<string, Span>();
  for (const item of list.items) {
    const key =
      item.kind === 'string'
        ? constantText(item)
        : item.kind === 'number' || item.kind === 'boolean'
          ? String(item.value)
          : undefined;
    if (key === undefined) continue;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, item.span);
    else {
      context.report.error('E0309', item.span, `key \`${spanText(item.span)}\` is there twice`, {
        label: 'again here',
        labels: [
          { span: first, text: 'first here' },
          ...(source === list ? [] : [{ span: source.span, text: 'each is a key here' }]),
        ],
      });
    }
  }
}
