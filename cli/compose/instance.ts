import type { RunState } from '../../engine/index.ts';
import { selectorOver } from '../../engine/index.ts';
import { UsageError } from '../context.ts';
import type { RunView } from './run-view.ts';

/** The one instance that a selector names; more, or none, is wrong usage. */
export function oneInstance(view: RunView, state: RunState, text: string): number {
  const selected = selectorOver(view.plan)(text, state);
  if ('invalid' in selected) throw new UsageError(selected.invalid);
  const [first] = selected.instances;
  if (selected.instances.length === 1 && first !== undefined) return first;
  const some = selected.instances
    .slice(0, 3)
    .map((instance) => `\`${view.binder.name(instance)}\``);
  throw new UsageError(
    `\`${text}\` names ${selected.instances.length} instances`,
    `name one, such as ${some.join(', ')}`,
  );
}

/** The attempt asked for, or the last one; an instance without attempts is wrong usage. */
export function attemptOf(
  view: RunView,
  state: RunState,
  instance: number,
  asked: number | undefined,
): number {
  const last = state.instances.attempts[instance] ?? 0;
  const name = view.binder.name(instance);
  if (last === 0) throw new UsageError(`${name} has no attempt in this run`);
  if (asked !== undefined && asked > last) {
    throw new UsageError(`${name} has ${last} attempt${last === 1 ? '' : 's'}`);
  }
  return asked ?? last;
}
