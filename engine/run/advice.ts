import type { Outcome, Usage } from '../ports.ts';
import type { AttemptEnded, Left } from './event.ts';
import type { Scene } from './scene.ts';
import {
  causeWord,
  isStopping,
  isUncharged,
  isUnwanted,
  type OpenAttempt,
  type RunState,
} from './state.ts';

/** What an attempt came to, from the evidence. */
export interface Ending {
  readonly outcome: Outcome;
  readonly usage: Usage;
  readonly left: Left | undefined;
  /** For people, of a good end. */
  readonly warnings?: readonly string[];
}

/** Preempted, lost and infrastructure together, since the last reset. */
const UNCHARGED_BUDGET = 5;

/** The event of an attempt's end, with what its step's `retry` says of a failure. */
export function endingOf(scene: Scene, attempt: OpenAttempt, ending: Ending): AttemptEnded {
  const { instance, number } = attempt;
  const { outcome, usage, left } = ending;
  const again = outcome.kind === 'failed' ? againOf(scene, attempt, outcome.cause) : undefined;
  const isEmpty = left && left.files.length === 0 && Object.keys(left.values).length === 0;
  return {
    kind: 'attempt.ended',
    instance,
    number,
    outcome,
    usage,
    ...(left && !isEmpty ? { left } : {}),
    ...(again ? { again } : {}),
    ...(attempt.undo ? { undo: attempt.undo } : {}),
  };
}

function againOf(
  scene: Scene,
  attempt: OpenAttempt,
  cause: Extract<Outcome, { kind: 'failed' }>['cause'],
): AttemptEnded['again'] | undefined {
  const { state, binder, nowMs } = scene;
  const { instance, number, resources } = attempt;
  if (isUnwanted(state, instance) || state.cancelled) return undefined;
  if (attempt.undo) {
    // Once taken back by half, only a person can say what helps; what the place did is no fault of the script.
    const isAgain = isUncharged(cause) && unchargedOf(state, instance) < UNCHARGED_BUDGET;
    return isAgain ? { atMs: nowMs, resources } : undefined;
  }
  if (isStopping(state)) return undefined;
  const causes = state.causes.get(instance) ?? {};
  const uncharged = isUncharged(cause);
  if (uncharged && unchargedOf(state, instance) >= UNCHARGED_BUDGET) return undefined;
  const advice = binder.retry(instance, {
    cause,
    resources,
    number,
    charged: (state.instances.charged[instance] ?? 0) + (uncharged ? 0 : 1),
    ofCause: (causes[causeWord(cause)] ?? 0) + 1,
  });
  if (advice.kind === 'give up') return undefined;
  return { atMs: nowMs + advice.waitMs, resources: advice.resources };
}

function unchargedOf(state: RunState, instance: number): number {
  const causes = state.causes.get(instance) ?? {};
  return (causes.preempted ?? 0) + (causes.lost ?? 0) + (causes.infrastructure ?? 0);
}
