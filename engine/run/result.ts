import type { Result, Standing, Standings } from '../bind/binding.ts';
import { standingOf } from './standing.ts';
import { type OwnResult, placeOf, type RunState } from './state.ts';

/**
 * Directory of an attempt below that of its run: ordinals only, never a user's text, and at most a
 * thousand entries a level.
 */
export function attemptDirectory(
  state: RunState,
  root: string,
  instance: number,
  number: number,
): string {
  const { step, ordinal } = placeOf(state, instance);
  return `${root}/${step}/${Math.floor(ordinal / 1000)}/${ordinal}/${number}`;
}

/** What a succeeded instance left, with the run's directory `root` (absolute). */
export function resultOf(state: RunState, root: string, instance: number): Result | undefined {
  const own = state.own.get(instance);
  return own ? ownResult(state, root, instance, own) : state.borrowed.get(instance);
}

/** What it had left before it was reset, if anything. */
export function formerResult(state: RunState, root: string, instance: number): Result | undefined {
  const former = state.former.get(instance);
  if (!former) return undefined;
  return 'directory' in former ? former : ownResult(state, root, instance, former);
}

function ownResult(state: RunState, root: string, instance: number, own: OwnResult): Result {
  return {
    fingerprint: own.fingerprint,
    directory: `${attemptDirectory(state, root, instance, own.number)}/work`,
    values: own.left?.values ?? {},
    files: own.left?.files ?? [],
  };
}

/** How instances stand for the binder. */
export function standingsOf(state: RunState, root: string): Standings {
  const unknown: Standing = { kind: 'unknown', fingerprint: undefined };
  const absent: Standing = { kind: 'absent' };
  return {
    generation: () => state.generation,
    of(instance) {
      const standing = standingOf(state, instance, true);
      if (standing === 'absent') return absent;
      if (standing !== 'present') return unknown;
      const result = resultOf(state, root, instance);
      return result ? { kind: 'result', result } : unknown;
    },
  };
}
