import type { After, Input, Let, Phase, Read, Step } from '../program.ts';
import type { Expression, SourceSyntax, StringSyntax } from '../syntax/tree.ts';
import { afterAll } from './after.ts';
import { localNames } from './call-levels.ts';
import { qualified, readInside } from './call-outputs.ts';
import { generatorsInside } from './call-scatter.ts';
import { argumentInside, both, type Calling, mustBeConstant, reportNotKnown } from './calling.ts';

import { freeNames } from './walk.ts';

/** A step of a library as one of the file that calls it: `objects.measure`. */
export function stepInside(step: Step, calling: Calling): Step {
  const { call, levels, context } = calling;
  checkConstants(step, calling);
  const mentioned = new Set<string>();
  const copier = calling.inside((name) => mentioned.add(name));
  const local = localNames(step);
  const made: Step = copier.copy({ ...step, generators: [], inputs: [] }, local);
  // A param that is scattered over is not read as a whole for that.
  const quiet = calling.inside(() => {});
  const scatter = generatorsInside(step, calling, (g) => {
    const whole = levels.inStep(g.source, step) === 'run';
    return (whole ? quiet : copier).copy(g, local);
  });
  const inputs = step.inputs.map((input) => inputInside(copier.copy(input, local), step, calling));
  const phaseOf = (expression: SourceSyntax, before: Phase): Phase =>
    levels.inStep(expression, step) === 'run' ? 'run' : before;
  const lets = made.lets.map((l, at): Let => {
    const own = step.lets[at] as Let;
    return { ...l, phase: phaseOf(own.value, own.phase) };
  });
  const condition = (own: Step['when'], copied: Step['when']): Step['when'] =>
    own && copied && { ...copied, phase: phaseOf(own.expression, own.phase) };
  const values = valuesInside(mentioned, calling);
  const dimensions = call.scatter.dimensions.map(({ name, type, positional, dynamic }) => {
    return { name, type, positional, dynamic };
  });
  return {
    ...made,
    name: qualified(call.name, step.name),
    calls: [dimensions.length, ...(step.calls ?? [])],
    dimensions: [...dimensions, ...step.dimensions.map((d) => scatter.dimension(d))],
    generators: [...calling.generators, ...scatter.generators],
    where: whereInside(step, made.where, calling),
    when: both(calling.when, condition(step.when, made.when), context),
    inputs: [...values.inputs, ...scatter.inputs, ...inputs],
    requires: [...values.requires, ...(made.requires ?? [])],
    lets: [...values.lets, ...lets],
    after: [...call.after, ...step.after.flatMap((a) => afterInside(a, calling))],
    environment: step.environment && qualified(call.name, step.environment),
    tolerate: made.tolerate ?? call.tolerate,
    priority: made.priority ?? (call.priority && calling.outside.copy(call.priority, new Set())),
    limit: made.limit ?? call.limit,
    script: placedScript(made.script, call.library.directory),
    undo: made.undo && placedScript(made.undo, call.library.directory),
  };
}

/** The call's condition and the step's own; E0317 for one that could only be asked in an instance. */
function whereInside(step: Step, copied: Step['where'], calling: Calling): Step['where'] {
  const { call, context } = calling;
  const own = step.where?.expression;
  if (own !== undefined && calling.levels.inStep(own, step) === 'run') {
    reportNotKnown(own, 'must be known before there is an instance', calling);
  }
  const holds = both(calling.where, copied, context);
  const dimensions = call.scatter.dimensions.map((d) => d.name);
  const inside = (copied?.reads ?? []).map((read) => readInside(call.name, read, dimensions));
  return holds && { ...holds, reads: [...(calling.where?.reads ?? []), ...inside] };
}

/** What is evaluated once for all instances, or when planning. */
function checkConstants(step: Step, calling: Calling): void {
  const once = [step.limit?.count, step.bundle?.count, step.tolerate];
  if (step.script.form === 'file') once.push(step.script.path);
  for (const expression of once) if (expression) mustBeConstant(expression, calling, step);
  for (const read of step.inputs.flatMap((i) => i.reads)) {
    if (read.kind === 'previous' && isMadeAtRun(read, calling)) {
      reportNotKnown(read.node, 'goes along keys that must be known when planning', calling);
    }
    for (const { value, bound } of read.selectors) {
      if (bound !== undefined || calling.levels.inStep(value, step) !== 'run') continue;
      reportNotKnown(value, 'must be known when planning', calling);
    }
    if (read.via?.kind === 'table') mustBeConstant(read.via.expression, calling, step);
  }
}

