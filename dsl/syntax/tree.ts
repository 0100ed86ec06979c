import type { SourceText, Span } from '../text/source.ts';
import type { Binder, Expression, Name, SourceSyntax, StringSyntax } from './tree-expression.ts';

/**
 * The syntax tree: what was written, with places, before any name is looked up. Every node is plain
 * data with a `kind` and the `span` of its text.
 */
export type * from './tree-expression.ts';

export interface Module {
  readonly source: SourceText;
  readonly form: 'workflow' | 'site';
  readonly header: Header | undefined;
  readonly declarations: readonly Declaration[];
  readonly sites: readonly SiteSyntax[];
  /** Declarations that could not be parsed; their names are known so that no error follows from them. */
  readonly broken: readonly BrokenDeclaration[];
}

export interface Header {
  readonly name: Name;
  readonly version: StringSyntax | undefined;
  readonly language: number | undefined;
  readonly span: Span;
}

export interface BrokenDeclaration {
  readonly keyword: string;
  readonly name: string | undefined;
  readonly span: Span;
}

// --- Types, scatter ---

export interface TypeSyntax {
  readonly name: Name;
  readonly arguments: readonly TypeSyntax[];
  readonly optional: boolean;
  readonly span: Span;
}

export interface GeneratorSyntax {
  readonly binder: Binder;
  readonly source: Expression;
  readonly span: Span;
}

export interface ForSyntax {
  readonly generators: readonly GeneratorSyntax[];
  readonly where: Expression | undefined;
  readonly span: Span;
}

// --- Declarations ---

interface Declared {
  readonly name: Name;
  /** The `##` lines directly above, without `##`, joined by `\n`; empty if none. */
  readonly doc: string;
  readonly span: Span;
}

/** `use "lib/x.braid" version "1.4" as x` */
export interface UseSyntax extends Declared {
  readonly kind: 'use';
  readonly path: StringSyntax;
  readonly version: StringSyntax | undefined;
}

export type Declaration =
  | UseSyntax
  | (Declared & { readonly kind: 'type'; readonly alternatives: readonly StringSyntax[] })
  | (Declared & {
      readonly kind: 'record';
      readonly key: readonly Name[];
      readonly fields: readonly { readonly name: Name; readonly type: TypeSyntax }[];
    })
  | (Declared & {
      readonly kind: 'param';
      readonly type: TypeSyntax;
      readonly default: Expression | undefined;
      readonly where: Expression | undefined;
    })
  | (Declared & { readonly kind: 'secret' })
  | (Declared & { readonly kind: 'location'; readonly type: TypeSyntax })
  | LetSyntax
  | (Declared & { readonly kind: 'env'; readonly fields: readonly FieldEntry[] })
  | DefaultsSyntax
  | { readonly kind: 'policy'; readonly fields: readonly FieldEntry[]; readonly span: Span }
  | {
      readonly kind: 'notify';
      readonly channel: Expression;
      readonly on: readonly Name[];
      readonly span: Span;
    }
  | StepSyntax
  | CallDeclarationSyntax
  | (Declared & {
      readonly kind: 'output';
      readonly type: TypeSyntax | undefined;
      readonly source: SourceSyntax;
      readonly publish: Expression | undefined;
    });

export interface LetSyntax extends Declared {
  readonly kind: 'let';
  readonly type: TypeSyntax | undefined;
  readonly value: Expression;
}

export interface DefaultsSyntax {
  readonly kind: 'defaults';
  readonly items: readonly StepItem[];
  readonly span: Span;
}

export interface StepSyntax extends Declared {
  readonly kind: 'step';
  readonly for: ForSyntax | undefined;
  readonly items: readonly StepItem[];
}

/** `call CALLEE as NAME for each ... { ... }`; `name` is the NAME. */
export interface CallDeclarationSyntax extends Declared {
  readonly kind: 'call';
  readonly callee: Name;
  readonly for: ForSyntax | undefined;
  readonly items: readonly StepItem[];
  readonly arguments: readonly { readonly name: Name; readonly source: SourceSyntax }[];
}

export interface FieldEntry {
  readonly name: Name;
  readonly value: Expression;
}

