import type { Diagnostic, Expression, Program, Value } from '../../dsl/index.ts';
import type { Resources } from '../ports.ts';
import type { Binding, Component, Standings } from './binding.ts';
import { componentsOf, fingerprintOf } from './fingerprint.ts';
import type { Encode } from './identity.ts';
import type { InputReader } from './inputs.ts';
import type { InstanceScope } from './instance-scope.ts';
import type { StepMeaning } from './meaning.ts';
import { amountOf, resourcesFrom } from './resources.ts';
import { compute, Invalid, Unsettled } from './unsettled.ts';

/** What binding an instance of one step takes; made once a step. */
export interface StepBinding {
  /** Sees files by what made them. */
  readonly scope: InstanceScope;
  readonly meaning: StepMeaning;
  readonly encode: Encode;
  readonly readInput: InputReader;
  readonly program: Program;
  /** Where they are the same for all instances. */
  readonly resources: Resources | undefined;
  readonly priority: number | undefined;
}

/** Binds the instance of this ordinal: what it is, and whether it is to run at all. */
export function bindInstance(step: StepBinding, ordinal: number, standings: Standings): Binding {
  if (step.scope.frame.planned.skipped?.[ordinal] === 1) return { kind: 'skipped' };
  try {
    const early = enterInstance(step, ordinal, standings);
    return early ?? new Ready(step, ordinal, standings);
  } catch (problem) {
    if (problem instanceof Invalid) return { kind: 'invalid', diagnostic: problem.diagnostic };
    if (problem instanceof Unsettled) return unsettled(problem);
    throw problem;
  }
}

/** The binding of an instance that is to be made. A class, so that its components cost nothing until asked. */
class Ready {
  readonly kind = 'ready';
  readonly fingerprint: string;
  readonly resources: Resources;
  readonly priority: number;
  readonly environment: string | undefined;
  readonly #step: StepBinding;
  readonly #ordinal: number;
  readonly #standings: Standings;

  /** The scope has entered the instance. */
  constructor(step: StepBinding, ordinal: number, standings: Standings) {
    this.fingerprint = fingerprintOf(step.meaning, step.scope, step.encode);
    this.resources = step.resources ?? resourcesOf(step);
    this.priority = step.priority ?? priorityOf(step);
    this.environment = step.scope.frame.planned.step.environment;
    this.#step = step;
    this.#ordinal = ordinal;
    this.#standings = standings;
  }

  get components(): readonly Component[] {
    return componentsFor(this.#step, this.#ordinal, this.#standings);
  }
}

/** The parts of the fingerprint by name, for an instance that has bound as `ready`. */
function componentsFor(
  step: StepBinding,
  ordinal: number,
  standings: Standings,
): readonly Component[] {
  enterInstance(step, ordinal, standings);
  return componentsOf(step.meaning, step.scope, step.encode, step.program);
}

// --- Internal helpers ---

/** Reads the inputs and asks `when`; undefined if the instance is to be made. */
function enterInstance(
  step: StepBinding,
  ordinal: number,
  standings: Standings,
): Binding | undefined {
  const { scope } = step;
  const { step: text } = scope.frame.planned;
  scope.enter(ordinal);
  let first: Unsettled | undefined;
  let isGone = false;
  const open = new Set<string>();
  text.inputs.forEach((input, index) => {
    const value = step.readInput(input, scope, standings);
    scope.inputs[index] = value;
    if (!(value instanceof Unsettled)) return;
    // What is absent for good blocks, whatever else is not known yet.
    if (first === undefined || first.kind === 'unknown') first = value;
    open.add(input.name);
    // An element of a gathered list that is absent is none of its elements.
    isGone ||= value.kind === 'absent' && input.reads[0]?.element !== undefined;
  });
  if (isGone) return { kind: 'skipped' };
  const condition = text.when;
  if (condition !== undefined) {
    // A condition that is false skips even where another input is absent.
    const hinges =
      open.size > 0 &&
      [...scope.frame.inputsIn(condition.expression)].some((name) => open.has(name));
    if (!hinges && compute(condition.expression, scope) !== true) return { kind: 'skipped' };
  }
  if (first !== undefined) return unsettled(first);
  for (const { param, condition: holds } of text.requires ?? []) {
    if (compute(holds, scope) !== true) throw new Invalid(refused(param, holds));
  }
  const absent = text.inputs.find(
    (input, index) => scope.inputs[index] === null && !mayBeAbsent(input),
  );
  return absent && { kind: 'blocked', reason: `\`${absent.name}\` is absent` };
}

/** E0414: an argument of a call that its library does not take. */
function refused(param: string, { span }: Expression): Diagnostic {
  return {
    code: 'E0414',
    severity: 'error',
    message: `parameter \`${param}\` does not fulfil its condition`,
    span,
    label: 'this does not hold for what the call gives',
  };
}

function mayBeAbsent(input: { readonly mayBeAbsent: boolean; readonly type: { kind: string } }) {
  return input.mayBeAbsent || input.type.kind === 'optional' || input.type.kind === 'none';
}

function unsettled({ kind, because }: Unsettled): Binding {
  return kind === 'absent' ? { kind: 'blocked', reason: because } : { kind: 'unknown', because };
}

export function resourcesOf(step: StepBinding): Resources {
  return resourcesFrom(step.scope.frame.planned.step.resources, computeIn(step.scope));
}

function priorityOf(step: StepBinding): number {
  const { priority } = step.scope.frame.planned.step;
  return priority === undefined ? 0 : (amountOf(compute(priority, step.scope)) ?? 0);
}

function computeIn(scope: InstanceScope): (expression: Expression) => Value {
  return (expression) => compute(expression, scope);
}
