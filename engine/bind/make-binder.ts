import { dirname, join } from 'node:path';
import type { CompiledScript, Output, Scope, Value } from '../../dsl/index.ts';
import { locate, nameAt } from '../plan/instance.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { bindInstance, resourcesOf, type StepBinding } from './bind-instance.ts';
import type { Binder, Standings } from './binding.ts';
import { collectValues } from './collect.ts';
import { expandRow } from './expand.ts';
import { fanValues } from './fan-values.ts';
import { type Frame, frameOf } from './frame.ts';
import { makeGatherer } from './gathering.ts';
import { meantGlobals, placedGlobals } from './globals.ts';
import { makeEncoder } from './identity.ts';
import { type InputReader, makeInputReader } from './inputs.ts';
import { InstanceScope, type OutputValue } from './instance-scope.ts';
import { meaningOf } from './meaning.ts';
import { outputPathOf, prepareAttempt } from './prepare.ts';
import { isFileOutput, makeReader, type Reader, type View } from './reading.ts';
import { registrationsOf } from './registrations.ts';
import { amountOf } from './resources.ts';
import { adviseRetry } from './retry.ts';
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
    registrations: (instance, standings) => current.registrations(instance, standings),
    name: (instance) => current.name(instance),
    secrets: () => current.secrets(),
  };
}

