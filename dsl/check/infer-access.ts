import type { Expression, FieldSyntax, Name, SelectSyntax } from '../syntax/tree.ts';
import type { Fix } from '../text/diagnostic.ts';
import { insertAfter, insertBefore, meaning, replaceBy } from '../text/fix.ts';
import { type Span, spanText } from '../text/source.ts';
import type { Binding, Context, StepNames, StepReference } from './context.ts';
import { lookUp, namesInScope } from './context.ts';
import { foreignValues } from './foreign-names.ts';
import { expectType, presentType } from './mismatch.ts';
import { readAsInput } from './offered-fixes.ts';
import type { Details } from './report.ts';
import type { RecordType, Type } from './type.ts';
import { aType, isOpen, listOf, present, simple, unknownType } from './type-relation.ts';

type Node<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

export function inferName(node: Node<'name'>, context: Context): Type {
  const { text, span } = node.name;
  const binding = lookUp(context.scope, text);
  if (binding !== undefined) {
    if (binding.kind === 'output' && !isPathBefore(binding, context)) {
      context.report.error('E0211', span, `\`${text}\` has no value before the script has ended`, {
        label: 'an output of this step',
        hint: 'the script writes the file that the `out` line reads',
      });
      return unknownType;
    }
    if (binding.kind === 'secret' && !maySeeSecrets.has(context.place)) {
      context.report.error('E0603', span, `secret \`${text}\` can only go into \`vars\``, {
        label: 'a value here is planned with, kept and shown',
        hint: `\`vars { NAME = ${text} }\`, and \`$NAME\` in the script`,
      });
      return unknownType;
    }
    return context.present.has(text) ? present(binding.type) : binding.type;
  }
  const closed = context.file.types.get(text);
  if (closed !== undefined) return listOf(closed);
  const { broken, unnamedBroken } = context.file;
  if (broken.has(text) || unnamedBroken || !context.namesKnown) return unknownType;
  const step = context.file.steps.get(text);
  if (step !== undefined) {
    const [output] = step.outputs?.keys() ?? [];
    context.report.error('E0201', span, `\`${text}\` is a step, not a value`, {
      hint:
        output === undefined
          ? `it gives nothing; to wait for it, write \`after ${text}\``
          : `say which output: \`${text}.${output}\``,
      fixes: output === undefined ? [] : [insertAfter(span, `.${output}`)],
    });
    return unknownType;
  }
  const other = context.file.records.has(text)
    ? 'a record type'
    : context.file.environments.has(text)
      ? 'an environment'
      : context.file.imports.has(text)
        ? 'an import'
        : undefined;
  if (other !== undefined) {
    context.report.error('E0201', span, `\`${text}\` is ${other}, not a value`);
    return unknownType;
  }
  context.report.error('E0201', span, `there is nothing called \`${text}\` here`, {
    ...valueMeant(node.name, context),
  });
  return unknownType;
}

/** Elsewhere a secret would be part of a plan. A script says itself what is wrong with one. */
const maySeeSecrets: ReadonlySet<string> = new Set(['`vars`', 'a script', 'a site', '`notify`']);

function valueMeant({ text, span }: Name, context: Context): Details {
  const value = foreignValues.get(text);
  if (value !== undefined) return { hint: `write \`${value}\``, fixes: [replaceBy(span, value)] };
  if (!context.report.wantsHints) return {};
  const scatter = scatterMeant(text, span, context);
  if (scatter !== undefined) return { hint: scatter };
  const known = [...namesInScope(context.scope), ...context.file.types.keys()];
  const near = context.report.suggest(span, text, known);
  if (near.hint !== undefined) return near;
  const column = columnCalled(text, context);
  return column === undefined ? {} : meaning(span, column);
}

/** Places of a step that mostly speak of the one thing that an instance is for. */
const ofInstances: ReadonlySet<string> = new Set(['a script', '`vars`', 'an `out`', '`when`']);

/** `visit`, `v.visit` or `v` in a step without `for each`, where there is a table of visits. */
function scatterMeant(
  name: string,
  span: Span,
  { file, scope, place }: Context,
): string | undefined {
  if (!ofInstances.has(place)) return undefined;
  const bindings = [...namesInScope(scope)].map((known) => lookUp(scope, known));
  if (bindings.some((binding) => binding?.kind === 'scatter')) return undefined;
  // Params alone: to ask a `let` for its type may lead back here.
  for (const [table, binding] of file.values) {
    if (binding.kind !== 'param' || binding.type.kind !== 'table') continue;
    const { fields, key } = binding.type.record;
    const each = (row: string) =>
      `one instance for each row: \`for each ${row} in ${table}\` behind the name of the step`;
    const field = fieldBehind(span);
    const isRow = field === undefined ? /^(?:v|row)$/.test(name) : fields.has(field);
    if (isRow && !fields.has(name)) return each(name);
    if (!fields.has(name)) continue;
    const row = name === 'v' ? 'row' : 'v';
    const written = key.includes(name) ? name : `${row}.${name}`;
    return `${each(row)}; then it is \`${written}\``;
  }
  return undefined;
}

