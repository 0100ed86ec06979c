import type { Decision, Scene } from './scene.ts';
import { stateOf } from './state.ts';

/**
 * What a success leaves for the data catalogue, as events: once a path, unless another file stands there
 * since. Of instances that have succeeded (now, in an earlier run, or before this engine).
 */
export function registerFiles(scene: Scene, decision: Decision): void {
  const { frontier, state, binder } = scene;
  const instances = frontier.unregistered.splice(0);
  if (scene.isRehearsal) return;
  for (const instance of instances) {
    if (stateOf(state, instance) !== 'succeeded') continue;
    const found = binder.registrations?.(instance, scene.standings) ?? [];
    if ('invalid' in found) {
      const text = `not registered: ${found.invalid.message}`;
      decision.events.push({ kind: 'instance.warned', instance, text });
      continue;
    }
    for (const one of found) {
      if (state.registered.get(one.path) === one.file) continue;
      decision.events.push({ kind: 'file.registered', instance, ...one });
    }
  }
}
