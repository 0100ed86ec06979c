import { typeText, unknownType } from '../check/type-relation.ts';
import type { Program } from '../program.ts';
import { docAbove } from '../syntax/doc.ts';
import type { Declaration, FieldEntry, Module, TypeSyntax } from '../syntax/tree.ts';
import type { Span } from '../text/source.ts';
import {
  type CallDescription,
  type Described,
  describeCall,
  describeStep,
  type Setting,
  type StepDescription,
} from './step.ts';
import { type Written, writtenIn } from './written.ts';

/** What a file says of itself: `##` texts, and expressions as they are written, on one line. */
export interface Description {
  readonly workflow: string;
  readonly version: string | null;
  readonly doc: string;
  readonly uses: readonly (Described & {
    readonly path: string;
    readonly version: string | null;
  })[];
  readonly params: readonly (Described & {
    readonly type: string;
    readonly default: string | null;
    readonly where: string | null;
  })[];
  /** What each site fills in. */
  readonly locations: readonly (Described & { readonly type: string })[];
  readonly secrets: readonly Described[];
  readonly types: readonly (Described & { readonly values: readonly string[] })[];
  readonly records: readonly (Described & {
    readonly key: readonly string[];
    readonly fields: readonly (Described & { readonly type: string })[];
  })[];
  readonly environments: readonly (Described & { readonly fields: readonly Setting[] })[];
  readonly steps: readonly StepDescription[];
  readonly calls: readonly CallDescription[];
  readonly outputs: readonly (Described & {
    readonly type: string;
    readonly source: string;
    readonly publish: string | null;
  })[];
}

/** Describes a file without errors. `program` is what its text was checked to mean. */
export function describe(module: Module, program: Program): Description {
  const written = writtenIn(module);
  const all = <K extends Declaration['kind']>(kind: K) =>
    module.declarations.filter((d): d is Extract<Declaration, { kind: K }> => d.kind === kind);
  const named = ({ name, doc }: { name: { text: string }; doc: string }) => ({
    name: name.text,
    doc,
  });
  const typed = (type: TypeSyntax) => written(type.span);
  const orNull = (part: { span: Span } | undefined) => (part ? written(part.span) : null);
  const { header } = module;
  return {
    workflow: program.name,
    version: program.version ?? null,
    doc: header ? docAbove(header.span) || commentAbove(header.span) : '',
    uses: all('use').map((d) => ({
      ...named(d),
      path: unquoted(written(d.path.span)),
      version: d.version ? unquoted(written(d.version.span)) : null,
    })),
    params: all('param').map((d) => ({
      ...named(d),
      type: typed(d.type),
      default: orNull(d.default),
      where: orNull(d.where),
    })),
    locations: all('location').map((d) => ({ ...named(d), type: typed(d.type) })),
    secrets: all('secret').map(named),
    types: all('type').map((d) => ({
      ...named(d),
      values: d.alternatives.map(({ span }) => unquoted(written(span))),
    })),
    records: all('record').map((d) => ({
      ...named(d),
      key: d.key.map(({ text }) => text),
      fields: d.fields.map(({ name, type }) => ({
        name: name.text,
        doc: docAbove(name.span),
        type: typed(type),
      })),
    })),
    environments: all('env').map((d) => ({ ...named(d), fields: settings(d.fields, written) })),
    steps: all('step').map((d) => describeStep(d, module, program, written)),
    calls: all('call').map((d) => describeCall(d, written)),
    outputs: all('output').map((d) => ({
      ...named(d),
      type: d.type ? typed(d.type) : outputType(program, d.name.text),
      source: written(d.source.span),
      publish: orNull(d.publish),
    })),
  };
}

export function settings(fields: readonly FieldEntry[], written: Written): Setting[] {
  return fields.map(({ name, value }) => ({ name: name.text, value: written(value.span) }));
}

function outputType(program: Program, name: string): string {
  const output = program.outputs.find((each) => each.name === name);
  const text = output ? typeText(output.type) : '';
  return text.includes(typeText(unknownType)) ? '' : text;
}

function unquoted(text: string): string {
  return text.replace(/^"|"$/g, '');
}

/** Many files say in `#` lines at their top what they are. */
function commentAbove(span: Span): string {
  const lines: string[] = [];
  for (const line of span.source.text.slice(0, span.start).trimEnd().split('\n').reverse()) {
    const text = /^[ \t]*#(?!!) ?(.*)$/.exec(line.trimEnd());
    if (!text) break;
    lines.push(text[1] ?? '');
  }
  return lines.reverse().join('\n');
}
