import type { ClosedType, RecordType, Type } from './check/type.ts';
import type { CompiledScript } from './script/script.ts';
import type { Expression, GatherSyntax, PreviousSyntax, SourceSyntax } from './syntax/tree.ts';
import type { SourceText, Span } from './text/source.ts';

/**
 * A checked workflow: every name is known, every read has its dimensions, every expression its type.
 * Expressions stay syntax and are evaluated by name (`evaluate/`): names are unique, since a step may
 * not shadow globals. Only a Program without errors is planned.
 */
export interface Program {
  readonly source: SourceText;
  readonly name: string;
  readonly version: string | undefined;
  readonly language: number;
  readonly doc: string;
  readonly types: ReadonlyMap<string, ClosedType>;
  readonly records: ReadonlyMap<string, RecordType>;
  readonly params: readonly Param[];
  readonly lets: readonly Let[];
  readonly locations: readonly Location[];
  readonly secrets: readonly string[];
  readonly environments: ReadonlyMap<string, Environment>;
  readonly policy: ReadonlyMap<string, Expression>;
  readonly notifications: readonly Notification[];
  readonly steps: readonly Step[];
  readonly outputs: readonly WorkflowOutput[];
  /** Types of expressions that were inferred, by node; `unknown` is never stored. */
  readonly typeOf: (node: SourceSyntax) => Type;
}

export interface Param {
  readonly name: string;
  readonly type: Type;
  readonly default: Expression | undefined;
  readonly where: Expression | undefined;
  readonly doc: string;
  readonly span: Span;
}

export interface Let {
  readonly name: string;
  readonly type: Type;
  readonly value: Expression;
  readonly phase: Phase;
  readonly span: Span;
}

export interface Location {
  readonly name: string;
  readonly type: Type;
  readonly span: Span;
}

export interface Environment {
  readonly name: string;
  readonly fields: ReadonlyMap<string, Expression>;
  readonly span: Span;
}

/** `plan`: only params, lets, scatter names and row attributes; `run`: also values that steps make. */
export type Phase = 'plan' | 'run';

export interface Step {
  /** Inside a call with the call's name in front: `objects.measure`. */
  readonly name: string;
  /**
   * For a step inside of calls: how many of its dimensions, from the first, each call gives it, outermost
   * first. An instance is written with them in the call's place: `objects[tract=1].measure[coadd=3]`.
   */
  readonly calls?: readonly number[];
  readonly doc: string;
  readonly span: Span;
  /** In the order in which they were introduced; keys are written in this order. */
  readonly dimensions: readonly Dimension[];
  readonly generators: readonly Generator[];
  readonly where:
    | {
        readonly expression: Expression;
        readonly phase: Phase;
        /** Outputs of other steps that the condition reads, by match. */
        readonly reads: readonly Read[];
      }
    | undefined;
  readonly inputs: readonly Input[];
  /** The `where` of a library's params that only the instance can test (E0414). */
  readonly requires?: readonly { readonly param: string; readonly condition: Expression }[];
  readonly outputs: readonly Output[];
  readonly lets: readonly Let[];
  readonly when: { readonly expression: Expression; readonly phase: Phase } | undefined;
  readonly after: readonly After[];
  readonly environment: string | undefined;
  readonly vars: ReadonlyMap<string, Expression>;
  /** `defaults` merged in by field. */
  readonly resources: ReadonlyMap<string, Expression>;
  readonly retry: Retry | undefined;
  readonly tolerate: Expression | undefined;
  readonly priority: Expression | undefined;
  readonly limit: { readonly count: Expression; readonly per: readonly string[] } | undefined;
  readonly bundle: { readonly count: Expression; readonly by: readonly string[] } | undefined;
  readonly pin: string | undefined;
  readonly script: CompiledScript;
  /** Takes back what the script did to a store; run when an instance is rolled back. */
  readonly undo: CompiledScript | undefined;
  readonly registers: readonly Register[];
}

/** `register image as "deepCoadd" at "/DESC/..." { ... }`: an entry for the data catalogue after success. */
export interface Register {
  /** Name of the step's output. */
  readonly output: string;
  /** The type that it has in the catalogue. */
  readonly as: Expression;
  /** Its path in the catalogue. */
  readonly at: Expression;
  readonly attributes: ReadonlyMap<string, Expression>;
  readonly span: Span;
}

/** `notify "desc-ops" on failed, finished`: a message when the run ends like that. */
export interface Notification {
  /** Name of a channel; a site or user file says where it leads. */
  readonly channel: Expression;
  /** Ends of the run: `succeeded`, `failed`, `finished`. */
  readonly on: readonly string[];
  readonly span: Span;
}

