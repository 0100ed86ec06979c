import type { Scope, Value } from '../../dsl/index.ts';
import { locate, nameAt } from '../plan/instance.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { bindInstance, type StepBinding } from './bind-instance.ts';
import { bindStep } from './bind-step.ts';
import type { Binder, Standings } from './binding.ts';
import { collectValues, surprisesIn } from './collect.ts';
import { expandRow } from './expand.ts';
import { type Frame, frameOf } from './frame.ts';
import { makeEncoder } from './identity.ts';
import { prepareAttempt } from './prepare.ts';
import { registrationsOf } from './registrations.ts';
import { adviseRetry } from './retry.ts';
import { type ScriptSource, scriptSource } from './script-source.ts';
import { type Seen, seenIn } from './seen.ts';
import { skipReason } from './skip-reason.ts';
import { compute, Invalid, Unsettled } from './unsettled.ts';

export interface BinderOptions {
  /**
   * Digests of files that were there before the run, by path (`digestInputs`): a program given as a
   * `param` of type file counts by its content.
   */
  readonly contents?: ReadonlyMap<string, string>;
  /** Texts of `script file` bodies, by the path that the workflow says (`readScripts`). */
  readonly scripts?: ReadonlyMap<string, string>;
  /** Absolute directory of the workflow's file: a `script file` finds what lies beside it. */
  readonly directory?: string;
  /** Values of secrets, by name. */
  readonly secrets?: Readonly<Record<string, Value>>;
  /** Values of files that were read when planning (`Loaded.reader`). */
  readonly reader?: Scope['reader'];
  /** Names in a directory, for outputs that are `files("part_*")`. */
  readonly list?: (directory: string) => Promise<readonly string[]>;
}

/**
 * The binder of a plan: values of instances from what their producers left. Keeps what is the same for
 * all instances of a step or of a gather's group, so that 10 000 instances bind in a fraction of a second.
 */
export function makeBinder(plan: Plan, options: BinderOptions = {}): Binder {
  let current = binderOf(plan, options, undefined);
  return {
    follow(growing, standings) {
      current = binderOf(growing, options, standings);
    },
    expand: (row) => current.expand(row),
    bind: (instance, standings) => current.bind(instance, standings),
    prepare: (request, standings) => current.prepare(request, standings),
    retry: (instance, failed) => current.retry(instance, failed),
    collect: (instance, directory, read) => current.collect(instance, directory, read),
    surprises: (instance, values) => current.surprises(instance, values),
    registrations: (instance, standings) => current.registrations(instance, standings),
    whySkipped: (instance, standings) => current.whySkipped(instance, standings),
    name: (instance) => current.name(instance),
    secrets: () => current.secrets(),
  };
}

/** What the binder of one plan is made of. */
interface Parts {
  readonly plan: Plan;
  readonly meant: Seen;
  readonly placed: Seen;
  readonly source: ScriptSource;
  readonly list: BinderOptions['list'];
  stepBinding(planned: PlannedStep): StepBinding;
}

type WholeBinder = Required<Omit<Binder, 'follow'>>;

/** `standings` of the run whose plan grows; undefined where nothing does. */
function binderOf(
  plan: Plan,
  options: BinderOptions,
  standings: Standings | undefined,
): WholeBinder {
  const frameFor = onceEach<PlannedStep, Frame>(frameOf);
  const context = { plan, frameFor, standings, files: options.reader };
  const [meant, placed] = [seenIn('meant', context), seenIn('placed', context)];
  const source = scriptSource(placed.globals, options.scripts, options.directory);
  const encode = makeEncoder(options.contents ?? new Map());
  const parts: Parts = {
    plan,
    meant,
    placed,
    source,
    list: options.list,
    stepBinding: onceEach((planned) => bindStep(plan, planned, { meant, encode, source })),
  };
  return {
    expand(row) {
      if (!meant.fan) throw new Error('this binder follows no run');
      return expandRow(plan, meant.fan, row);
    },
    bind: (...asked) => bind(parts, ...asked),
    prepare: (...asked) => prepare(parts, ...asked),
    retry: (...asked) => retry(parts, ...asked),
    collect: (...asked) => collect(parts, ...asked),
    surprises: (...asked) => surprises(parts, ...asked),
    registrations: (...asked) => registrations(parts, ...asked),
    whySkipped: (...asked) => whySkipped(parts, ...asked),
    name(instance) {
      const { step: planned, ordinal } = locate(plan, instance);
      return nameAt(planned, ordinal);
    },
    secrets: () => options.secrets ?? {},
  };
}

