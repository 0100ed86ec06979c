import type { Step } from '../program.ts';
import { compileScript } from '../script/compile.ts';
import type { Expression, ScriptSyntax, StepItem, StepSyntax } from '../syntax/tree.ts';
import type { Span } from '../text/source.ts';
import { linkAfter } from './after.ts';
import type { Binding, Context } from './context.ts';
import { lookUp } from './context.ts';
import { linkSettings, type Settings } from './defaults.ts';
import { letBinding, linkLet, reportTwice, withNames } from './globals.ts';
import { declareInput, type LinkedInput, linkInput } from './inputs.ts';
import { phaseOf, reportCircles } from './lazy.ts';
import { expectType, reportAbsent } from './mismatch.ts';
import { whenTrue } from './narrow.ts';
import { linkOutput } from './outputs.ts';
import { reportNoDimension } from './reads.ts';
import { linkRegisters } from './register.ts';
import { reportShadow } from './scatter.ts';
import type { StepEntry } from './step-names.ts';
import type { Type } from './type.ts';
import { mayBeNone, present, simple } from './type-relation.ts';
import { freeNames } from './walk.ts';

type Item<K extends StepItem['kind']> = Extract<StepItem, { kind: K }>;

function itemsOf<K extends StepItem['kind']>(syntax: StepSyntax, kind: K): Item<K>[] {
  return syntax.items.filter((item): item is Item<K> => item.kind === kind);
}

/** Everything that one step says, checked; undefined without a script. */
export function linkStep(
  syntax: StepSyntax,
  entry: StepEntry,
  defaults: Settings,
  outer: Context,
): Step | undefined {
  const scatter = entry.scatter();
  const own: Context = { ...outer, absentNames: new Set(), namesKnown: scatter.known };
  checkOnce(syntax, own);
  const body = declareBody(syntax, entry, own);
  const whenItem = itemsOf(syntax, 'when')[0];
  if (whenItem) {
    expectType(whenItem.condition, simple('bool'), { ...body.context, place: '`when`' }, '`when`');
  }
  const narrowed = whenItem ? whenTrue(whenItem.condition) : new Set<string>();
  const counted = whenItem ? namesBehind(whenItem.condition, syntax) : new Set<string>();
  const inside: Context = { ...body.context, present: narrowed };
  for (const { binding } of body.inputs) void binding.type;
  const lets = itemsOf(syntax, 'let').map((l) => linkLet(l, body.names.get(l.name.text), inside));
  const settings = linkSettings(syntax.items, defaults, inside);
  const outputs = [...(entry.outputs?.values() ?? [])].map((o) =>
    linkOutput(o, { ...inside, place: 'an `out`' }),
  );
  const after = itemsOf(syntax, 'after').flatMap((a) => linkAfter(a, outer));
  const registers = linkRegisters(syntax, entry, inside);
  const limits = linkLimits(syntax, entry, inside);
  const { script, undo } = linkScripts(syntax, settings, inside);
  const inputs = body.inputs.map((i) => linkInput(i, counted, narrowed, inside));
  if (script === undefined) return undefined;
  return {
    name: entry.name,
    doc: syntax.doc,
    span: entry.span,
    dimensions: scatter.dimensions.map(({ name, type, positional, dynamic }) => ({
      name,
      type,
      positional,
      dynamic,
    })),
    generators: scatter.generators,
    where: scatter.where,
    inputs,
    outputs,
    lets,
    when: whenItem && {
      expression: whenItem.condition,
      phase: phaseOf(whenItem.condition, body.context.scope, own.file),
    },
    after,
    ...settings,
    ...limits,
    pin: itemsOf(syntax, 'pin')[0]?.site.text,
    script,
    undo,
    registers,
  };
}

/** Names in an expression, and in the step's `let`s that it uses. */
function namesBehind(expression: Expression, syntax: StepSyntax): ReadonlySet<string> {
  const names = new Set(freeNames(expression));
  const lets = new Map(itemsOf(syntax, 'let').map((l) => [l.name.text, l.value]));
  for (const name of names) {
    const value = lets.get(name);
    if (value !== undefined) for (const behind of freeNames(value)) names.add(behind);
  }
  return names;
}

const onceOnly: readonly StepItem['kind'][] = [
  'when',
  'env',
  'resources',
  'retry',
  'tolerate',
  'bundle',
  'priority',
  'pin',
  'undo',
  'script',
];

/** E0208: lines that a step has once, and a script that every step has. */
function checkOnce(syntax: StepSyntax, context: Context): void {
  for (const kind of onceOnly) {
    const [first, ...others] = syntax.items.filter((item) => item.kind === kind);
    for (const other of others) {
      context.report.error(
        'E0208',
        other.span,
        `step \`${syntax.name.text}\` has \`${kind}\` twice`,
        {
          labels: first && [{ span: first.span, text: 'the first one' }],
          hint: kind === 'resources' ? 'put both into one block' : 'keep one of them',
        },
      );
    }
    if (kind === 'script' && first === undefined) {
      context.report.error(
        'E0208',
        syntax.name.span,
        `step \`${syntax.name.text}\` has no script`,
        {
          hint: 'add `script bash """ ... """`',
        },
      );
    }
  }
}

interface Body {
  readonly inputs: readonly LinkedInput[];
  readonly names: ReadonlyMap<string, Binding>;
  readonly context: Context;
}

