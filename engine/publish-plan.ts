import type { Diagnostic, Output } from '../dsl/index.ts';
import type { Result, Standing, Standings } from './bind/binding.ts';
import { frameOf } from './bind/frame.ts';
import { placedGlobals } from './bind/globals.ts';
import { InstanceScope } from './bind/instance-scope.ts';
import { outputPathOf } from './bind/prepare.ts';
import { isFileOutput } from './bind/reading.ts';
import { Invalid, Unsettled } from './bind/unsettled.ts';
import { locate, nameAt } from './plan/instance.ts';
import type { Plan, PlannedStep } from './plan/plan.ts';
import { publications } from './publish.ts';

/**
 * E0313 and E0711 of a plan: what `publish` would do with the files that its instances are going to leave. A
 * file whose name hangs on a value made at run time is not known here and is told when the run ends.
 */
export function wrongTargets(plan: Plan): readonly Diagnostic[] {
  if (!plan.program.outputs.some(({ publish }) => publish !== undefined)) return [];
  return publications(plan, foreseen(plan)).diagnostics;
}

/** Every instance as if it had succeeded in a directory of its own. */
function foreseen(plan: Plan): Standings {
  const scopes = new Map<PlannedStep, InstanceScope>();
  const globals = placedGlobals(plan);
  const scopeOf = (planned: PlannedStep): InstanceScope => {
    const known = scopes.get(planned);
    if (known) return known;
    const made = new InstanceScope(frameOf(planned), globals, plan.program, plan.reader);
    scopes.set(planned, made);
    return made;
  };
  return {
    of(instance): Standing {
      const { step: planned, ordinal } = locate(plan, instance);
      if (planned.skipped?.[ordinal] === 1) return { kind: 'absent' };
      const scope = scopeOf(planned);
      scope.enter(ordinal);
      const outputs = planned.step.outputs.filter(isFileOutput);
      const files = outputs.flatMap((output) => fileOf(scope, output));
      const directory = `/${nameAt(planned, ordinal)}`;
      const result: Result = { fingerprint: '', directory, values: {}, files };
      return { kind: 'result', result };
    },
  };
}

function fileOf(scope: InstanceScope, output: Output): Result['files'] {
  if (output.from && scope.frame.inputsIn(output.from).size > 0) return [];
  try {
    const path = outputPathOf(output, scope);
    return [{ name: output.name, path, size: 0, mtimeMs: 0 }];
  } catch (problem) {
    // It is told where the instance is bound.
    if (problem instanceof Invalid || problem instanceof Unsettled) return [];
    throw problem;
  }
}
