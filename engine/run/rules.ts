import { type Expression, evaluate, globalValue, type Scope, type Value } from '../../dsl/index.ts';
import type { Plan } from '../plan/plan.ts';

/** What a step's `tolerate`, `limit`, `bundle`, `pin` come to with the run's parameters. */
export interface StepRules {
  /** Failed instances that are absent instead of blocking: floor(share × planned) or a number. */
  readonly tolerate: number;
  /** Of a step whose instances are known only at run time: the share of them. */
  readonly tolerateShare?: number;
  readonly limit: { readonly count: number; readonly per: readonly string[] } | undefined;
  readonly bundle: { readonly count: number; readonly by: readonly string[] } | undefined;
  /** Site that the step is pinned to. */
  readonly pin: string | undefined;
  /** So many instances go first; the others begin when these have ended and one of them well. 0: all at once. */
  readonly canary?: number;
}

/**
 * The rules of every step: they depend on no key. `reader` gives the files that were read when the plan
 * was made. What cannot be evaluated (the check has said so) tolerates nothing, and limits to one.
 */
export function rulesOf(
  plan: Plan,
  { reader }: { readonly reader?: NonNullable<Scope['reader']> } = {},
): readonly StepRules[] {
  const scope: Scope = {
    lookup: (name) => globalValue(name, plan.globals, plan.program.types),
    typeOf: plan.program.typeOf,
    ...(reader ? { reader } : {}),
  };
  const resolved = (expression: Expression): Value => {
    const evaluated = evaluate(expression, scope);
    return evaluated.ok ? evaluated.value : null;
  };
  const first = plan.program.policy.get('canary');
  const canary = first ? wholeNumber(resolved(first)) : 0;
  return plan.steps.map(({ step, count: planned, dynamic }) => {
    const count = (expression: Expression) => wholeNumber(resolved(expression));
    const share = dynamic && step.tolerate ? shareOf(resolved(step.tolerate)) : undefined;
    return {
      ...(share === undefined ? {} : { tolerateShare: share }),
      tolerate: step.tolerate ? budget(resolved(step.tolerate), planned) : 0,
      limit: step.limit && { count: Math.max(1, count(step.limit.count)), per: step.limit.per },
      bundle: step.bundle && { count: Math.max(1, count(step.bundle.count)), by: step.bundle.by },
      pin: step.pin,
      canary,
    };
  });
}

function shareOf(value: Value): number | undefined {
  const isShare = value !== null && typeof value === 'object' && 'kind' in value;
  return isShare && value.kind === 'quantity' ? value.amount : undefined;
}

function budget(value: Value, planned: number): number {
  if (value !== null && typeof value === 'object' && 'kind' in value && value.kind === 'quantity') {
    return Math.floor(value.amount * planned + 1e-9);
  }
  return wholeNumber(value);
}

function wholeNumber(value: Value): number {
  return typeof value === 'number' && value > 0 ? Math.floor(value) : 0;
}
