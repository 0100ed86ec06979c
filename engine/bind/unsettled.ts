import {
  type Diagnostic,
  type Expression,
  evaluate,
  type Scope,
  type Value,
} from '../../dsl/index.ts';

/**
 * Why a value cannot be had: `absent` (LANGUAGE.md section 7), or `unknown` until something has run.
 * Thrown through `evaluate` where an expression touches it; not an `Error`, it is control flow.
 */
export class Unsettled {
  readonly kind: 'absent' | 'unknown';
  /** For people: `calibrate[visit=230].calexps is absent`. */
  readonly because: string;

  constructor(kind: 'absent' | 'unknown', because: string) {
    this.kind = kind;
    this.because = because;
  }
}

/** An expression without a value, on its way to the binding `invalid`; control flow as well. */
export class Invalid {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    this.diagnostic = diagnostic;
  }
}

/** The value of an expression; throws `Invalid`, or the `Unsettled` that it touches. */
export function compute(expression: Expression, scope: Scope): Value {
  const evaluated = evaluate(expression, scope);
  if (!evaluated.ok) throw new Invalid(evaluated.diagnostic);
  return evaluated.value;
}
