import type { Generator, Input, Read, Step } from '../program.ts';
import type { Expression } from '../syntax/tree.ts';
import { spanText } from '../text/source.ts';
import { qualified, readInside } from './call-outputs.ts';
import { type Calling, reportNotKnown } from './calling.ts';
import { estimate } from './scatter.ts';
import type { Type } from './type.ts';
import { typeText } from './type-relation.ts';
import { freeNames } from './walk.ts';

export interface ScatterInside {
  readonly generators: readonly Generator[];
  /** For elements that are read: the member of a gather that a variable stands for. */
  readonly inputs: readonly Input[];
  dimension(own: Step['dimensions'][number]): Step['dimensions'][number];
}

/** `for each` of a library: over what its params are, where a call gives them. */
export function generatorsInside(
  step: Step,
  calling: Calling,
  copy: (generator: Generator) => Generator,
): ScatterInside {
  const { levels, call } = calling;
  const inputs: Input[] = [];
  const open = new Set<string>();
  const generators = step.generators.map((own): Generator => {
    const copied = copy(own);
    const generator = withReads(copied, calling);
    if (levels.inStep(own.source, step) !== 'run') return generator;
    const param = levels.passedOn(own.source);
    const argument = param === undefined ? undefined : call.arguments.get(param);
    if (param === undefined || argument === undefined) {
      reportComputed(own, calling);
      return generator;
    }
    const given = calling.outside.copy(argument, new Set<string>());
    const [read] = given.reads;
    if (read !== undefined && read.node === given.source) {
      if (read.kind === 'match' && !read.isKey) {
        for (const dimension of own.dimensions) open.add(dimension);
        const output = calling.context.file.steps.get(read.step)?.outputs?.get(read.output);
        const expect = output?.syntax?.expect;
        const { step: from, output: name } = read;
        const dynamic = { step: from, output: name, expect: expect && estimate(expect) };
        return { ...generator, source: given.source as Expression, dynamic, reads: [read] };
      }
      const members = membersOf(generator, read, step, calling);
      if (members !== undefined) {
        inputs.push(members.input);
        return members.generator;
      }
    }
    reportGiven(own, param, calling);
    return generator;
  });
  return {
    generators,
    inputs,
    dimension: (own) => (open.has(own.name) ? { ...own, dynamic: true } : own),
  };
}

/** Reads that a generator of the library has already: from inside of it. */
function withReads(generator: Generator, { call }: Calling): Generator {
  const { dynamic, members } = generator;
  const dimensions = call.scatter.dimensions.map((d) => d.name);
  return {
    ...generator,
    dynamic: dynamic && { ...dynamic, step: qualified(call.name, dynamic.step) },
    reads: generator.reads.map((read) => readInside(call.name, read, dimensions)),
    ...(members ? { members: readInside(call.name, members, dimensions) } : {}),
  };
}

/** A list of files that is gathered: one instance a member, which reads that member alone. */
function membersOf(
  generator: Generator,
  read: Read,
  step: Step,
  calling: Calling,
): { readonly generator: Generator; readonly input: Input } | undefined {
  const { variable, elementType: type, span } = generator;
  const [dimension] = generator.dimensions;
  const positional = step.dimensions.find((d) => d.name === dimension)?.positional;
  if (read.kind !== 'gather' || whyNotCounted(read, calling) !== undefined) return undefined;
  if (!positional || variable === undefined || dimension === undefined) return undefined;
  const source: Expression = { kind: 'name', name: { text: variable, span }, span };
  calling.context.types.set(source, type);
  const one: Read = {
    ...read,
    node: source,
    kind: 'match',
    allowsAbsent: false,
    element: dimension,
  };
  return {
    generator: { ...generator, form: 'members', members: read },
    input: { name: variable, type, span, source, reads: [one], mayBeAbsent: false },
  };
}

/** Why the plan cannot say how many members a gather has; undefined: it can. */
function whyNotCounted(read: Read, { context }: Calling): string | undefined {
  const made = `\`${read.step}.${read.output}\``;
  const producer = context.file.steps.get(read.step.split('.')[0] ?? '');
  if (producer?.dimensions.some((d) => d.dynamic) ?? true) {
    return `how many ${made} there are is known only at run time`;
  }
  const chosen = read.where?.phase === 'run' || read.via?.kind === 'step';
  return chosen ? `which ${made} are gathered is known only at run time` : undefined;
}

/** E0317, where the call says what its library scatters over: it gives no keys that a plan can lay out. */
function reportGiven(own: Generator, param: string, calling: Calling): void {
  const { call, context, program } = calling;
  const argument = call.arguments.get(param);
  const type = program.params.find((p) => p.name === param)?.type;
  if (argument === undefined || type === undefined) return;
  const [read] = argument.reads;
  const whole = read?.node === argument.source;
  const gathered = whole && read.kind === 'gather' ? read : undefined;
  const values = `the keys that \`${param}\` gives \`for each\` are known only at run time`;
  const why = (gathered && whyNotCounted(gathered, calling)) ?? values;
  const text = spanText(argument.source.span).replace(/\s+/g, ' ');
  const keys = call.scatter.dimensions.map((d) => d.name).join(', ');
  const each = keys === '' ? '' : ` for each (${keys})`;
  const inputs = gathered ? `\`in all = ${text}\`` : `an \`in\` for each thing it takes`;
  context.report.error('E0317', argument.source.span, why, {
    label: `\`${program.name}\` has an instance for each of them`,
    labels: [{ span: own.source.span, text: 'scattered over here' }],
    hint:
      `let a step of this file make one list${each}: ${inputs}, \`out ${param}: ${typeText(type)} = ${readerOf(type)}\`; ` +
      `then \`${param} = thatStep.${param}\``,
  });
}

/** The reader by which a step makes a value of this type. */
function readerOf(type: Type): string {
  if (type.kind === 'table') return 'csv("...")';
  return type.kind === 'list' && type.element.kind === 'file' ? 'files("...")' : 'json("...")';
}

/** E0317, in the library: it computes what it scatters over from what a call lets a step make. */
function reportComputed(own: Generator, calling: Calling): void {
  const [first] = [...calling.levels.behind(freeNames(own.source))].filter((n) =>
    calling.call.arguments.has(n),
  );
  reportNotKnown(
    own.source,
    'has keys that must be known when planning',
    calling,
    first === undefined
      ? 'scatter over a param itself'
      : `scatter over the param itself, \`for each x in ${first}\`, or let a step of this file make the list`,
  );
}
