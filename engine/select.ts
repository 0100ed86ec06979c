import { type Diagnostic, hasErrors, parseSelector } from '../dsl/index.ts';
import { checkSelector, forEachMatch } from './plan/check-selector.ts';
import type { Plan } from './plan/plan.ts';
import type { Select } from './run/intervene.ts';
import { flag, hasFlag, stateOf } from './run/state.ts';

/**
 * Finds the instances that a selector (COMMANDS: `phosim[visit=230]`, `:failed`, ...) names; what is wrong
 * with it points into its text.
 */
export function selectorOver(plan: Plan): Select {
  return (text, state) => {
    const parsed = parseSelector(text);
    const diagnostics = hasErrors(parsed.diagnostics)
      ? parsed.diagnostics
      : checkSelector(plan, parsed.value);
    if (hasErrors(diagnostics)) return { invalid: invalidText(diagnostics), diagnostics };
    const instances: number[] = [];
    for (const planned of plan.steps) {
      forEachMatch(
        parsed.value,
        planned,
        (ordinal) => {
          const instance = planned.first + ordinal;
          return {
            state: stateOf(state, instance),
            reused: hasFlag(state, instance, flag.reused),
          };
        },
        (ordinal) => instances.push(planned.first + ordinal),
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
