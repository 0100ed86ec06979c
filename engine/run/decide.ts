import { numbersOf } from '../plan/instance.ts';
import { allot } from './allot.ts';
import { bindReady } from './bind-ready.ts';
import { dropRows, expandRows } from './fan-out/expand-rows.ts';
import { environmentName, toUnbound, unpark } from './frontier.ts';
import { tellEnd } from './notify.ts';
import { toRanges } from './ranges.ts';
import { registerFiles } from './register.ts';
import type { Decision, Scene } from './scene.ts';
import { hasFailed, isStopping, type RunState } from './state.ts';
import { isPending } from './states.ts';
import { takeBack } from './take-back.ts';

/**
 * What is to be done now. Reads the frontier only, so that it costs what has changed; its events are to
 * be reduced and made durable before its effects are acted on. Asking again with those reduced gives
 * what follows, until nothing does.
 */
export function decide(scene: Scene): Decision {
  const decision: Decision = { events: [], effects: [] };
  const { state } = scene;
  if (state.run !== 'running' && state.run !== 'pausing') return decision;
  wakeDue(scene);
  registerFiles(scene, decision);
  if (state.rollback) takeBack(scene, state.rollback, decision);
  else if (begins(state)) {
    expandRows(scene, decision);
    // Their instances are there once that is reduced.
    if (decision.events.length > 0) return decision;
    bindReady(scene, decision);
    if (isStopping(state)) stop(scene, decision);
    allot(scene, decision);
  }
  if (decision.events.length === 0) end(scene, decision);
  return decision;
}

/** Instances may begin: the run is neither being left nor rolled back. */
export function begins(state: RunState): boolean {
  return state.run === 'running' && !state.cancelled && !state.rollback;
}

/** The run's clock at which something falls due of itself; undefined if nothing does. */
export function nextDueMs(scene: Scene): number | undefined {
  const { frontier, state } = scene;
  let at = frontier.due.peek()?.atMs;
  for (const environment of state.environments.values()) {
    if (environment.kind !== 'failed' || environment.againAtMs === undefined) continue;
    at = Math.min(at ?? environment.againAtMs, environment.againAtMs);
  }
  return at;
}

function wakeDue(scene: Scene): void {
  const { due, place } = scene.frontier;
  for (let next = due.peek(); next && next.atMs <= scene.nowMs; next = due.peek()) {
    due.pop();
    if (place.get(next.instance) === 'due') toUnbound(scene.frontier, next.instance);
  }
  for (const [id, known] of scene.state.environments) {
    if (known.kind === 'failed' && (known.againAtMs ?? Number.POSITIVE_INFINITY) <= scene.nowMs) {
      unpark(scene.frontier, environmentName(id));
    }
  }
}

/** What has not begun when the run stops is cancelled, once nothing is under way. */
function stop(scene: Scene, decision: Decision): void {
  const { state } = scene;
  if (state.closed || state.attempts.size > 0 || decision.events.length > 0) return;
  const left: number[] = [];
  for (const step of state.plan.steps) {
    if (state.wiring.closing[step.index] === 1) continue;
    for (const i of numbersOf(step)) {
      if (isPending[state.instances.state[i] ?? 0]) left.push(i);
    }
  }
  dropRows(scene, decision);
  if (left.length === 0) return;
  decision.events.push({
    kind: 'instance.cancelled',
    instances: toRanges(left),
    because: 'the run stops at its first failure',
  });
}

function end(scene: Scene, decision: Decision): void {
  const { state } = scene;
  if (state.attempts.size > 0) return;
  if (state.rollback) {
    // A cancelled one has been ended; one that is left here goes on with the next engine.
    if (state.run === 'pausing') decision.events.push({ kind: 'run.ended', state: 'interrupted' });
    return;
  }
  const ended = state.ended.reduce((sum, count) => sum + count, 0);
  const growing = state.fan?.pending.some((rows) => rows > 0) ?? false;
  if (ended === state.wiring.size && !growing) {
    const verdict = state.cancelled ? 'cancelled' : hasFailed(state) ? 'failed' : 'succeeded';
    if (tellEnd(scene, verdict, decision)) return;
    decision.events.push({ kind: 'run.ended', state: verdict });
  } else if (state.run === 'pausing') {
    decision.events.push({ kind: 'run.ended', state: 'interrupted' });
  }
}
