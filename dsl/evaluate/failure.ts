import type { Span } from '../text/source.ts';

/**
 * An expression that has no value, on its way to `evaluate`, which makes a Diagnostic of it. Only thrown
 * inside `evaluate/`. `span` is filled in by the innermost expression that was being evaluated.
 */
export class Failure {
  readonly code: string;
  readonly message: string;
  readonly label: string | undefined;
  readonly hint: string | undefined;
  span: Span | undefined;

  constructor(
    code: string,
    message: string,
    more: Partial<Pick<Failure, 'label' | 'hint' | 'span'>> = {},
  ) {
    this.code = code;
    this.message = message;
    this.label = more.label;
    this.hint = more.hint;
    this.span = more.span;
  }
}

/** E0705: arithmetic without a result. */
export function noNumber(message: string, hint?: string): Failure {
  return new Failure('E0705', message, { hint });
}

/** E0706: there is no such element, field or row. */
export function noElement(message: string, hint?: string): Failure {
  return new Failure('E0706', message, { hint });
}

/** E0708: a value of another kind than the operation needs; only data without a type can do this. */
export function wrongKind(message: string, hint?: string): Failure {
  return new Failure('E0708', message, { hint });
}

/** E0710: an argument that a builtin cannot work with. */
export function badArgument(message: string, hint?: string): Failure {
  return new Failure('E0710', message, { hint });
}
