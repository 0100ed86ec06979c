import type { Resources } from '../ports.ts';
import { failTooLarge } from './bind-ready.ts';
import { canaryName, canaryVerdict, giveUpStep } from './canary.ts';
import type { IntendedAttempt, RunEvent } from './event.ts';
import {
  type Bound,
  environmentName,
  groupName,
  ledgerOf,
  limitName,
  park,
  takeBound,
  toBound,
} from './frontier.ts';
import type { Decision, Scene, SiteRoom } from './scene.ts';
import { isStopping } from './state.ts';

/** So many that do not fit are looked past for smaller ones. */
const WINDOW = 64;
/** The best is not passed by others for longer than this: then what becomes free is kept for it. */
const PATIENCE_MS = 60_000;

/** Gives out what is ready: by priority, then plan order, no more than fits. */
export function allot(scene: Scene, decision: Decision): void {
  const { frontier } = scene;
  const isFull = ([site, { room }]: [string, SiteRoom]) => ledgerOf(frontier, site).isFull(room);
  if ([...scene.rooms].every(isFull)) return;
  const aside: number[] = [];
  const granted = { count: scene.state.submissionCount, taken: new Map<string, number>() };
  let misfits = 0;
  while (misfits < WINDOW) {
    const instance = takeBound(frontier);
    if (instance === undefined) break;
    const verdict = judge(scene, decision, instance, granted.taken);
    if (verdict === 'go') {
      const members = bundleOf(scene, decision, instance, aside, granted.taken);
      intend(scene, decision, members, ++granted.count);
      if (frontier.passed?.instance === instance) frontier.passed = undefined;
    } else if (verdict === 'misfit' || verdict === 'later') {
      aside.push(instance);
      misfits++;
      if (verdict === 'misfit' && keepsRoom(scene, instance)) break;
    }
  }
  for (const instance of aside) toBound(frontier, instance);
}

type Verdict = 'go' | 'misfit' | 'later' | 'elsewhere';

/** `later`: nothing of it depends on what ends here. `elsewhere`: it has been placed. */
function judge(
  scene: Scene,
  decision: Decision,
  instance: number,
  taken: Map<string, number>,
): Verdict {
  const { frontier, state } = scene;
  const bound = frontier.bindings.get(instance);
  if (!bound) return 'elsewhere';
  const step = state.wiring.stepOf[instance] ?? 0;
  if (isStopping(state) && state.wiring.closing[step] === 0) return 'later';
  const site = scene.rooms.get(bound.site);
  if (!site) return 'later';
  const canary = canaryName(step);
  const first = canaryVerdict(state, instance, taken.get(canary) ?? 0);
  if (first !== 'go') {
    if (first === 'doomed') giveUp(scene, decision, step, taken);
    park(frontier, canary, instance);
    return 'elsewhere';
  }
  const limit = limitName(state, instance);
  const under =
    limit === undefined ? 0 : (frontier.limits.get(limit) ?? 0) + (taken.get(limit) ?? 0);
  if (limit !== undefined && under >= (state.rules[step]?.limit?.count ?? 1)) {
    park(frontier, limit, instance);
    return 'elsewhere';
  }
  if (!ledgerOf(frontier, bound.site).admits(site.room, bound.resources)) {
    return failTooLarge(scene, decision, instance, bound) ? 'elsewhere' : 'misfit';
  }
  const blocked = environmentVerdict(scene, decision, instance, bound);
  if (blocked) return blocked;
  for (const name of [limit, canary]) {
    if (name !== undefined) taken.set(name, (taken.get(name) ?? 0) + 1);
  }
  return 'go';
}

/** Once a decision. */
function giveUp(scene: Scene, decision: Decision, step: number, taken: Map<string, number>): void {
  const name = `given up ${step}`;
  if (taken.has(name)) return;
  taken.set(name, 1);
  const event = giveUpStep(scene.state, step);
  if (event) decision.events.push(event);
}

