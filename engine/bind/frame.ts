import { type Expression, freeNames, type Let } from '../../dsl/index.ts';
import type { PlannedStep } from '../plan/plan.ts';

/** What a name means inside a step. */
export type StepName =
  | { readonly kind: 'key'; readonly column: number }
  | { readonly kind: 'variable'; readonly column: number }
  | { readonly kind: 'input' | 'let' | 'output'; readonly index: number };

/** What binding needs of a step beside its plan; made once a step. */
export interface Frame {
  readonly planned: PlannedStep;
  readonly names: ReadonlyMap<string, StepName>;
  /** True if the expression has one value for all instances. */
  isConstant(expression: Expression): boolean;
  /** Names of inputs that an expression reaches, through `let`s too. */
  inputsIn(expression: Expression): ReadonlySet<string>;
}

export function frameOf(planned: PlannedStep): Frame {
  const names = new Map<string, StepName>();
  const { step } = planned;
  for (const [column, key] of planned.keys.entries()) {
    names.set(key.dimension, { kind: 'key', column });
  }
  planned.variables.forEach(({ variable }, column) => {
    // `for each sensor in sensors`: the name is the key, unless the keys are only positions.
    const dimension = step.dimensions.find((d) => d.name === variable);
    if (!dimension || dimension.positional) names.set(variable, { kind: 'variable', column });
  });
  for (const [index, { name }] of step.inputs.entries()) names.set(name, { kind: 'input', index });
  for (const [index, { name }] of step.lets.entries()) names.set(name, { kind: 'let', index });
  for (const [index, { name }] of step.outputs.entries())
    names.set(name, { kind: 'output', index });
  const inputsIn = (expression: Expression): ReadonlySet<string> => {
    const found = new Set<string>();
    const seen = new Set<string>();
    const visit = (inside: Expression): void => {
      for (const name of freeNames(inside)) {
        if (seen.has(name)) continue;
        seen.add(name);
        const meaning = names.get(name);
        if (meaning?.kind === 'input') found.add(name);
        if (meaning?.kind === 'let') visit((step.lets[meaning.index] as Let).value);
      }
    };
    visit(expression);
    return found;
  };
  return {
    planned,
    names,
    isConstant: (expression) => ![...freeNames(expression)].some((name) => names.has(name)),
    inputsIn,
  };
}
