import type { Expression, Retry, RetryClause, Value } from '../../dsl/index.ts';
import type { Cause, Resources } from '../ports.ts';
import type { RetryAdvice } from './binding.ts';
import { amountOf, resourcesFrom, resourceValues } from './resources.ts';

/** Tries that the place has spoiled, not the payload: each of these causes has this budget of its own. */
export const PLACE_BUDGET = 5;
const PLACE_CAUSES: ReadonlySet<Cause['kind']> = new Set(['preempted', 'lost', 'infrastructure']);

export interface FailedTry {
  readonly cause: Cause;
  readonly resources: Resources;
  /** Number of the attempt, from 1. */
  readonly number: number;
  /** Tries so far that count against `retry n`, and those that ended with this cause: this one included. */
  readonly charged: number;
  readonly ofCause: number;
}

/**
 * What `retry` says of a bad end (LANGUAGE.md section 10). `valueFor` evaluates an expression of the
 * text, with `names` standing before those of the instance.
 */
export function adviseRetry(
  retry: Retry | undefined,
  failed: FailedTry,
  valueFor: (expression: Expression, names: ReadonlyMap<string, Value>) => Value,
): RetryAdvice {
  const clause = retry?.clauses && mostSpecific(retry.clauses, failed.cause);
  const names = resourceValues(failed.resources).set('attempt', failed.number);
  const number = (expression: Expression) => amountOf(valueFor(expression, names)) ?? 0;
  const own = clause?.fields.get('attempts');
  let isAllowed: boolean;
  if (own !== undefined) isAllowed = failed.ofCause <= number(own);
  else if (PLACE_CAUSES.has(failed.cause.kind)) isAllowed = failed.ofCause <= PLACE_BUDGET;
  else {
    const listed = retry !== undefined && (retry.clauses === undefined || clause !== undefined);
    isAllowed = listed && failed.charged <= number(retry.attempts);
  }
  if (!isAllowed) return { kind: 'give up' };
  const wait = clause?.fields.get('wait');
  return {
    kind: 'retry',
    resources: clause
      ? resourcesFrom(clause.fields, (e) => valueFor(e, names), failed.resources)
      : failed.resources,
    waitMs: wait === undefined ? 0 : Math.max(0, Math.ceil(number(wait) * 1000)),
  };
}

/** `exit(75)` before `exit` before `any`; the first of two equals. Undefined if none names the cause. */
function mostSpecific(clauses: readonly RetryClause[], cause: Cause): RetryClause | undefined {
  let best: RetryClause | undefined;
  let bestRank = 0;
  for (const clause of clauses) {
    for (const { name, codes } of clause.causes) {
      const rank = rankOf(name, codes, cause);
      if (rank > bestRank) [best, bestRank] = [clause, rank];
    }
  }
  return best;
}

function rankOf(name: string, codes: readonly number[], cause: Cause): number {
  if (name === 'any') return 1;
  if (name !== cause.kind) return 0;
  if (codes.length === 0) return 2;
  const code = cause.kind === 'exit' ? cause.code : cause.kind === 'signal' ? cause.signal : NaN;
  return codes.includes(code) ? 3 : 0;
}
