import { forEachReader } from './fan-out/readers.ts';
import type { RunState } from './state.ts';
import type { Link } from './wiring.ts';

/**
 * `seeds` and all that read them or come after them, directly or through others, as far as `isWanted`: the
 * way ends at what is not. `isWay`: only along these links.
 */
export function withFollowers(
  state: RunState,
  seeds: readonly number[],
  isWanted: (instance: number) => boolean,
  isWay?: (link: Link) => boolean,
): Set<number> {
  const found = new Set<number>();
  const work = [...seeds];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    const follow = (reader: number) => {
      if (!found.has(reader) && isWanted(reader)) work.push(reader);
    };
    forEachReader(state, at, follow, isWay);
  }
  return found;
}
