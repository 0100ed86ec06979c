import type { Close } from '../ports.ts';
import { madeAnew } from '../run/made-anew.ts';
import { eachOf } from '../run/ranges.ts';
import { formerResult, resultOf } from '../run/result.ts';
import { flag, hasFlag, type Rollback, type RunState } from '../run/state.ts';
import type { Engine } from './engine.ts';

/** Between the first two tries; then twice as long each time. */
const WAIT_MS = 1_000;
/** After so long without success the roll-back is given up. */
const PATIENCE_MS = 60_000;

/**
 * Results of what is rolled back leave the index before anything of it is undone, or made anew. An index
 * that refuses (it is locked, its disk is full) is asked again, and in the end the roll-back stops: what is
 * undone must not be found by anybody. Called whenever a roll-back may have begun.
 */
export function forgetter(engine: Engine, closes: Close[]): () => void {
  const { scene, options } = engine;
  const { state } = scene;
  const { clock, onNotice } = options;
  let trying: string | undefined;
  let close: Close | undefined;
  closes.push(() => close?.());
  const end = (id: string, isDone: boolean) => {
    trying = undefined;
    scene.leaving = { id, isDone };
    engine.mail.poke();
  };
  const attempt = (rollback: Rollback, sinceMs: number, waitMs: number) => {
    const { id } = rollback;
    const fingerprints = fingerprintsOf(state, scene.root, rollback);
    const isGone = fingerprints.length === 0 || options.forget?.(fingerprints) !== false;
    // Where an undo has begun they had left.
    if (isGone || hasBegun(state, rollback)) return end(id, true);
    if (clock.runMs() - sinceMs >= PATIENCE_MS) {
      onNotice?.('the index of results still refuses to be changed: the roll-back is given up');
      return end(id, false);
    }
    onNotice?.(
      'results that are rolled back cannot leave the index of results (locked, or its disk is full): ' +
        `nothing is undone before; tried again in ${waitMs / 1_000} s`,
    );
    close = clock.wake(clock.runMs() + waitMs, () => {
      if (engine.isGone()) return;
      if (state.rollback?.id === id) attempt(rollback, sinceMs, waitMs * 2);
      else trying = undefined;
    });
  };
  return () => {
    const { rollback } = state;
    if (!rollback || trying === rollback.id || scene.leaving?.id === rollback.id) return;
    trying = rollback.id;
    attempt(rollback, clock.runMs(), WAIT_MS);
  };
}

/** Of all that these instances left in this run. */
export function fingerprintsOf(
  state: RunState,
  root: string,
  rollback: Rollback,
): readonly string[] {
  const found = [...madeAnew(state, rollback)].flatMap((instance) => [
    ...[resultOf(state, root, instance), formerResult(state, root, instance)].flatMap(
      (result) => result?.fingerprint ?? [],
    ),
    ...(state.past.get(instance) ?? []),
  ]);
  return [...new Set(found)];
}

function hasBegun(state: RunState, { undo }: Rollback): boolean {
  for (const i of eachOf(undo)) {
    if (hasFlag(state, i, flag.undone) || state.attempts.get(i)?.undo) return true;
  }
  return false;
}
