import { environmentVerdict } from './allot.ts';
import { resourcesOf, siteOf } from './bind-ready.ts';
import { type Descent, descentOf, enter } from './descent.ts';
import type { RunEvent } from './event.ts';
import { ledgerOf, limitName } from './frontier.ts';
import type { Decision, Scene } from './scene.ts';
import { flag, hasFlag, type Rollback, type RunState } from './state.ts';

/** So many that do not fit are looked past for others of their level. */
const WINDOW = 64;

/**
 * Goes on with a roll-back: the `undo` of one level after another, as many at a time as fit; then the event
 * of its end. Nothing else of the run begins meanwhile.
 */
export function takeBack(scene: Scene, rollback: Rollback, decision: Decision): void {
  const { state, frontier } = scene;
  const leaving = scene.leaving?.id === rollback.id ? scene.leaving : undefined;
  if (leaving?.isDone === false && !isUndoing(state)) {
    decision.events.push({
      kind: 'rollback.ended',
      id: rollback.id,
      state: 'failed',
      text: refused,
    });
    return;
  }
  const descent = descentOf(frontier, state, rollback);
  for (;;) {
    for (const instance of [...descent.open]) {
      if (state.attempts.has(instance)) continue;
      descent.open.delete(instance);
      const isDone = hasFlag(state, instance, flag.undone) || rollback.failed === instance;
      if (!isDone) descent.waiting.unshift(instance);
    }
    const isStopped = rollback.failed !== undefined || state.cancelled;
    if (isStopped || state.run !== 'running') {
      if (isStopped && !isUndoing(state)) decision.events.push(stopped(rollback));
      return;
    }
    if (!leaving) return;
    if (descent.waiting.length > 0 || descent.open.size > 0) break;
    if (descent.level + 1 >= descent.levels.length) {
      decision.events.push({ kind: 'rollback.ended', id: rollback.id, state: 'succeeded' });
      return;
    }
    enter(descent, state, descent.level + 1);
  }
  giveOut(scene, rollback, descent, decision);
}

/** An undo is under way, perhaps from an engine before this one. */
function isUndoing({ attempts }: RunState): boolean {
  return [...attempts.values()].some((attempt) => attempt.undo);
}

function stopped({ id, failed }: Rollback): RunEvent {
  if (failed === undefined) return { kind: 'rollback.ended', id, state: 'cancelled' };
  const text =
    'its undo failed: see its log, mend it, and roll back again; what is undone stays so';
  return { kind: 'rollback.ended', id, state: 'failed', instance: failed, text };
}

const refused =
  'its results could not leave the index of results (locked, or its disk is full): ' +
  'nothing was undone; roll back again once that is mended';

function giveOut(scene: Scene, rollback: Rollback, descent: Descent, decision: Decision): void {
  const aside: number[] = [];
  const taken = new Map<string, number>();
  let number = scene.state.submissionCount;
  while (aside.length < WINDOW) {
    const instance = descent.waiting.shift();
    if (instance === undefined) break;
    const verdict = tryOne(scene, instance, decision, taken, number + 1);
    if (verdict === 'begun') {
      number++;
      descent.open.add(instance);
    } else if (verdict === 'later') aside.push(instance);
    else {
      aside.push(instance);
      if (isUndoing(scene.state)) break;
      const { id } = rollback;
      const text = `its undo cannot begin: ${verdict.because}`;
      decision.events.push({ kind: 'rollback.ended', id, state: 'failed', instance, text });
      break;
    }
  }
  descent.waiting.unshift(...aside);
}

/** Offers the undo of one, if there is room and its environment is ready; or says why it never can. */
function tryOne(
  scene: Scene,
  instance: number,
  decision: Decision,
  taken: Map<string, number>,
  number: number,
): 'begun' | 'later' | { readonly because: string } {
  const { state, frontier } = scene;
  const site = siteOf(state, instance);
  const place = scene.rooms.get(site);
  if (!place) return 'later';
  const binding = scene.binder.bind(instance, scene.standings);
  if (binding.kind === 'invalid') return { because: binding.diagnostic.message };
  if (binding.kind === 'skipped') return { because: 'its `when` is false now' };
  if (binding.kind === 'blocked') return { because: binding.reason };
  if (binding.kind === 'unknown') return { because: binding.because };
  const resources = resourcesOf(state, instance, binding.resources);
  const { environment, priority, fingerprint } = binding;
  const limit = limitName(state, instance);
  if (limit !== undefined) {
    const under = (frontier.limits.get(limit) ?? 0) + (taken.get(limit) ?? 0);
    const most = state.rules[state.wiring.stepOf[instance] ?? 0]?.limit?.count ?? 1;
    if (under >= most) return 'later';
  }
  if (!ledgerOf(frontier, site).admits(place.room, resources)) return 'later';
  const failures = decision.events.length;
  if (environmentVerdict(scene, decision, instance, { site, environment })) {
    // One that cannot be had for good is said as a failure of the instance: here it is the roll-back that stops.
    const failed = decision.events.slice(failures).find((e) => e.kind === 'instance.failed');
    if (!failed) return 'later';
    decision.events.splice(decision.events.indexOf(failed), 1);
    return { because: failed.text };
  }
  if (limit !== undefined) taken.set(limit, (taken.get(limit) ?? 0) + 1);
  const key = `braid-${scene.run}-${number}`;
  ledgerOf(frontier, site).take(key, resources);
  const attempt = (state.instances.attempts[instance] ?? 0) + 1;
  decision.events.push({
    kind: 'submission.intended',
    key,
    site,
    form: 'single',
    shape: resources,
    priority,
    ...(environment === undefined ? {} : { environment }),
    attempts: [{ instance, number: attempt, fingerprint, resources, undo: true }],
  });
  decision.effects.push({ kind: 'offer', key });
  return 'begun';
}
