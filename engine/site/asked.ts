import { type Expression, evaluate, NeedFile, type Program, type Value } from '../../dsl/index.ts';
import { amountOf } from '../bind/resources.ts';
import type { Plan } from '../plan/plan.ts';
import { amountsAsked } from '../plan/resources.ts';
import type { Asked } from './misfits.ts';

/** As the plan knows it: over all instances. */
export function askedInPlan(plan: Plan): Asked {
  const planned = new Map(plan.steps.map((step) => [step.step, step]));
  return (step, resource) => {
    const found = planned.get(step);
    return found === undefined || !step.resources.has(resource)
      ? null
      : amountsAsked(plan, found, resource);
  };
}

/**
 * As the text alone tells: of resources that hang on nothing but numbers, and on params and lets that read
 * no file. Whoever knows the keys and tables knows more.
 */
export function askedInText(program: Program): Asked {
  const values = new Map<string, Value | undefined>();
  const constantOf = (expression: Expression): Value | undefined => {
    try {
      const evaluated = evaluate(expression, {
        typeOf: program.typeOf,
        lookup,
        reader(name, path) {
          throw new NeedFile(path, name);
        },
      });
      return evaluated.ok ? evaluated.value : undefined;
    } catch (problem) {
      if (problem instanceof NeedFile) return undefined;
      throw problem;
    }
  };
  const lookup = (name: string): Value | undefined => {
    if (values.has(name)) return values.get(name);
    values.set(name, undefined);
    const source =
      program.params.find((p) => p.name === name)?.default ??
      program.lets.find((l) => l.name === name)?.value;
    if (source !== undefined) values.set(name, constantOf(source));
    return values.get(name);
  };
  return (step, resource) => {
    const expression = step.resources.get(resource);
    if (expression === undefined) return null;
    const amount = amountOf(constantOf(expression) ?? null);
    return amount === undefined ? null : { min: amount, max: amount };
  };
}
