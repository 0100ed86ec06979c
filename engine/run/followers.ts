import { forEachConsumer } from '../plan/relation.ts';
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
    const step = state.wiring.stepOf[at] ?? 0;
    const ordinal = at - (state.plan.steps[step]?.first ?? 0);
    for (const link of state.wiring.from[step] ?? []) {
      const first = state.plan.steps[link.consumer]?.first ?? 0;
      forEachConsumer(link.reverse, ordinal, (consumer) => {
        const follower = first + consumer;
        if (!found.has(follower) && isWanted(follower)) work.push(follower);
      });
    }
  }
  return found;
}
