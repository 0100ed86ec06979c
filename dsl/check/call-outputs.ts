import type { Program, Read, WorkflowOutput } from '../program.ts';
import type { CallDeclarationSyntax } from '../syntax/tree.ts';
import type { Context, Library, StepNames, StepOutput } from './context.ts';
import { createCopier } from './rename.ts';
import type { Type } from './type.ts';
import { freeNames } from './walk.ts';

/** A name of a library as it is in the file that calls it; those of steps and values alike. */
export function qualified(call: string, name: string): string {
  return `${call}.${name}`;
}

/** Names of a library that mean something of its own in each call: params, lets, closed types. */
export function ownValues(program: Program): ReadonlySet<string> {
  const named = [...program.params, ...program.lets].map(({ name }) => name);
  return new Set([...named, ...program.types.keys()]);
}

/** What others may know of a call: the outputs of its library, and the steps inside. */
export function namesOfCall(
  syntax: CallDeclarationSyntax,
  context: Context,
): Pick<StepNames, 'outputs' | 'inside'> {
  const library = context.file.libraries.get(syntax.callee.text);
  if (library === undefined || !library.sound) return { outputs: undefined };
  const call = syntax.name.text;
  const given = new Set(syntax.arguments.map((a) => a.name.text));
  const outputs = new Map<string, StepOutput>();
  for (const output of library.program.outputs) {
    const { name, type, span } = output;
    const inner = innerRead(call, output, library, given, context.types);
    outputs.set(name, { name, type, span, syntax: undefined, inner });
  }
  return { outputs, inside: library.program.steps.map((s) => qualified(call, s.name)) };
}

/** The one read that an output is, in names of the caller; undefined if it is more than that. */
function innerRead(
  call: string,
  { source, reads }: WorkflowOutput,
  { program }: Library,
  given: ReadonlySet<string>,
  types: Map<object, Type>,
): Read | undefined {
  const [read] = reads;
  if (read === undefined || reads.length > 1 || read.node !== source) return undefined;
  const fallback = 'fallback' in source ? source.fallback : undefined;
  const isEmptyList = fallback?.kind === 'list' && fallback.items.length === 0;
  if (fallback !== undefined && !(isEmptyList && read.kind === 'gather')) return undefined;
  // What the reader evaluates for it must not hang on the arguments of a call's instance.
  const asked = [
    ...read.selectors.map((s) => s.value),
    ...(read.where === undefined ? [] : [read.where.expression]),
    ...(read.via?.kind === 'table' ? [read.via.expression] : []),
  ];
  if (asked.some((e) => [...freeNames(e)].some((n) => given.has(n)))) return undefined;
  const values = ownValues(program);
  const steps = new Set(program.steps.map((s) => s.name));
  const copier = createCopier({
    value: (name) => (values.has(name) ? qualified(call, name) : undefined),
    step: (name) => (steps.has(name) ? qualified(call, name) : undefined),
    copied: (from, to) => types.set(to, program.typeOf(from)),
  });
  return readInside(call, copier.copy(read, new Set()));
}

/** A read between steps of a library, as one between steps of the call. */
export function readInside(call: string, read: Read, dimensions: readonly string[] = []): Read {
  const { via } = read;
  return {
    ...read,
    step: qualified(call, read.step),
    matched: [...dimensions, ...read.matched],
    via: via?.kind === 'step' ? { ...via, step: qualified(call, via.step) } : via,
  };
}
