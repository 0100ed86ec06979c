import type { Binding, Result } from '../bind/binding.ts';
import type { Resources } from '../ports.ts';
import { type Bound, takeUnbound, toBound } from './frontier.ts';
import { isTooLarge } from './ledger.ts';
import { formerResult } from './result.ts';
import type { Decision, Scene } from './scene.ts';
import { flag, hasFlag, type RunState } from './state.ts';

/** At most so many at a time, so that the first is on its way before the last is bound. */
const BATCH = 256;

const none = { diagnostics: [], isStrict: false } as const;

type Ready = Extract<Binding, { kind: 'ready' }>;

/** Binds what has become ready: it is skipped, blocked, invalid, reused, or stands in line for a site. */
export function bindReady(scene: Scene, decision: Decision): void {
  const ready: { instance: number; fingerprint: string }[] = [];
  for (let n = 0; n < BATCH; n++) {
    const instance = takeUnbound(scene.frontier);
    if (instance === undefined) break;
    const binding = scene.binder.bind(instance, scene.standings);
    if (binding.kind === 'ready') ready.push(accept(scene, instance, binding));
    else decision.events.push(endedByBinding(instance, binding));
  }
  const pending = ready.filter(({ instance }) => isFresh(scene, instance));
  const found = pending.length > 0 ? scene.lookup?.(pending) : undefined;
  const candidates: { instance: number; result: Result }[] = [];
  for (const { instance, fingerprint } of ready) {
    const former = formerResult(scene.state, scene.root, instance);
    const result = former?.fingerprint === fingerprint ? former : found?.get(instance);
    if (result === undefined || !isFresh(scene, instance)) stand(scene, decision, instance);
    else if (result.files.length === 0) reuse(scene, decision, instance, result);
    else {
      scene.frontier.place.set(instance, 'verifying');
      candidates.push({ instance, result });
    }
  }
  if (candidates.length > 0) decision.effects.push({ kind: 'verify', candidates });
}

/** Results are looked for before the first attempt (since a reset), and once. */
function isFresh(scene: Scene, instance: number): boolean {
  const { state, frontier } = scene;
  if (frontier.notReusable.has(instance) || hasFlag(state, instance, flag.fresh)) return false;
  return (state.instances.attempts[instance] ?? 0) === 0 || state.former.has(instance);
}

function accept(
  scene: Scene,
  instance: number,
  binding: Ready,
): { instance: number; fingerprint: string } {
  const { state, frontier } = scene;
  frontier.bindings.set(instance, {
    fingerprint: binding.fingerprint,
    resources: resourcesOf(state, instance, binding.resources),
    priority: state.priorities.get(instance) ?? binding.priority,
    environment: binding.environment,
    site: siteOf(state, instance),
  });
  return { instance, fingerprint: binding.fingerprint };
}

/** The workflow's word, then what the last failure asked for, then a person's. */
export function resourcesOf(state: RunState, instance: number, bound: Resources): Resources {
  return { ...(state.again.get(instance)?.resources ?? bound), ...state.overrides.get(instance) };
}

export function siteOf(state: RunState, instance: number): string {
  const step = state.wiring.stepOf[instance] ?? 0;
  return state.rules[step]?.pin ?? state.created?.site ?? 'local';
}

function endedByBinding(
  instance: number,
  binding: Exclude<Binding, Ready>,
): Decision['events'][number] {
  switch (binding.kind) {
    case 'skipped':
      return { kind: 'instance.skipped', instance };
    case 'blocked':
      return { kind: 'instance.blocked', instance, reason: binding.reason };
    case 'invalid':
      return {
        kind: 'instance.failed',
        instance,
        cause: { kind: 'invalid' },
        text: `[${binding.diagnostic.code}] ${binding.diagnostic.message}`,
      };
    case 'unknown':
      throw new Error(`instance ${instance} is ready, but not known: ${binding.because}`);
  }
}

/** In line for its site, if that can ever run it. */
export function stand(scene: Scene, decision: Decision, instance: number): void {
  const bound = scene.frontier.bindings.get(instance);
  if (!bound) return;
  if (!failTooLarge(scene, decision, instance, bound)) toBound(scene.frontier, instance);
}

/** What the whole of its site cannot hold fails, as soon as the site has said what it has. */
export function failTooLarge(
  scene: Scene,
  decision: Decision,
  instance: number,
  { site, resources }: Pick<Bound, 'site' | 'resources'>,
): boolean {
  const room = scene.rooms.get(site)?.room;
  if (!room || !isTooLarge(room, resources)) return false;
  const text = tooLarge(site, resources, room);
  const cause = { kind: 'infrastructure' } as const;
  decision.events.push({ kind: 'instance.failed', instance, cause, text });
  return true;
}

function tooLarge(
  site: string,
  wanted: Resources,
  room: { totalCpus: number; totalMemoryBytes: number },
): string {
  const gigabytes = (bytes: number) => `${Math.round(bytes / 1e7) / 100} GB`;
  const memory = wanted.memoryBytes === undefined ? '' : ` and ${gigabytes(wanted.memoryBytes)}`;
  return (
    `it wants ${wanted.cpus} cpus${memory}; ` +
    `${site} has ${room.totalCpus} and ${gigabytes(room.totalMemoryBytes)}`
  );
}

/** Takes an earlier result for the instance, if it is of the size that its step expects now. */
export function reuse(scene: Scene, decision: Decision, instance: number, result: Result): void {
  const { diagnostics, isStrict } = scene.binder.surprises?.(instance, result.values) ?? none;
  const [first] = diagnostics;
  if (first && isStrict) {
    const text = `[${first.code}] ${first.message}`;
    decision.events.push({ kind: 'instance.failed', instance, cause: { kind: 'invalid' }, text });
    return;
  }
  for (const { message: text } of diagnostics) {
    decision.events.push({ kind: 'instance.warned', instance, text });
  }
  decision.events.push({
    kind: 'instance.reused',
    instance,
    fingerprint: result.fingerprint,
    result,
  });
}
