import type {
  Expression,
  Generator,
  Key,
  Program,
  Read,
  Scope,
  Step,
  Table,
  Value,
} from '../../dsl/index.ts';
import type { BoundSite } from '../site/bound-site.ts';

/**
 * What a workflow means with its parameters: every instance, as columns. Instances are numbered through
 * the plan: instance `step.first + ordinal`. Edges are relations between steps, never objects.
 */
export interface Plan {
  readonly program: Program;
  /** The site that it was made for; its locations are in `globals`, its tunes in `program`. */
  readonly site?: BoundSite | undefined;
  /** Values of params, plan-time lets and locations, by name. */
  readonly globals: ReadonlyMap<string, Value>;
  /** In the order of declaration. */
  readonly steps: readonly PlannedStep[];
  /** Indices into `steps`: producers before consumers; steps of a `previous` cycle stand together. */
  readonly order: readonly number[];
  readonly instances: Bounds;
  /** Element-wise, shared and gathered partners counted one by one. */
  readonly edges: Bounds;
  readonly outputs: readonly PlannedOutput[];
  /** A digest of the meaning: source, parameters, tables read. Hex. */
  readonly fingerprint: string;
  /** Values of the files that were read, for what is evaluated again while the plan grows. */
  readonly reader?: NonNullable<Scope['reader']>;
  /** Of the plan of a run, where steps fan out at run time: what it has come to (`growth.ts`). */
  readonly growth?: PlanGrowth;
}

/** Where the instances stand that a plan has got while it runs: their numbers follow the others. */
export interface PlanGrowth {
  /** Number of the first of them. */
  readonly first: number;
  readonly count: number;
  /** By number less `first`: the step, and the ordinal in it. */
  readonly stepOf: Uint32Array;
  readonly ordinalOf: Uint32Array;
  /** Rows that have become, or will become, instances or further rows; by their id. */
  readonly rows: readonly OpenRow[];
}

/** How instances of a dynamic step come to be: rows known when planning, then one stage after another. */
export interface Fan {
  /** Rows of keys and variables, as for a step that is known. */
  readonly base: {
    readonly count: number;
    readonly keys: readonly KeyColumn[];
    readonly variables: readonly VariableColumn[];
  };
  readonly stages: readonly Stage[];
}

/** What a row waits for: the elements of a generator, or (without one) whether a condition holds. */
export interface Stage {
  readonly generator: Generator | undefined;
  /** Filters the elements; at the last stage only. */
  readonly where: Expression | undefined;
  /** Outputs that have to be there. */
  readonly reads: readonly Read[];
}

/** A row of a dynamic step from which a stage makes further ones: rows of the next, or instances. */
export interface OpenRow {
  readonly id: number;
  /** Index of its step, and of the stage that it waits for. */
  readonly step: number;
  readonly stage: number;
  /** Its row among `Fan.base`. */
  readonly base: number;
  /** The row that it was made from, and which element of that stage it is. */
  readonly parent: OpenRow | undefined;
  readonly at: number;
  /** All keys that it has. */
  readonly keys: ReadonlyMap<string, Key>;
  /** Names the results that it was last expanded with; undefined before. */
  readonly made: string | undefined;
  /** By the text of their new keys: ids of rows, or numbers of instances. */
  readonly children: ReadonlyMap<string, number>;
  /** Those of them that its last expansion no longer named. */
  readonly gone: ReadonlySet<number>;
}

/** `max` is Infinity where nothing bounds it. Equal where known. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export interface PlannedStep {
  readonly step: Step;
  readonly index: number;
  /** Number of its first instance in the plan. */
  readonly first: number;
  /** Instances enumerated here; 0 for a step with a dynamic dimension. */
  readonly count: number;
  readonly bounds: Bounds;
  readonly dynamic: boolean;
  /** One a dimension, in the step's order; sorted by key order, last dimension fastest. */
  readonly keys: readonly KeyColumn[];
  /** One a generator with a row or element variable: where its value is found. */
  readonly variables: readonly VariableColumn[];
  readonly reads: readonly PlannedRead[];
  /** 1 where a plan-time `when` is false; absent if there is none. */
  readonly skipped: Uint8Array | undefined;
  /** Of a dynamic step. */
  readonly fan?: Fan;
  /** Of a step that has grown: numbers of its instances by ordinal (they do not stand together). */
  readonly numbers?: Uint32Array;
  /** Of a step that has grown: the row that an ordinal was made from, and its element there. */
  readonly origin?: (ordinal: number) => { readonly row: OpenRow; readonly at: number };
}

/** `values[codes[ordinal]]`; `values` are distinct and in key order. */
export interface KeyColumn {
  readonly dimension: string;
  readonly values: readonly Key[];
  readonly codes: Uint32Array;
}

/**
 * The row of `table`, or the element of `list`, that a scatter variable stands for; of a dynamic one the
 * element is of what `stage` gives at run time, and nothing is known here.
 */
export interface VariableColumn {
  readonly variable: string;
  readonly source:
    | { readonly table: Table }
    | { readonly list: readonly Value[] }
    | { readonly stage: number };
  readonly codes: Uint32Array;
}

export interface PlannedRead {
  readonly read: Read;
  /** Name of the input it belongs to. */
  readonly input: string;
  /** Index of the producing step in `Plan.steps`. */
  readonly producer: number;
  readonly relation: Relation;
  readonly perInstance: Bounds;
}

/**
 * Which ordinals of the producer a consumer's ordinal reads.
 * `identity`: the same ordinal. `constant`: one for all. `map`: `to[consumer]`, -1 where there is none.
 * `groups`: consumer `c` reads `members[offsets[g]..offsets[g+1])` with `g = groupOf[c]` (in key order;
 * `groupOf` absent: one group, 0, for all); consumers that share a group share its counter.
 * `previous`: along the chain: `to[consumer]` is the producer's ordinal with the greatest earlier key, and
 * `before[producer]` the next one to try where that one is absent; -1 ends it.
 * `unknown`: one of the two is dynamic.
 * `grown`: the same in the plan of a run: members in key order, undefined while they are not all known.
 */
export type Relation =
  | { readonly kind: 'identity' }
  | { readonly kind: 'constant'; readonly to: number }
  | { readonly kind: 'map'; readonly to: Int32Array }
  | {
      readonly kind: 'groups';
      readonly groupOf: Int32Array | undefined;
      readonly offsets: Uint32Array;
      readonly members: Uint32Array;
    }
  | { readonly kind: 'previous'; readonly to: Int32Array; readonly before: Int32Array }
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'grown';
      readonly members: (consumer: number) => readonly number[] | undefined;
    };

export interface PlannedOutput {
  readonly name: string;
  readonly reads: readonly PlannedRead[];
}