/** Undefined where its environment is there, or it needs none. */
export function environmentVerdict(
  scene: Scene,
  decision: Decision,
  instance: number,
  bound: Pick<Bound, 'site' | 'environment'>,
): Verdict | undefined {
  if (bound.environment === undefined) return undefined;
  const id = `${bound.site}/${bound.environment}`;
  const known = scene.state.environments.get(id);
  if (known?.kind === 'prepared') return undefined;
  if (known?.kind === 'failed' && known.againAtMs === undefined) {
    const text = `environment ${bound.environment}: ${known.text}`;
    decision.events.push({
      kind: 'instance.failed',
      instance,
      cause: { kind: 'infrastructure' },
      text,
    });
    return 'elsewhere';
  }
  const due =
    known === undefined || (known.kind === 'failed' && (known.againAtMs ?? 0) <= scene.nowMs);
  if (due && !decision.effects.some((e) => e.kind === 'prepare' && `${e.site}/${e.name}` === id)) {
    decision.events.push({
      kind: 'environment.preparing',
      site: bound.site,
      name: bound.environment,
    });
    decision.effects.push({ kind: 'prepare', site: bound.site, name: bound.environment });
  }
  park(scene.frontier, environmentName(id), instance);
  return 'elsewhere';
}

/** The first that did not fit has been passed for too long: nothing more is given out past it. */
function keepsRoom(scene: Scene, instance: number): boolean {
  const { frontier, nowMs } = scene;
  if (frontier.passed === undefined) frontier.passed = { instance, sinceMs: nowMs };
  return frontier.passed.instance === instance && nowMs - frontier.passed.sinceMs > PATIENCE_MS;
}

/** The instance, and those of its step that share its submission, one after another. */
function bundleOf(
  scene: Scene,
  decision: Decision,
  instance: number,
  aside: number[],
  taken: Map<string, number>,
): number[] {
  const { state, frontier } = scene;
  const members = [instance];
  const bundle = state.rules[state.wiring.stepOf[instance] ?? 0]?.bundle;
  const bound = frontier.bindings.get(instance);
  if (!bundle || bundle.count < 2 || !bound) return members;
  if (!scene.rooms.get(bound.site)?.capabilities.bundles) return members;
  const name = groupName(state, instance, bundle.by);
  for (let strangers = 0; members.length < bundle.count && strangers < WINDOW; ) {
    const other = takeBound(frontier);
    if (other === undefined) break;
    const same = frontier.bindings.get(other)?.site === bound.site;
    if (!same || groupName(state, other, bundle.by) !== name) {
      aside.push(other);
      strangers++;
      continue;
    }
    const verdict = judge(scene, decision, other, taken);
    if (verdict === 'elsewhere') continue;
    // A bundle runs its members one after another: a later one needs no room of its own.
    if (verdict === 'go' || verdict === 'misfit') members.push(other);
    else aside.push(other);
  }
  return members;
}

function intend(
  scene: Scene,
  decision: Decision,
  members: readonly number[],
  number: number,
): void {
  const { state, frontier } = scene;
  const attempts: IntendedAttempt[] = [];
  let first: Bound | undefined;
  for (const instance of members) {
    const bound = frontier.bindings.get(instance);
    if (!bound) continue;
    first ??= bound;
    attempts.push({
      instance,
      number: (state.instances.attempts[instance] ?? 0) + 1,
      fingerprint: bound.fingerprint,
      resources: bound.resources,
    });
  }
  if (!first) return;
  const shape = shapeOf(attempts);
  const key = `braid-${scene.run}-${number}`;
  ledgerOf(frontier, first.site).take(key, shape);
  const event: RunEvent = {
    kind: 'submission.intended',
    key,
    site: first.site,
    form: attempts.length > 1 ? 'bundle' : 'single',
    shape,
    priority: first.priority,
    ...(first.environment === undefined ? {} : { environment: first.environment }),
    attempts,
  };
  decision.events.push(event);
  decision.effects.push({ kind: 'offer', key });
}

/** One after another: times add, of the rest the maximum is needed. */
function shapeOf(attempts: readonly IntendedAttempt[]): Resources {
  const only = attempts[0];
  if (attempts.length === 1 && only) return only.resources;
  const all = attempts.map((attempt) => attempt.resources);
  const most = (sizes: readonly (number | undefined)[]) => {
    const known = sizes.filter((size) => size !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  };
  const times = all.map((one) => one.timeMs);
  return {
    cpus: Math.max(...all.map((one) => one.cpus)),
    memoryBytes: most(all.map((one) => one.memoryBytes)),
    timeMs: times.some((time) => time === undefined)
      ? undefined
      : times.reduce<number>((sum, time) => sum + (time ?? 0), 0),
    diskBytes: most(all.map((one) => one.diskBytes)),
    gpus: Math.max(...all.map((one) => one.gpus)),
  };
}
