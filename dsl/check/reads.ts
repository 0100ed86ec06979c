import type { Phase, Read, Selector } from '../program.ts';
import type { Expression, Name } from '../syntax/tree.ts';
import { replaceBy } from '../text/fix.ts';
import { type Span, spanText } from '../text/source.ts';
import type { Binding, Context, ScatterDimension, StepNames, StepReference } from './context.ts';
import { stepReference } from './infer-access.ts';
import { phaseOf } from './lazy.ts';
import { expectType } from './mismatch.ts';
import type { Type } from './type.ts';
import {
  aType,
  commonType,
  mayBeNone,
  optional,
  present,
  typeText,
  unknownType,
} from './type-relation.ts';

/** Who reads: a step, or an `output` of the workflow (which has no dimensions). */
export interface Reader {
  /** "step `calibrate`", "an output" */
  readonly title: string;
  readonly name: string | undefined;
  /** The place of its name, for the label that tells its dimensions. */
  readonly span: Span | undefined;
  readonly dimensions: readonly ScatterDimension[];
  readonly dimensionsKnown: boolean;
  /** Reads found so far. */
  readonly reads: Read[];
  /** Why a value may be absent that no `??` replaces; the last reason found. */
  whyAbsent: string | undefined;
  /** It is what a library gives to those that call it: nothing varies there (E0314). */
  readonly isExported?: boolean;
}

/** What a reference means, after looking up its step and its field. */
export interface Target {
  readonly type: Type;
  readonly isKey: boolean;
  readonly output: string;
  /** Why a value of it may be absent. */
  readonly whyAbsent: string | undefined;
  /** The step that makes it: for an output of a call the one inside. */
  readonly step: string;
  /** For what a call gives: the read inside that stands for it. */
  readonly inner: Read | undefined;
}

/** The output (or dimension) that is read, or E0203. */
export function targetOf(reference: StepReference, context: Context): Target | undefined {
  const { step, field } = reference;
  const output = field.text;
  const declared = step.outputs?.get(output);
  if (declared !== undefined) {
    const whyAbsent =
      step.conditional ?? (mayBeNone(declared.type) ? 'its step need not make it' : undefined);
    const found = { type: present(declared.type), isKey: false, whyAbsent };
    const { inner } = declared;
    if (inner !== undefined) return { ...found, output: inner.output, step: inner.step, inner };
    if (step.inside === undefined) return { ...found, output, step: step.name, inner };
    reportComputed(reference, declared.span, context);
    return undefined;
  }
  const dimension = step.dimensions.find((d) => d.name === output);
  if (dimension !== undefined) {
    const found = { type: dimension.type, isKey: true, output, whyAbsent: step.conditional };
    const inner = step.inside === undefined ? undefined : keysOfCall(step);
    return { ...found, step: inner?.step ?? step.name, inner };
  }
  if (step.outputs === undefined || !step.dimensionsKnown) {
    const found = { type: unknownType, isKey: false, output, whyAbsent: undefined };
    return { ...found, step: step.name, inner: undefined };
  }
  const what = step.inside === undefined ? 'step' : 'call';
  const names = [...step.outputs.keys()];
  context.report.error(
    'E0203',
    field.span,
    `${what} \`${step.name}\` has no output \`${output}\``,
    {
      label:
        names.length === 0
          ? `\`${step.name}\` has no outputs`
          : `\`${step.name}\` has ${names.join(', ')}`,
      ...context.report.suggest(field.span, output, [
        ...names,
        ...step.dimensions.map((d) => d.name),
      ]),
    },
  );
  return undefined;
}

/** E0314: an output of a library that no single read of a step is. */
function reportComputed(reference: StepReference, declared: Span, context: Context): void {
  const text = spanText(reference.node.span);
  context.report.error('E0314', reference.node.span, `\`${text}\` is not what one step makes`, {
    labels: [{ span: declared, text: 'the library computes it from several' }],
    hint: `let a step of the library make it, and give \`output ${reference.field.text} = step.output\``,
  });
}

/** Where the keys of a call are read: at an instance inside, one for each key of the call. */
function keysOfCall(step: StepNames): Read | undefined {
  const reads = [...(step.outputs?.values() ?? [])].map((o) => o.inner);
  return reads.find((read) => read?.kind === 'match');
}

/** E0304: a gather or `previous` of what a call gathers already, which would be a list of lists. */
export function isListAlready(
  target: Target,
  reference: StepReference,
  verb: string,
  context: Context,
): boolean {
  if (target.inner === undefined || target.inner.kind === 'match') return false;
  const text = spanText(reference.node.span);
  context.report.error(
    'E0304',
    reference.node.span,
    `\`${text}\` is collected inside of the call`,
    {
      label: `\`${verb}\` takes what one step makes`,
      hint: `let a step of the library make one ${target.inner.kind === 'gather' ? 'file of them all' : 'value'}`,
    },
  );
  return true;
}

/**
 * The selectors of `p[d = e]`. Their values are known when planning: constants, params, lets, scatter
 * names and row attributes (E0304). In a gather `e` may be a name that `over` introduces.
 */
export function selectorsOf(
  reference: StepReference,
  over: readonly Name[],
  context: Context,
): Selector[] | undefined {
  const selectors: Selector[] = [];
  for (const { dimension, value } of reference.selectors) {
    const found = reference.step.dimensions.find((d) => d.name === dimension.text);
    if (found === undefined) {
      reportNoDimension(reference.step, dimension, context);
      context.infer(value, context);
      return undefined;
    }
    const name = value.kind === 'name' ? value.name.text : undefined;
    const bound = over.some((o) => o.text === name) ? name : undefined;
    if (bound === undefined) {
      expectType(value, found.type, context, `dimension \`${found.name}\``);
      if (phaseOf(value, context.scope, context.file) === 'run') {
        context.report.error('E0304', value.span, 'a selection must be known when planning', {
          label: 'this is known only when the run is under way',
          hint: 'select by a constant, a param or a scatter name',
        });
      }
    }
    selectors.push({ dimension: found.name, value, bound });
  }
  return selectors;
}