/** `band` of `v.band`, where `v` is. */
function fieldBehind({ source, end }: Span): string | undefined {
  const field = /\.([\p{L}_][\p{L}\p{N}_]*)/uy;
  field.lastIndex = end;
  return field.exec(source.text)?.[1];
}

/** The path of a file or directory to be made is known to the script; no other output is. */
function isPathBefore(binding: Binding, context: Context): boolean {
  const isPath = ['file', 'dir', 'store', 'unknown'].includes(present(binding.type).kind);
  return isPath && (context.place === 'a script' || context.place === '`vars`');
}

/** `band` where only `v.band` is known. */
function columnCalled(name: string, context: Context): string | undefined {
  for (const row of namesInScope(context.scope)) {
    const binding = lookUp(context.scope, row);
    // Rows alone: to ask a `let` for its type may lead back here.
    const isRow = binding?.kind === 'scatter' || binding?.kind === 'item';
    const type = isRow ? binding.type : undefined;
    if (type?.kind === 'record' && type.record.fields.has(name)) {
      return `${row}.${name}`;
    }
  }
  return undefined;
}

/** What `name.` or `name[d = e].` starts from, if it is a step. */
export function stepReference(
  node: FieldSyntax,
  context: Context,
): Omit<StepReference, 'step'> | undefined {
  const { object } = node;
  const base = object.kind === 'select' ? object.object : object;
  if (base.kind !== 'name') return undefined;
  const binding = lookUp(context.scope, base.name.text);
  const isStep = context.file.steps.has(base.name.text);
  if (binding !== undefined && (!isStep || hasField(binding, node.field))) return undefined;
  if (binding === undefined && !isStep && isKnownOtherwise(base.name.text, context))
    return undefined;
  return {
    node,
    stepName: base.name,
    selectors: object.kind === 'select' ? object.selectors : [],
    field: node.field,
    allowsAbsent: context.allowsAbsent,
  };
}

function hasField(binding: Binding, field: Name): boolean {
  const type = present(binding.type);
  return isOpen(type) || (type.kind === 'record' && type.record.fields.has(field.text));
}

function isKnownOtherwise(name: string, context: Context): boolean {
  const { file } = context;
  return (
    file.types.has(name) ||
    file.records.has(name) ||
    file.environments.has(name) ||
    file.imports.has(name) ||
    file.broken.has(name) ||
    file.unnamedBroken
  );
}

export function inferField(node: FieldSyntax, context: Context): Type {
  const reference = stepReference(node, context);
  if (reference !== undefined) {
    const step = context.file.steps.get(reference.stepName.text);
    if (step !== undefined) return readStep({ ...reference, step }, context);
    if (context.read !== undefined || node.object.kind === 'select') {
      reportUnknownStep(reference.stepName, context, true);
      return unknownType;
    }
  }
  const fileName = unquotedFileName(node, context);
  if (fileName !== undefined) {
    context.report.error('E0201', node.span, `there is nothing called \`${fileName}\` here`, {
      hint: `a file name stands in quotes: \`"${fileName}"\``,
      fixes: [replaceBy(node.span, `"${fileName}"`)],
    });
    return unknownType;
  }
  const object = presentType(node.object, context);
  if (isOpen(object)) return object;
  if (object.kind === 'record') return column(object.record, node.field, context) ?? unknownType;
  const text = spanText(node.object.span);
  const isColumn = object.kind === 'table' && object.record.fields.has(node.field.text);
  const isLength =
    /^(length|size|count)$/.test(node.field.text) && /^(list|table|string)$/.test(object.kind);
  const written = isColumn
    ? `[row.${node.field.text} for row in ${text}]`
    : isLength
      ? `len(${text})`
      : undefined;
  context.report.error('E0412', node.field.span, `${aType(object)} has no fields`, {
    label: `\`${text}\` is ${aType(object)}`,
    hint: written && `${isColumn ? 'all of them: ' : ''}\`${written}\``,
    fixes: written === undefined ? [] : [replaceBy(node.span, written)],
  });
  return unknownType;
}

/** `out x: file = image.fits`: the text of the path, if its first part is no value. */
function unquotedFileName(node: FieldSyntax, context: Context): string | undefined {
  if (context.place !== 'an `out`' || node.object.kind !== 'name') return undefined;
  const { text } = node.object.name;
  const binding = lookUp(context.scope, text);
  const isValue = binding !== undefined && binding.kind !== 'output';
  if (!isValue && scatterMeant(text, node.object.name.span, context) !== undefined)
    return undefined;
  return isValue || context.file.broken.has(text) ? undefined : spanText(node.span);
}

