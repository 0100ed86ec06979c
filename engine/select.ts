import { matchesSelector, parseSelector } from '../dsl/index.ts';
import type { Plan } from './plan/plan.ts';
import { keyAt } from './plan/rows.ts';
import type { Select } from './run/intervene.ts';
import { instanceStates } from './run/states.ts';

/** Finds the instances that a selector (COMMANDS: `phosim[visit=230]`, `:failed`, ...) names. */
export function selectorOver(plan: Plan): Select {
  return (text, state) => {
    const parsed = parseSelector(text);
    const fault = parsed.diagnostics.find((d) => d.severity === 'error');
    if (fault) return { invalid: fault.hint ? `${fault.message}: ${fault.hint}` : fault.message };
    const instances: number[] = [];
    for (const planned of plan.steps) {
      for (let ordinal = 0; ordinal < planned.count; ordinal++) {
        const instance = planned.first + ordinal;
        const keys = {
          get: (dimension: string) => {
            const column = planned.keys.find((key) => key.dimension === dimension);
            return column && keyAt(column, ordinal);
          },
        };
        const name = instanceStates[state.instances.state[instance] ?? 0] ?? 'waiting';
        if (matchesSelector(parsed.value, { step: planned.step.name, keys, state: name })) {
          instances.push(instance);
        }
      }
    }
    if (instances.length === 0) return { invalid: `\`${text}\` names no instance of this run` };
    return { instances };
  };
}
