import { type Diagnostic, hasErrors, parseSelector } from '../dsl/index.ts';
import { checkSelector, forEachMatch } from './plan/check-selector.ts';
import { numberOf } from './plan/instance.ts';
import type { Plan } from './plan/plan.ts';
import type { Select } from './run/intervene.ts';
import { flag, hasFlag, stateOf } from './run/state.ts';

/**
 * Finds the instances that a selector (COMMANDS: `phosim[visit=230]`, `:failed`, ...) names; what is wrong
 * with it points into its text.
 */
export function selectorOver(planned: Plan): Select {
  return (text, state) => {
    // That of the run, which has what fan-out at run time has made.
    const plan = planned.steps.some((step) => step.fan) ? state.plan : planned;
    const parsed = parseSelector(text);
    const diagnostics = hasErrors(parsed.diagnostics)
      ? parsed.diagnostics
      : checkSelector(plan, parsed.value);
    if (hasErrors(diagnostics)) return { invalid: invalidText(diagnostics), diagnostics };
    const instances: number[] = [];
    for (const step of plan.steps) {
      forEachMatch(
        parsed.value,
        step,
        (ordinal) => {
          const instance = numberOf(step, ordinal);
          return {
            state: stateOf(state, instance),
            reused: hasFlag(state, instance, flag.reused),
          };
        },
        (ordinal) => instances.push(numberOf(step, ordinal)),
      );
    }
    if (instances.length === 0) return { invalid: `\`${text}\` names no instance of this run` };
    return { instances };
  };
}

function invalidText([first]: readonly Diagnostic[]): string {
  if (!first) return '';
  return first.hint ? `${first.message}: ${first.hint}` : first.message;
}
