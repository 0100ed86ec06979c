import { attemptDirectory, type Plan, type RunState, selectorOver } from '../../engine/index.ts';
import { type Context, UsageError } from '../context.ts';
import { openRun, type RunView } from './run-view.ts';

/** The instances that a selector names; a wrong one, or one that names none, is wrong usage. */
export function chosenInstances(plan: Plan, state: RunState, text: string): readonly number[] {
  const selected = selectorOver(plan)(text, state);
  if ('instances' in selected) return selected.instances;
  throw new UsageError(selected.invalid, undefined, selected.diagnostics);
}

/** The one instance that a selector names; more, or none, is wrong usage. */
export function oneInstance(view: RunView, state: RunState, text: string): number {
  const instances = chosenInstances(view.plan, state, text);
  const [first] = instances;
  if (instances.length === 1 && first !== undefined) return first;
  const some = instances.slice(0, 3).map((instance) => `\`${view.binder.name(instance)}\``);
  throw new UsageError(
    `\`${text}\` names ${instances.length} instances`,
    `name one, such as ${some.join(', ')}`,
  );
}

/** One attempt of one instance, and where it is. */
export interface AttemptPlace {
  readonly name: string;
  readonly attempt: number;
  /** Absolute. */
  readonly directory: string;
}

/** The attempt of an instance that a command names: the last one, unless `options.attempt` says which. */
export async function findAttempt(
  context: Context,
  run: string,
  selector: string,
  options: { readonly dir?: string; readonly attempt?: number },
): Promise<AttemptPlace> {
  const view = await openRun(context, options, run);
  const state = await view.fold();
  const instance = oneInstance(view, state, selector);
  const attempt = attemptOf(view, state, instance, options.attempt);
  const directory = attemptDirectory(state, view.paths.directory, instance, attempt);
  view.close();
  return { name: view.binder.name(instance), attempt, directory };
}

/** The attempt asked for, or the last one; an instance without attempts is wrong usage. */
function attemptOf(
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