/** `standings` of the run whose plan grows; undefined where nothing does. */
function binderOf(
  plan: Plan,
  options: BinderOptions,
  standings: Standings | undefined,
): Binder & Required<Pick<Binder, 'expand' | 'registrations'>> {
  const encode = makeEncoder(options.contents ?? new Map());
  const { program } = plan;
  const globals = { meant: meantGlobals(plan), placed: placedGlobals(plan) };
  const frames = new Map<PlannedStep, Frame>();
  const frameFor = (planned: PlannedStep): Frame => {
    const frame = frames.get(planned) ?? frameOf(planned);
    frames.set(planned, frame);
    return frame;
  };
  const scopeFor = (planned: PlannedStep, view: View) =>
    new InstanceScope(frameFor(planned), globals[view], program, options.reader, fan[view]);
  const readerFor = (view: View): Reader =>
    makeReader(plan, view, (planned, ordinal, output) => {
      const scope = scopeFor(planned, view);
      scope.enter(ordinal);
      return declaredPath(scope, output);
    });
  const readers = { meant: readerFor('meant'), placed: readerFor('placed') };
  const fanFor = (view: View) =>
    standings &&
    fanValues({
      plan,
      globals: globals[view],
      reader: readers[view],
      standings,
      files: options.reader,
    });
  const fan = { meant: fanFor('meant'), placed: fanFor('placed') };
  const inputReader = (reader: Reader): InputReader =>
    makeInputReader(plan, reader, makeGatherer(plan, reader));
  const readInput = { meant: inputReader(readers.meant), placed: inputReader(readers.placed) };
  const scriptPath = (script: CompiledScript): string | undefined => {
    if (script.form !== 'file') return undefined;
    return String(compute(script.path, { lookup: (name) => globals.placed.get(name) }));
  };
  const scriptText = (script: CompiledScript): string | undefined => {
    const path = scriptPath(script);
    return path === undefined ? undefined : options.scripts?.get(path);
  };
  const scriptDirectory = (script: CompiledScript): string | undefined => {
    const path = scriptPath(script);
    if (path === undefined || options.directory === undefined) return undefined;
    return dirname(join(options.directory, path));
  };

  const steps = new Map<PlannedStep, StepBinding>();
  const stepBinding = (planned: PlannedStep): StepBinding => {
    let step = steps.get(planned);
    if (step === undefined) {
      step = makeStep(planned);
      steps.set(planned, step);
    }
    return step;
  };
  const makeStep = (planned: PlannedStep): StepBinding => {
    const scope = scopeFor(planned, 'meant');
    scope.outputValue = outputsOf(scope);
    const text = scriptText(planned.step.script);
    const meaning = meaningOf(plan, scope.frame, {
      globals: globals.meant,
      encode,
      ...(text === undefined ? {} : { scriptText: text }),
    });
    const { resources, priority } = planned.step;
    const step: StepBinding = {
      scope,
      meaning,
      encode,
      readInput: readInput.meant,
      program,
      resources: undefined,
      priority: undefined,
    };
    const { isConstant } = scope.frame;
    return {
      ...step,
      resources: [...resources.values()].every(isConstant) ? resourcesOf(step) : undefined,
      priority:
        priority === undefined
          ? 0
          : isConstant(priority)
            ? amountOf(compute(priority, scope))
            : undefined,
    };
  };

  return {
    expand(row) {
      if (!fan.meant) throw new Error('this binder follows no run');
      return expandRow(plan, fan.meant, row);
    },
    bind(instance, standings) {
      const { step: planned, ordinal } = locate(plan, instance);
      try {
        return bindInstance(stepBinding(planned), ordinal, standings);
      } catch (problem) {
        if (problem instanceof Invalid) return { kind: 'invalid', diagnostic: problem.diagnostic };
        throw problem;
      }
    },
    prepare(request, standings) {
      const { step: planned, ordinal } = locate(plan, request.instance);
      const script = (request.undo && planned.step.undo) ?? planned.step.script;
      const step = {
        script,
        scope: scopeFor(planned, 'placed'),
        readInput: readInput.placed,
        program,
        scriptText: scriptText(script),
        scriptDirectory: scriptDirectory(script),
      };
      try {
        return prepareAttempt(step, ordinal, request, standings);
      } catch (problem) {
        if (!(problem instanceof Invalid || problem instanceof Unsettled)) throw problem;
        // Binding has evaluated the same: who asks here did not bind before.
        const why = problem instanceof Invalid ? problem.diagnostic.message : problem.because;
        throw new Error(`${nameAt(planned, ordinal)} cannot be prepared: ${why}`);
      }
    },
    retry(instance, failed) {
      const { step: planned, ordinal } = locate(plan, instance);
      const scope = scopeFor(planned, 'placed');
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
    },
    collect(instance, directory, read) {
      const { step: planned, ordinal } = locate(plan, instance);
      const scope = scopeFor(planned, 'placed');
      scope.enter(ordinal);
      return collectValues(scope, directory, { read, list: options.list }, program);
    },
    registrations(instance, from) {
      const { step: planned, ordinal } = locate(plan, instance);
      const standing = from.of(instance);
      if (standing.kind !== 'result') return [];
      const scope = scopeFor(planned, 'placed');
      const { placed: reader } = readers;
      const step = { scope, reader, readInput: readInput.placed };
      try {
        return registrationsOf(step, ordinal, standing.result, from);
      } catch (problem) {
        if (problem instanceof Invalid) return { invalid: problem.diagnostic };
        // An input is absent by now: it was there when this was made, and registered then.
        if (problem instanceof Unsettled) return [];
        throw problem;
      }
    },
    name(instance) {
      const { step: planned, ordinal } = locate(plan, instance);
      return nameAt(planned, ordinal);
    },
    secrets: () => options.secrets ?? {},
  };

  function declaredPath(scope: InstanceScope, output: Output): string {
    try {
      return outputPathOf(output, scope);
    } catch (problem) {
      // It hangs on an input: its producer's fingerprint says the rest.
      if (problem instanceof Unsettled || problem instanceof Invalid) return '';
      throw problem;
    }
  }

  /** In a fingerprint an `out` is its path in the scratch directory. */
  function outputsOf(scope: InstanceScope): OutputValue {
    const { outputs } = scope.frame.planned.step;
    const valueAt = (output: Output): Value => ({
      kind: 'file',
      path: `@/out/${outputPathOf(output, scope)}`,
    });
    const constant = outputs.map((output) => {
      if (output.from !== undefined && !scope.frame.isConstant(output.from)) return undefined;
      return isFileOutput(output) ? valueAt(output) : null;
    });
    return (index) => constant[index] ?? valueAt(outputs[index] as Output);
  }
}