export interface Dimension {
  readonly name: string;
  /** The type of its keys: int, float, bool, string or a closed string; int for positions. */
  readonly type: Type;
  /** Keyed by position from 0, since the elements are no keys themselves. */
  readonly positional: boolean;
  /** Its keys are known only when a step has ended. */
  readonly dynamic: boolean;
}

export interface Generator {
  /** The name of the element or row (`v`), absent for a tuple of columns. */
  readonly variable: string | undefined;
  readonly elementType: Type;
  readonly source: Expression;
  readonly span: Span;
  /**
   * `rows`: a table whose key columns are the dimensions; `columns`: these columns of a table, made
   * distinct; `list`: the elements of a list, range or closed type; `members`: those of the gather that
   * gives a param of a library, keyed by position. One instance reads one member: it waits for no other
   * one, and is skipped where its member is absent.
   */
  readonly form: 'rows' | 'columns' | 'list' | 'members';
  /** The gather, for `members`. */
  readonly members?: Read;
  /** Names of the dimensions it introduces, or (for `columns`) also restricts if they exist already. */
  readonly dimensions: readonly string[];
  /** The output of a step that gives the elements, where known only at run time. */
  readonly dynamic: DynamicSource | undefined;
  /** Outputs of other steps that `source` reads, by match; empty where all is known when planning. */
  readonly reads: readonly Read[];
}

export interface DynamicSource {
  readonly step: string;
  readonly output: string;
  /** `expect`; absent means `?` in the plan. */
  readonly expect: { readonly min: Expression; readonly max: Expression } | undefined;
}

export interface Input {
  readonly name: string;
  readonly type: Type;
  readonly span: Span;
  /** Evaluated with the values of `reads` standing for their nodes. */
  readonly source: SourceSyntax;
  readonly reads: readonly Read[];
  /** The script and `out`s never see it absent unless true (then `type` is optional). */
  readonly mayBeAbsent: boolean;
}

/** One place where a step (or an `output`) reads what another one makes. */
export interface Read {
  /** The node of `source` that this read gives the value of: a field, a select, a gather, a previous. */
  readonly node: Expression | GatherSyntax | PreviousSyntax;
  readonly kind: 'match' | 'gather' | 'previous';
  readonly step: string;
  /** An output's name, or a dimension's where `isKey`. */
  readonly output: string;
  readonly isKey: boolean;
  readonly span: Span;
  /** `p[d = e]`: dimension `d` fixed at `e`; `over` instead of a value where a gather introduces the name. */
  readonly selectors: readonly Selector[];
  /** Dimensions of the producer that agree with the reader's of the same name. */
  readonly matched: readonly string[];
  /** Dimensions collapsed by a gather; the one of `previous`. */
  readonly over: readonly string[];
  readonly via: Via | undefined;
  readonly where: { readonly expression: Expression; readonly phase: Phase } | undefined;
  /** The reader copes with an absent value (`??`, or a `when` that tests it): no E0311, no E0403. */
  readonly allowsAbsent: boolean;
  /** The gather may be empty (`?? []`, or the step's `when` uses it): no E0312. */
  readonly allowsEmpty: boolean;
  /** It gives one member of the gather: the one at the reader's key of this dimension (`members`). */
  readonly element?: string;
}

export interface Selector {
  readonly dimension: string;
  readonly value: Expression;
  /** The name that `over` introduces for it, where it is gathered under another name. */
  readonly bound: string | undefined;
}

export type Via =
  | { readonly kind: 'table'; readonly expression: Expression; readonly record: RecordType }
  | { readonly kind: 'step'; readonly step: string; readonly output: string };

export interface Output {
  readonly name: string;
  readonly type: Type;
  readonly span: Span;
  /** A path template for `file` and `dir`; a reader expression (`json("x").y`) for values. */
  readonly from: Expression | undefined;
  readonly expect: { readonly min: Expression; readonly max: Expression } | undefined;
}

export interface After {
  /** A step's name or `workflow`. */
  readonly target: string;
  /** Only these dimensions are matched; absent: all that both have. */
  readonly matched?: readonly string[];
  readonly quantifier: 'all' | 'any';
  /** Empty means `succeeded | skipped`. */
  readonly statuses: readonly string[];
  readonly span: Span;
}

export interface Retry {
  readonly attempts: Expression;
  /** Absent: any cause. Else only what is listed, the most specific clause counts. */
  readonly clauses: readonly RetryClause[] | undefined;
}

export interface RetryClause {
  readonly causes: readonly { readonly name: string; readonly codes: readonly number[] }[];
  /** `memory`, `time`, `wait`, `attempts`, ...: expressions over the failed attempt's resources. */
  readonly fields: ReadonlyMap<string, Expression>;
}

export interface WorkflowOutput {
  readonly name: string;
  readonly type: Type;
  readonly source: SourceSyntax;
  readonly reads: readonly Read[];
  readonly publish: Expression | undefined;
  readonly span: Span;
}
