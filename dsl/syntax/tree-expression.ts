import type { Span } from '../text/source.ts';

/** The nodes of expressions, and of what else may stand behind `=`. */

export interface Name {
  readonly text: string;
  readonly span: Span;
}

export type Expression =
  | NumberSyntax
  | { readonly kind: 'percent'; readonly value: number; readonly span: Span }
  | QuantitySyntax
  | { readonly kind: 'boolean'; readonly value: boolean; readonly span: Span }
  | { readonly kind: 'none'; readonly span: Span }
  | StringSyntax
  | { readonly kind: 'name'; readonly name: Name; readonly span: Span }
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly span: Span }
  | { readonly kind: 'map'; readonly entries: readonly MapEntry[]; readonly span: Span }
  | ComprehensionSyntax
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly consequent: Expression;
      readonly alternative: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'coalesce';
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | BinarySyntax
  | {
      readonly kind: 'unary';
      readonly operator: 'not' | '-';
      readonly operand: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'range';
      readonly from: Expression;
      readonly to: Expression;
      readonly by: Expression | undefined;
      readonly span: Span;
    }
  | {
      readonly kind: 'convert';
      readonly operand: Expression;
      readonly unit: Name;
      readonly span: Span;
    }
  | FieldSyntax
  | SelectSyntax
  | {
      readonly kind: 'index';
      readonly object: Expression;
      readonly index: Expression;
      readonly span: Span;
    }
  | CallSyntax;

export interface NumberSyntax {
  readonly kind: 'number';
  readonly value: number;
  /** True if written without `.` and exponent. */
  readonly integer: boolean;
  readonly span: Span;
}

export interface QuantitySyntax {
  readonly kind: 'quantity';
  /** `1 d 12 h` has two parts; units are not checked here. */
  readonly parts: readonly { readonly value: number; readonly unit: Name }[];
  readonly span: Span;
}

export interface StringSyntax {
  readonly kind: 'string';
  /** True for `"""`: dedented, first and last blank line dropped. */
  readonly block: boolean;
  readonly parts: readonly TextPart[];
  readonly span: Span;
}

/** Text after escapes (and dedent, in a block), or `@{expression}`. Spans are of the source text. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string; readonly span: Span }
  | { readonly kind: 'interpolation'; readonly expression: Expression; readonly span: Span };

export interface MapEntry {
  readonly key: Name;
  readonly value: Expression;
}

export interface ComprehensionSyntax {
  readonly kind: 'comprehension';
  readonly item: Expression;
  readonly binder: Binder;
  readonly source: Expression;
  readonly where: Expression | undefined;
  readonly span: Span;
}

export type BinaryOperator =
  | 'or'
  | 'and'
  | '=='
  | '!='
  | '<='
  | '>='
  | '<'
  | '>'
  | 'in'
  | 'not in'
  | '+'
  | '-'
  | '*'
  | '/';

export interface BinarySyntax {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface FieldSyntax {
  readonly kind: 'field';
  readonly object: Expression;
  readonly field: Name;
  readonly span: Span;
}

/** `p[d = e, ...]` */
export interface SelectSyntax {
  readonly kind: 'select';
  readonly object: Expression;
  readonly selectors: readonly { readonly dimension: Name; readonly value: Expression }[];
  readonly span: Span;
}

export interface CallSyntax {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly arguments: readonly { readonly name: Name | undefined; readonly value: Expression }[];
  readonly span: Span;
}

export interface GatherSyntax {
  readonly kind: 'gather';
  readonly expression: Expression;
  readonly over: readonly Name[] | undefined;
  readonly via: Expression | undefined;
  readonly where: Expression | undefined;
  readonly fallback: Expression | undefined;
  readonly span: Span;
}

export interface PreviousSyntax {
  readonly kind: 'previous';
  readonly expression: Expression;
  readonly over: readonly Name[] | undefined;
  readonly fallback: Expression | undefined;
  readonly span: Span;
}

/** What may stand behind `=` of an `in`, an argument or an `output`. */
export type SourceSyntax = Expression | GatherSyntax | PreviousSyntax;

export type Binder =
  | { readonly kind: 'single'; readonly name: Name }
  | { readonly kind: 'tuple'; readonly names: readonly Name[]; readonly span: Span };