function readStep(reference: StepReference, context: Context): Type {
  if (context.read !== undefined) return context.read(reference, context);
  const text = spanText(reference.node.span);
  const wanted = reference.field.text;
  const known =
    reference.step.outputs === undefined || reference.step.outputs.has(wanted)
      ? wanted
      : context.report.near(wanted, reference.step.outputs.keys());
  const output = known ?? wanted;
  // Who makes what it reads has that name already.
  const isTaken = lookUp(context.scope, output) !== undefined;
  const name = isTaken
    ? `${reference.stepName.text}${output.slice(0, 1).toUpperCase()}${output.slice(1)}`
    : output;
  context.report.error(
    'E0213',
    reference.node.span,
    `${context.place} cannot reach into another step`,
    {
      label: `\`${reference.stepName.text}\` is a step`,
      hint: context.place.includes('script')
        ? `add \`in ${name} = ${text}\` to this step and use \`@{${name}}\``
        : `add \`in ${name} = ${text}\` to this step and use \`${name}\``,
      fixes: readAsInput(reference.node.span, name, text),
    },
  );
  return unknownType;
}

/** E0202: no step has this name. `mayBeValue`: a value would do as well, so those count for the hint. */
export function reportUnknownStep(name: Name, context: Context, mayBeValue: boolean): void {
  const { file } = context;
  if (file.broken.has(name.text) || file.unnamedBroken) return;
  const values = mayBeValue ? namesInScope(context.scope) : [];
  const known = context.report.wantsHints ? [...file.steps.keys(), ...values] : [];
  const near = context.report.suggest(name.span, name.text, known);
  context.report.error('E0202', name.span, `there is no step \`${name.text}\``, near);
}

/** The type of a record's column, or E0204. */
export function column(record: RecordType, name: Name, context: Context): Type | undefined {
  const type = record.fields.get(name.text);
  if (type !== undefined) return type;
  const columns = [...record.fields.keys()];
  context.report.error('E0204', name.span, `${record.name} has no column \`${name.text}\``, {
    label: `${record.name} has ${columns.join(', ')}`,
    ...context.report.suggest(name.span, name.text, columns),
  });
  return undefined;
}

/** `p[d = e]` by itself: only `p[d = e].output` means something. */
export function inferSelect(node: SelectSyntax, context: Context): Type {
  for (const { value } of node.selectors) context.infer(value, context);
  const { object } = node;
  const selectors = node.selectors.map((s) => `${s.dimension.text} = ${spanText(s.value.span)}`);
  let message = 'only a step has dimensions to select from';
  let hint: string | undefined;
  let fixes: readonly Fix[] | undefined;
  if (object.kind === 'field' && object.object.kind === 'name') {
    message = 'a selection stands before the name of the output';
    const text = `${object.object.name.text}[${selectors.join(', ')}].${object.field.text}`;
    hint = `select before the dot: \`${text}\``;
    fixes = [replaceBy(node.span, text)];
  } else if (object.kind === 'name') {
    const step: StepNames | undefined = context.file.steps.get(object.name.text);
    if (step === undefined) {
      if (lookUp(context.scope, object.name.text) === undefined) {
        reportUnknownStep(object.name, context, true);
        return unknownType;
      }
    } else {
      const [output] = step.outputs?.keys() ?? [];
      message = `\`${object.name.text}\` is a step, not a value`;
      hint = `say which output: \`${spanText(node.span)}.${output ?? 'output'}\``;
      if (output !== undefined) fixes = [insertAfter(node.span, `.${output}`)];
    }
  }
  context.report.error('E0304', node.span, message, { hint, fixes });
  return unknownType;
}

/** `xs[0]`, counted from 0. */
export function inferIndex(node: Node<'index'>, context: Context): Type {
  if (node.object.kind === 'name') {
    const name = node.object.name.text;
    const step = context.file.steps.get(name);
    if (step !== undefined && lookUp(context.scope, name) === undefined) {
      const dimension = step.dimensions[0]?.name ?? 'dimension';
      context.report.error('E0304', node.span, 'a selection names its dimension', {
        hint: `\`${name}[${dimension} = ${spanText(node.index.span)}]\``,
        fixes: [insertBefore(node.index.span, `${dimension} = `)],
      });
      return unknownType;
    }
  }
  const object = presentType(node.object, context);
  expectType(node.index, simple('int'), context, 'the number of an element');
  if (isOpen(object)) return object;
  if (object.kind === 'list') return object.element;
  if (object.kind === 'table') return { kind: 'record', record: object.record };
  context.report.error('E0412', node.object.span, `${aType(object)} has no elements`);
  return unknownType;
}
