import { typeText, unknownType } from '../check/type-relation.ts';
import type { Program, Step } from '../program.ts';
import { docAbove } from '../syntax/doc.ts';
import type { CallDeclarationSyntax, Module, StepItem, StepSyntax } from '../syntax/tree.ts';
import type { Written } from './written.ts';

export interface Described {
  readonly name: string;
  readonly doc: string;
}

/** `memory = 4 GB`, or an item of a step such as `tolerate 2%`. */
export interface Setting {
  readonly name: string;
  readonly value: string;
}

export interface StepDescription extends Described {
  /** `for each v in visits, sensor in sensors`; null if it has one instance. */
  readonly each: string | null;
  readonly dimensions: readonly {
    readonly name: string;
    readonly type: string;
    /** Its keys are known at run time only. */
    readonly dynamic: boolean;
  }[];
  readonly inputs: readonly (Described & { readonly type: string; readonly source: string })[];
  readonly outputs: readonly (Described & {
    readonly type: string;
    readonly from: string | null;
  })[];
  /** The other items, those of `defaults` among them: `when`, `resources`, `retry`, ... */
  readonly settings: readonly Setting[];
  /** What it runs: `bash`, `python file "bin/a.py"`, `exec ["a"]`. */
  readonly script: string | null;
}

export interface CallDescription extends Described {
  readonly callee: string;
  readonly each: string | null;
  readonly arguments: readonly Setting[];
  readonly settings: readonly Setting[];
}

export function describeStep(
  syntax: StepSyntax,
  module: Module,
  program: Program,
  written: Written,
): StepDescription {
  const step = program.steps.find(({ name }) => name === syntax.name.text);
  const items = withDefaults(syntax, module);
  return {
    name: syntax.name.text,
    doc: syntax.doc,
    each: syntax.for ? written(syntax.for.span) : null,
    dimensions: (step?.dimensions ?? []).map(({ name, type, dynamic }) => {
      return { name, type: typeText(type), dynamic };
    }),
    inputs: ofKind(syntax.items, 'in').map((item) => ({
      name: item.name.text,
      doc: docAbove(item.span),
      type: item.type ? written(item.type.span) : inputType(step, item.name.text),
      source: written(item.source.span),
    })),
    outputs: ofKind(syntax.items, 'out').map((item) => {
      const { from, expect } = item;
      return {
        name: item.name.text,
        doc: docAbove(item.span),
        type: written(item.type.span),
        from: from ? written({ start: from.span.start, end: (expect ?? from).span.end }) : null,
      };
    }),
    settings: items.flatMap((item) => settingsOf(item, written)),
    script: scriptText(ofKind(syntax.items, 'script')[0], written),
  };
}

export function describeCall(syntax: CallDeclarationSyntax, written: Written): CallDescription {
  return {
    name: syntax.name.text,
    doc: syntax.doc,
    callee: syntax.callee.text,
    each: syntax.for ? written(syntax.for.span) : null,
    arguments: syntax.arguments.map(({ name, source }) => {
      return { name: name.text, value: written(source.span) };
    }),
    settings: syntax.items.flatMap((item) => settingsOf(item, written)),
  };
}

function ofKind<K extends StepItem['kind']>(items: readonly StepItem[], kind: K) {
  return items.filter((item): item is Extract<StepItem, { kind: K }> => item.kind === kind);
}

/** Over `defaults`, `resources` and `vars` merge by field; the others replace. */
function withDefaults(syntax: StepSyntax, module: Module): readonly StepItem[] {
  const defaults = module.declarations.flatMap((d) => (d.kind === 'defaults' ? d.items : []));
  const own = syntax.items;
  const inherited = defaults.filter((item) => own.every(({ kind }) => kind !== item.kind));
  const merged = own.map((item): StepItem => {
    if (item.kind !== 'resources' && item.kind !== 'vars') return item;
    const given = new Set(item.fields.map(({ name }) => name.text));
    const more = defaults.flatMap((each) => (each.kind === item.kind ? each.fields : []));
    return { ...item, fields: [...item.fields, ...more.filter((f) => !given.has(f.name.text))] };
  });
  return [...merged, ...inherited];
}

/** An item but for those that are described elsewhere. */
function settingsOf(item: StepItem, written: Written): Setting[] {
  switch (item.kind) {
    case 'in':
    case 'out':
    case 'let':
    case 'script':
      return [];
    case 'resources':
    case 'vars': {
      const fields = item.fields.map(({ name, value }) => `${name.text} = ${written(value.span)}`);
      return [{ name: item.kind, value: fields.join(', ') }];
    }
    case 'undo':
      return [{ name: 'undo', value: scriptText(item, written) ?? '' }];
    default: {
      const words = written(item.span);
      return [{ name: item.kind, value: words.slice(item.kind.length).trim() }];
    }
  }
}

function scriptText(
  item: Extract<StepItem, { kind: 'script' | 'undo' }> | undefined,
  written: Written,
): string | null {
  if (!item) return null;
  const { body } = item;
  return body.form === 'inline' ? body.language.text : written(body.span);
}

function inputType(step: Step | undefined, name: string): string {
  const type = step?.inputs.find((input) => input.name === name)?.type;
  const text = type === undefined ? '' : typeText(type);
  // What a call gives is known only with the file that it calls.
  return text.includes(typeText(unknownType)) ? '' : text;
}
