import type { Key, Program, Read, Step, Table, Value } from '../../dsl/index.ts';
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
}

/** `values[codes[ordinal]]`; `values` are distinct and in key order. */
export interface KeyColumn {
  readonly dimension: string;
  readonly values: readonly Key[];
  readonly codes: Uint32Array;
}

/** The row of `table`, or the element of `list`, that a scatter variable stands for. */
export interface VariableColumn {
  readonly variable: string;
  readonly source: { readonly table: Table } | { readonly list: readonly Value[] };
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
  | { readonly kind: 'unknown' };

export interface PlannedOutput {
  readonly name: string;
  readonly reads: readonly PlannedRead[];
}