/** `previous` along a dimension whose keys the call lets a step make. */
function isMadeAtRun(read: Read, { levels, program, call }: Calling): boolean {
  const producer = program.steps.find((s) => s.name === read.step);
  return (producer?.generators ?? []).some(({ dimensions, source }) => {
    if (!dimensions.includes(read.over[0] ?? '')) return false;
    const param = levels.passedOn(source);
    const [given] = (param === undefined ? undefined : call.arguments.get(param))?.reads ?? [];
    return given !== undefined && given.kind !== 'gather';
  });
}

function inputInside(input: Input, step: Step, calling: Calling): Input {
  const dimensions = calling.call.scatter.dimensions.map((d) => d.name);
  return {
    ...input,
    reads: input.reads.map((read, at): Read => {
      const own = step.inputs.find((i) => i.name === input.name)?.reads[at];
      const runs = own?.where && calling.levels.inStep(own.where.expression, step) === 'run';
      const inside = readInside(calling.call.name, read, dimensions);
      return runs && inside.where
        ? { ...inside, where: { ...inside.where, phase: 'run' } }
        : inside;
    }),
  };
}

/** The values of the library that a step takes for itself, those behind others included. */
function valuesInside(
  mentioned: ReadonlySet<string>,
  calling: Calling,
): Required<Pick<Step, 'inputs' | 'lets' | 'requires'>> {
  const { call, levels, program } = calling;
  const inputs: Input[] = [];
  const lets: Let[] = [];
  const requires: { readonly param: string; readonly condition: Expression }[] = [];
  const copier = calling.inside(() => {});
  const none = new Set<string>();
  const wanted = new Set(levels.behind(mentioned));
  for (const name of wanted) {
    const where = program.params.find((p) => p.name === name)?.where;
    if (where && levels.of(name) !== 'constant') {
      for (const other of levels.behind(freeNames(where))) wanted.add(other);
    }
  }
  for (const name of wanted) {
    const level = levels.of(name);
    if (level === 'constant') continue;
    const phase: Phase = level === 'run' ? 'run' : 'plan';
    const param = program.params.find((p) => p.name === name);
    const argument = call.arguments.get(name);
    if (param?.where) {
      requires.push({ param: name, condition: copier.copy(param.where, none) });
    }
    if (param !== undefined && argument !== undefined) {
      const value = argumentInside(param, argument, calling);
      if ('input' in value) inputs.push(value.input);
      else lets.push(value.let);
      continue;
    }
    const own = program.lets.find((l) => l.name === name);
    const value = own?.value ?? param?.default;
    const named = own ?? param;
    if (value === undefined || named === undefined) continue;
    const { type, span } = named;
    lets.push({
      name: qualified(call.name, name),
      type,
      value: copier.copy(value, none),
      phase,
      span,
    });
  }
  return { inputs, lets, requires };
}

/** In a called file `workflow` is that call's instance: all its steps that do not wait for it. */
function afterInside(after: After, { call, program, context }: Calling): After[] {
  if (after.target !== 'workflow')
    return [{ ...after, target: qualified(call.name, after.target) }];
  const closing = new Set(['workflow']);
  for (let before = 0; before < closing.size; ) {
    before = closing.size;
    for (const { name, inputs, after: lines } of program.steps) {
      const reads = inputs.flatMap((i) => i.reads.map((r) => r.step));
      if ([...reads, ...lines.map((a) => a.target)].some((s) => closing.has(s))) closing.add(name);
    }
  }
  const others = program.steps.map((s) => s.name).filter((name) => !closing.has(name));
  const matched = call.scatter.dimensions.map((d) => d.name);
  const steps = others.map((name) => qualified(call.name, name));
  return afterAll({ ...after, matched }, steps, context.report);
}

/** `script file` is found from the directory of the file that says it. */
function placedScript(script: Step['script'], directory: string): Step['script'] {
  if (script.form !== 'file' || directory === '' || directory === '.') return script;
  const { path } = script;
  const [first] = path.kind === 'string' ? path.parts : [];
  if (first?.kind === 'text' && first.text.startsWith('/')) return script;
  const { span } = path;
  const front = { kind: 'text', text: `${directory}/`, span } as const;
  const rest: StringSyntax['parts'] =
    path.kind === 'string' ? path.parts : [{ kind: 'interpolation', expression: path, span }];
  return { ...script, path: { kind: 'string', block: false, parts: [front, ...rest], span } };
}
