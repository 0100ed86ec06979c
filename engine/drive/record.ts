import type { Component, Result } from '../bind/binding.ts';
import type { Recorded } from '../run/reduce.ts';
import { resultOf } from '../run/result.ts';
import type { Scene } from '../run/scene.ts';

/** A success of this run, as the index of results keeps it. */
export interface Success {
  readonly instance: number;
  readonly name: string;
  readonly result: Result;
  readonly components: readonly Component[];
}

export type Recorder = (successes: readonly Success[]) => void;

/** The successes among events that have become durable. */
export function successesOf(scene: Scene, events: readonly Recorded[]): Success[] {
  const successes: Success[] = [];
  for (const { event } of events) {
    if (event.kind !== 'attempt.ended' || event.outcome.kind !== 'succeeded') continue;
    const { instance } = event;
    const result = resultOf(scene.state, scene.root, instance);
    // Bound again instead of kept: parts of ten thousand waiting fingerprints are much memory.
    const binding = scene.binder.bind(instance, scene.standings);
    if (!result || binding.kind !== 'ready') continue;
    const name = scene.binder.name(instance);
    successes.push({ instance, name, result, components: binding.components });
  }
  return successes;
}