// --- Items of a step (and of a call, `defaults`, `tune`) ---

export type StepItem =
  | {
      readonly kind: 'in';
      readonly name: Name;
      readonly type: TypeSyntax | undefined;
      readonly source: SourceSyntax;
      readonly span: Span;
    }
  | {
      readonly kind: 'out';
      readonly name: Name;
      readonly type: TypeSyntax;
      readonly from: Expression | undefined;
      readonly expect: Expression | undefined;
      readonly span: Span;
    }
  | LetSyntax
  | { readonly kind: 'when'; readonly condition: Expression; readonly span: Span }
  | {
      readonly kind: 'after';
      readonly quantifier: 'all' | 'any' | undefined;
      /** A step's name, or `workflow`. */
      readonly target: Name;
      readonly statuses: readonly Name[];
      readonly span: Span;
    }
  | { readonly kind: 'env'; readonly name: Name; readonly span: Span }
  | { readonly kind: 'vars'; readonly fields: readonly FieldEntry[]; readonly span: Span }
  | { readonly kind: 'resources'; readonly fields: readonly FieldEntry[]; readonly span: Span }
  | {
      readonly kind: 'retry';
      readonly attempts: Expression;
      /** Absent if there is no block: any cause is retried. */
      readonly clauses: readonly RetryClauseSyntax[] | undefined;
      readonly span: Span;
    }
  | { readonly kind: 'tolerate'; readonly budget: Expression; readonly span: Span }
  | {
      readonly kind: 'limit';
      readonly count: Expression;
      readonly per: readonly Name[];
      readonly span: Span;
    }
  | {
      readonly kind: 'bundle';
      readonly count: Expression;
      readonly by: readonly Name[];
      readonly span: Span;
    }
  | { readonly kind: 'priority'; readonly value: Expression; readonly span: Span }
  | { readonly kind: 'pin'; readonly site: Name; readonly span: Span }
  | {
      readonly kind: 'register';
      readonly name: Name;
      readonly as: Expression;
      readonly at: Expression;
      readonly fields: readonly FieldEntry[];
      readonly span: Span;
    }
  | { readonly kind: 'script'; readonly body: ScriptSyntax; readonly span: Span }
  | { readonly kind: 'undo'; readonly body: ScriptSyntax; readonly span: Span }
  | { readonly kind: 'batch'; readonly fields: readonly FieldEntry[]; readonly span: Span };

export interface RetryClauseSyntax {
  readonly causes: readonly {
    readonly name: Name;
    /** Exit codes of `exit(75, 111)`; empty if written without. */
    readonly codes: readonly number[];
    readonly span: Span;
  }[];
  readonly fields: readonly FieldEntry[];
  readonly span: Span;
}

export type ScriptSyntax =
  | {
      readonly form: 'inline';
      readonly language: Name;
      readonly text: StringSyntax;
      readonly span: Span;
    }
  | {
      readonly form: 'file';
      readonly language: Name;
      readonly path: StringSyntax;
      readonly arguments: Expression | undefined;
      readonly span: Span;
    }
  | { readonly form: 'exec'; readonly command: Expression; readonly span: Span };

// --- Site files ---

export interface SiteSyntax {
  readonly kind: 'site';
  readonly name: Name;
  readonly items: readonly SiteItem[];
  readonly span: Span;
}

export type SiteItem =
  | {
      readonly kind: 'runner';
      readonly runner: Name;
      readonly fields: readonly FieldEntry[];
      readonly span: Span;
    }
  | { readonly kind: 'storage'; readonly fields: readonly FieldEntry[]; readonly span: Span }
  | {
      readonly kind: 'location';
      readonly name: Name;
      readonly value: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'param';
      readonly name: Name;
      readonly value: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'env';
      readonly name: Name;
      readonly fields: readonly FieldEntry[];
      readonly span: Span;
    }
  | {
      readonly kind: 'tune';
      readonly patterns: readonly Name[];
      readonly items: readonly StepItem[];
      readonly span: Span;
    }
  | {
      readonly kind: 'channel';
      readonly name: StringSyntax;
      readonly value: Expression;
      readonly span: Span;
    };
