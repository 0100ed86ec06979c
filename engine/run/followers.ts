import { forEachReader } from './fan-out/readers.ts';
import type { RunState } from './state.ts';

/**
 * `seeds` and all that read them or come after them, directly or through others, as far as `isWanted`: the
 * way ends at what is not.
 */
export function withFollowers(
  state: RunState,
  seeds: readonly number[],
  isWanted: (instance: number) => boolean,
): Set<number> {
  const found = new Set<number>();
  const work = [...seeds];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    forEachReader(state, at, (reader) => {
      if (!found.has(reader) && isWanted(reader)) work.push(reader);
    });
  }
  return found;
}