function onceEach<From extends object, To>(make: (from: From) => To): (from: From) => To {
  const made = new Map<From, To>();
  return (from) => {
    const known = made.get(from);
    if (known !== undefined) return known;
    const fresh = make(from);
    made.set(from, fresh);
    return fresh;
  };
}

/** What a method of the binder is asked, behind its parts. */
type Asked<Method extends keyof WholeBinder> = [Parts, ...Parameters<WholeBinder[Method]>];

function bind(...[parts, instance, standings]: Asked<'bind'>): ReturnType<Binder['bind']> {
  const { step: planned, ordinal } = locate(parts.plan, instance);
  try {
    return bindInstance(parts.stepBinding(planned), ordinal, standings);
  } catch (problem) {
    if (problem instanceof Invalid) return { kind: 'invalid', diagnostic: problem.diagnostic };
    throw problem;
  }
}

function whySkipped(
  ...[parts, instance, standings]: Asked<'whySkipped'>
): ReturnType<WholeBinder['whySkipped']> {
  const { step: planned, ordinal } = locate(parts.plan, instance);
  try {
    return skipReason(parts.stepBinding(planned), ordinal, standings);
  } catch (problem) {
    // What cannot be read any more is no reason.
    if (problem instanceof Invalid || problem instanceof Unsettled) return undefined;
    throw problem;
  }
}

function prepare(
  ...[{ plan, placed, source }, request, standings]: Asked<'prepare'>
): ReturnType<Binder['prepare']> {
  const { step: planned, ordinal } = locate(plan, request.instance);
  const script = (request.undo && planned.step.undo) ?? planned.step.script;
  const step = {
    script,
    scope: placed.scope(planned),
    readInput: placed.readInput,
    program: plan.program,
    scriptText: source.text(script),
    scriptDirectory: source.directory(script),
  };
  try {
    return prepareAttempt(step, ordinal, request, standings);
  } catch (problem) {
    if (!(problem instanceof Invalid || problem instanceof Unsettled)) throw problem;
    // Binding has evaluated the same: who asks here did not bind before.
    const why = problem instanceof Invalid ? problem.diagnostic.message : problem.because;
    throw new Error(`${nameAt(planned, ordinal)} cannot be prepared: ${why}`);
  }
}

function retry(
  ...[{ plan, placed }, instance, failed]: Asked<'retry'>
): ReturnType<Binder['retry']> {
  const { step: planned, ordinal } = locate(plan, instance);
  const scope = placed.scope(planned);
  scope.enter(ordinal);
  try {
    return adviseRetry(planned.step.retry, failed, (expression, names) => {
      scope.extra = names;
      return compute(expression, scope);
    });
  } catch (problem) {
    // An escalation that has no value is no reason to try the same again.
    if (problem instanceof Invalid || problem instanceof Unsettled) return { kind: 'give up' };
    throw problem;
  }
}

function collect(
  ...[{ plan, placed, list }, instance, directory, read]: Asked<'collect'>
): ReturnType<Binder['collect']> {
  const { step: planned, ordinal } = locate(plan, instance);
  const scope = placed.scope(planned);
  scope.enter(ordinal);
  return collectValues(scope, directory, { read, list }, plan.program);
}

function surprises(
  ...[{ plan, placed }, instance, values]: Asked<'surprises'>
): ReturnType<WholeBinder['surprises']> {
  const { step: planned, ordinal } = locate(plan, instance);
  const scope = placed.scope(planned);
  scope.enter(ordinal);
  return surprisesIn(scope, values, plan.program);
}

function registrations(
  ...[{ plan, placed }, instance, from]: Asked<'registrations'>
): ReturnType<WholeBinder['registrations']> {
  const { step: planned, ordinal } = locate(plan, instance);
  const standing = from.of(instance);
  if (standing.kind !== 'result') return [];
  const { reader, readInput } = placed;
  try {
    const step = { scope: placed.scope(planned), reader, readInput };
    return registrationsOf(step, ordinal, standing.result, from);
  } catch (problem) {
    if (problem instanceof Invalid) return { invalid: problem.diagnostic };
    // An input is absent by now: it was there when this was made, and registered then.
    if (problem instanceof Unsettled) return [];
    throw problem;
  }
}
