import type { Output, Scope } from '../../dsl/index.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { Standings } from './binding.ts';
import { type FanValues, fanValues } from './fan-values.ts';
import type { Frame } from './frame.ts';
import { makeGatherer } from './gathering.ts';
import { type Globals, meantGlobals, placedGlobals } from './globals.ts';
import { type InputReader, makeInputReader } from './inputs.ts';
import { InstanceScope } from './instance-scope.ts';
import { outputPathOf } from './prepare.ts';
import { makeReader, type Reader, type View } from './reading.ts';
import { Invalid, Unsettled } from './unsettled.ts';

/** What binding sees in one view. */
export interface Seen {
  readonly globals: Globals;
  readonly reader: Reader;
  readonly readInput: InputReader;
  /** Undefined where nothing fans out at run time. */
  readonly fan: FanValues | undefined;
  /** The names of a step; who has it enters the instance. */
  scope(planned: PlannedStep): InstanceScope;
}

export interface SeenContext {
  readonly plan: Plan;
  readonly frameFor: (planned: PlannedStep) => Frame;
  /** Of the run whose plan grows; undefined where nothing does. */
  readonly standings: Standings | undefined;
  /** Values of files that were read when planning. */
  readonly files: Scope['reader'];
}

export function seenIn(view: View, { plan, frameFor, standings, files }: SeenContext): Seen {
  const globals = view === 'meant' ? meantGlobals(plan) : placedGlobals(plan);
  const scope = (planned: PlannedStep) =>
    new InstanceScope(frameFor(planned), globals, plan.program, files, fan);
  const reader = makeReader(plan, view, (planned, ordinal, output) => {
    const names = scope(planned);
    names.enter(ordinal);
    return declaredPath(names, output);
  });
  const fan = standings && fanValues({ plan, globals, reader, standings, files });
  const readInput = makeInputReader(plan, reader, makeGatherer(plan, reader));
  return { globals, reader, readInput, fan, scope };
}

function declaredPath(scope: InstanceScope, output: Output): string {
  try {
    return outputPathOf(output, scope);
  } catch (problem) {
    // It hangs on an input: its producer's fingerprint says the rest.
    if (problem instanceof Unsettled || problem instanceof Invalid) return '';
    throw problem;
  }
}