/** All names of the step: scatter names, `in`s, `out`s and `let`s. */
function declareBody(syntax: StepSyntax, entry: StepEntry, outer: Context): Body {
  const scatter = entry.scatter();
  const reader = {
    title: `step \`${entry.name}\``,
    name: entry.name,
    span: entry.span,
    dimensions: scatter.dimensions,
    dimensionsKnown: scatter.known,
  };
  const names = new Map(scatter.names);
  const add = (binding: Binding): boolean => {
    const first = names.get(binding.name);
    if (first !== undefined) reportTwice(binding.name, binding.span, first.span, outer.report);
    else {
      reportShadow(binding.name, binding.span, outer);
      names.set(binding.name, binding);
    }
    return first === undefined;
  };
  let context: Context = outer;
  const lets = itemsOf(syntax, 'let').map((l) => letBinding(l, () => context));
  const sourceContext = withNames(outer, [...scatter.names.values(), ...lets]);
  const inputs = itemsOf(syntax, 'in')
    .map((item) => declareInput(item, reader, () => sourceContext))
    .filter((input) => add(input.binding));
  for (const output of entry.outputs?.values() ?? []) {
    const { name, span } = output;
    // Whether it will be made or not, its path is there for the script to write to.
    add({ name, kind: 'output', type: present(output.type), phase: 'run', span });
  }
  for (const binding of lets) add(binding);
  context = { ...withNames(outer, names.values()), place: 'a `let`' };
  reportLetCircles(syntax, inputs, outer);
  return { inputs, names, context };
}

function reportLetCircles(
  syntax: StepSyntax,
  inputs: readonly LinkedInput[],
  context: Context,
): void {
  const blind = new Set(inputs.map((i) => i.syntax.name.text));
  reportCircles(
    [
      ...itemsOf(syntax, 'let').map((l) => ({
        name: l.name.text,
        span: l.name.span,
        value: l.value,
      })),
      ...inputs.map(({ syntax: i }) => ({
        name: i.name.text,
        span: i.name.span,
        value: i.source,
        blind,
      })),
    ],
    context.report,
  );
}

/** `limit n per d` and `bundle n by d`: ints, and dimensions of the step (E0302). */
function linkLimits(
  syntax: StepSyntax,
  entry: StepEntry,
  context: Context,
): Pick<Step, 'limit' | 'bundle'> {
  const [limit] = itemsOf(syntax, 'limit');
  const [bundle] = itemsOf(syntax, 'bundle');
  for (const item of [limit, bundle]) {
    if (item === undefined) continue;
    expectType(
      item.count,
      simple('int'),
      { ...context, place: `\`${item.kind}\`` },
      `\`${item.kind}\``,
    );
    for (const name of item.kind === 'limit' ? item.per : item.by) {
      if (!entry.dimensions.some((d) => d.name === name.text))
        reportNoDimension(entry, name, context);
    }
  }
  return {
    limit: limit && { count: limit.count, per: limit.per.map((n) => n.text) },
    bundle: bundle && { count: bundle.count, by: bundle.by.map((n) => n.text) },
  };
}

/** `script` and `undo`, compiled; the compiler asks here for names and types of what stands in `@{...}`. */
function linkScripts(
  syntax: StepSyntax,
  settings: Settings,
  inside: Context,
): Partial<Pick<Step, 'script' | 'undo'>> {
  const found: { script?: Step['script']; undo?: Step['script'] } = {};
  for (const item of syntax.items) {
    if (item.kind !== 'script' && item.kind !== 'undo') continue;
    const compiled = compileBody(item.body, settings, inside);
    found[item.kind] ??= compiled;
  }
  return found;
}

function compileBody(body: ScriptSyntax, settings: Settings, inside: Context): Step['script'] {
  const context: Context = { ...inside, place: 'a script' };
  const isPython = body.form !== 'exec' && body.language.text === 'python';
  const { value, diagnostics } = compileScript(body, {
    typeOf(expression): Type {
      const type = context.infer(expression, context);
      if (!mayBeNone(type)) return type;
      const implicit =
        expression.kind === 'name' && whyAbsent(expression.name.text, context) !== undefined;
      if (isPython && !implicit) return type;
      reportAbsent(expression, context, holeSpan(body, expression));
      return present(type);
    },
    isSecret: (name) => context.file.values.get(name)?.kind === 'secret',
    isName: (name) => !settings.vars.has(name) && lookUp(context.scope, name) !== undefined,
  });
  for (const d of diagnostics) {
    if (d.span === undefined) continue;
    const say = d.severity === 'error' ? context.report.error : context.report.warning;
    say(d.code, d.span, d.message, {
      label: d.label,
      labels: d.labels,
      notes: d.notes,
      hint: d.hint,
      fixes: d.fixes,
    });
  }
  return value;
}

/** `@{expression}` as a whole, where it stands in an inline script. */
function holeSpan(body: ScriptSyntax, expression: Expression): Span {
  if (body.form !== 'inline') return expression.span;
  const hole = body.text.parts.find(
    (p) => p.kind === 'interpolation' && p.expression === expression,
  );
  return hole?.span ?? expression.span;
}

function whyAbsent(name: string, context: Context): string | undefined {
  return context.scope.names.get(name)?.whyAbsent;
}
