import type { GrowingPlan } from '../../plan/growth.ts';
import type { GrownRow } from '../event.ts';
import type { Joint } from './joint.ts';

/** What the fold keeps of fan-out at run time; absent for a plan that is complete when it is made. */
export interface FanState {
  readonly growing: GrowingPlan;
  /** By id of the plan's rows. */
  readonly rows: RowState[];
  /** Rows whose sources are there and that have not been expanded with them. */
  readonly open: Set<number>;
  /** By step: rows that wait or are open. */
  readonly pending: Int32Array;
  /** By index of the link. */
  readonly joints: Map<number, Joint>;
  /** Every expansion, as its event said it: with them the plan grows again. */
  readonly history: GrownRow[];
  /** Rows whose expansion has no value, with the results for which that holds. */
  readonly faults: Map<number, { readonly made: string; readonly text: string }>;
  /** Rows that were not expanded since the run stopped; none once something begins anew. */
  readonly dropped: Set<number>;
  /** The run has grown so large that it waits for a word: instances that it would have. */
  held: number | undefined;
  /** A person holds the whole run: nothing is expanded. */
  paused: boolean;
  /** That word was given. */
  allowed: boolean;
}

export interface RowState {
  /** Sources, and the row that it is from, that are not decided. */
  waits: number;
  absent: boolean;
  blocked: boolean;
  /**
   * `waiting` for its sources, `open` to be expanded, `expanded`; `absent`: there is nothing to expand;
   * `dead`: what it would be made from failed, and what reads it is blocked.
   */
  standing: 'waiting' | 'open' | 'expanded' | 'absent' | 'dead';
}
