import { eachOf } from './ranges.ts';
import { undoOrder } from './rollback.ts';
import { flag, hasFlag, type Rollback, type RunState } from './state.ts';

/** How far a roll-back has come: `decide`'s own memory, made anew after a restart. */
export interface Descent {
  readonly id: string;
  /** Lists of instances, readers before what they read. */
  readonly levels: readonly (readonly number[])[];
  level: number;
  /** Of this level: not begun. */
  waiting: number[];
  /** Of this level: begun and not known to have ended. */
  open: Set<number>;
}

/** The one of this roll-back, made when first asked for; it stands before its first level. */
export function descentOf(
  frontier: { descent: Descent | undefined },
  state: RunState,
  rollback: Rollback,
): Descent {
  if (frontier.descent?.id === rollback.id) return frontier.descent;
  const undo = new Set(eachOf(rollback.undo));
  const levels = undoOrder(state, new Set(eachOf(rollback.instances)), undo);
  const descent = { id: rollback.id, levels, level: -1, waiting: [], open: new Set<number>() };
  frontier.descent = descent;
  return descent;
}

/** Goes to a level; what of it is undone, or under way from an earlier engine, is not begun again. */
export function enter(descent: Descent, state: RunState, level: number): void {
  const left = (descent.levels[level] ?? []).filter((i) => !hasFlag(state, i, flag.undone));
  descent.level = level;
  descent.open = new Set(left.filter((i) => state.attempts.has(i)));
  descent.waiting = left.filter((i) => !state.attempts.has(i));
}
