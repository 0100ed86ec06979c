import type { Output, Value } from '../../dsl/index.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { resourcesOf, type StepBinding } from './bind-instance.ts';
import type { Encode } from './identity.ts';
import type { InstanceScope, OutputValue } from './instance-scope.ts';
import { meaningOf } from './meaning.ts';
import { outputPathOf } from './prepare.ts';
import { isFileOutput } from './reading.ts';
import { amountOf } from './resources.ts';
import type { ScriptSource } from './script-source.ts';
import type { Seen } from './seen.ts';
import { compute } from './unsettled.ts';

/** What is the same for all instances of a step; made once a step. Throws `Invalid`. */
export function bindStep(
  plan: Plan,
  planned: PlannedStep,
  from: { readonly meant: Seen; readonly encode: Encode; readonly source: ScriptSource },
): StepBinding {
  const { meant, encode, source } = from;
  const scope = meant.scope(planned);
  scope.outputValue = outputsOf(scope);
  const scriptText = source.text(planned.step.script);
  const meaning = meaningOf(plan, scope.frame, {
    globals: meant.globals,
    encode,
    ...(scriptText === undefined ? {} : { scriptText }),
  });
  const step: StepBinding = {
    scope,
    meaning,
    encode,
    readInput: meant.readInput,
    program: plan.program,
    resources: undefined,
    priority: undefined,
  };
  const { resources } = planned.step;
  const areConstant = [...resources.values()].every(scope.frame.isConstant);
  return {
    ...step,
    resources: areConstant ? resourcesOf(step) : undefined,
    priority: constantPriority(scope),
  };
}

/** Undefined where each instance has one of its own. */
function constantPriority(scope: InstanceScope): number | undefined {
  const { priority } = scope.frame.planned.step;
  if (priority === undefined) return 0;
  return scope.frame.isConstant(priority) ? amountOf(compute(priority, scope)) : undefined;
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