/** A read without `gather`: element-wise or shared. Adds to the reader's reads. */
export function readMatch(reader: Reader, reference: StepReference, context: Context): Type {
  const target = targetOf(reference, context);
  const selectors = selectorsOf(reference, [], context);
  if (target === undefined || selectors === undefined) return unknownType;
  const fixed = new Set(selectors.map((s) => s.dimension));
  const free = reference.step.dimensions.filter((d) => !fixed.has(d.name));
  const extra = free.filter((d) => !has(reader, d.name));
  if (extra.length > 0 && reference.step.dimensionsKnown && reader.dimensionsKnown) {
    reportUngathered(reader, reference, target.type, free, extra, context);
    return unknownType;
  }
  const { inner } = target;
  reader.reads.push({
    node: reference.node,
    kind: target.isKey ? 'match' : (inner?.kind ?? 'match'),
    step: target.step,
    output: target.output,
    isKey: target.isKey,
    span: reference.node.span,
    selectors: [...selectors, ...(inner?.selectors ?? [])],
    matched: free.filter((d) => has(reader, d.name)).map((d) => d.name),
    over: inner?.over ?? [],
    via: inner?.via,
    where: inner?.where,
    allowsAbsent: reference.allowsAbsent,
    allowsEmpty: inner?.allowsEmpty ?? false,
  });
  if (target.whyAbsent === undefined) return target.type;
  if (!reference.allowsAbsent) reader.whyAbsent = target.whyAbsent;
  return optional(target.type);
}

export function has(reader: Reader, dimension: string): boolean {
  return reader.dimensions.some((d) => d.name === dimension);
}

/** "(visit, sensor)" */
export function keyText(dimensions: readonly { readonly name: string }[]): string {
  return `(${dimensions.map((d) => d.name).join(', ')})`;
}

export function nameList(dimensions: readonly { readonly name: string }[], quote = '`'): string {
  return dimensions.map((d) => `${quote}${d.name}${quote}`).join(', ');
}

/** E0301 */
function reportUngathered(
  reader: Reader,
  reference: StepReference,
  type: Type,
  free: readonly ScatterDimension[],
  extra: readonly ScatterDimension[],
  context: Context,
): void {
  const text = spanText(reference.node.span);
  const over = extra.map((d) => d.name).join(', ');
  const per = reader.dimensions.length === 0 ? '' : ` per ${keyText(reader.dimensions)}`;
  context.report.error(
    reader.isExported ? 'E0314' : 'E0301',
    reference.node.span,
    `\`${text}\` varies over ${nameList(extra)}, but ${reader.title} does not`,
    {
      label: `one ${typeText(type)} for each ${keyText(free)}`,
      labels: readerLabels(reader),
      hint: `collect them: \`gather ${text} over ${over}\` gives one list${per}`,
      fixes: [replaceBy(reference.node.span, `gather ${text} over ${over}`)],
    },
  );
}

export function readerLabels(reader: Reader): { span: Span; text: string }[] {
  if (reader.span === undefined || reader.name === undefined) return [];
  const often =
    reader.dimensions.length === 0 ? 'runs once' : `runs once per ${keyText(reader.dimensions)}`;
  return [{ span: reader.span, text: `\`${reader.name}\` ${often}` }];
}

/** E0302: a name that is no dimension of the step. */
export function reportNoDimension(step: StepNames, name: Name, context: Context): void {
  if (!step.dimensionsKnown) return;
  const names = step.dimensions.map((d) => d.name);
  context.report.error('E0302', name.span, `\`${step.name}\` does not vary over \`${name.text}\``, {
    label:
      names.length === 0
        ? `\`${step.name}\` runs once`
        : `\`${step.name}\` varies over ${names.join(', ')}`,
    ...context.report.suggest(name.span, name.text, names),
  });
}

/** The step of a `gather` or `previous`: `step.output` and nothing else (E0304). */
export function wholeReference(
  node: Expression,
  verb: string,
  context: Context,
): StepReference | undefined {
  const reference = node.kind === 'field' ? stepReference(node, context) : undefined;
  const step = reference && context.file.steps.get(reference.stepName.text);
  if (reference !== undefined && step !== undefined) return { ...reference, step };
  const type = context.infer(node, context);
  if (type.kind === 'unknown') return undefined;
  context.report.error('E0304', node.span, `\`${verb}\` takes what a step makes`, {
    label: `this is ${aType(type)}`,
    hint: `\`${verb} step.output over dimension\``,
  });
  return undefined;
}

/** The type after `?? fallback`, where there is one. */
export function withFallback(
  found: Type,
  fallback: Expression | undefined,
  context: Context,
  wanted: Type | undefined,
): Type {
  if (fallback === undefined) return found;
  const other = context.infer(fallback, context, wanted ?? present(found));
  const common = commonType(present(found), other);
  if (common !== undefined) return common;
  context.report.error(
    'E0401',
    fallback.span,
    `the fallback is ${aType(other)}, not ${aType(present(found))}`,
  );
  return unknownType;
}

/** A dimension as a name that stands for its key. */
export function dimensionBinding(dimension: ScatterDimension, phase: Phase = 'plan'): Binding {
  const { name, type, span } = dimension;
  return { name, kind: 'scatter', type, phase: dimension.dynamic ? 'run' : phase, span };
}
