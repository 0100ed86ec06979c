import type { Component, Result } from '../bind/binding.ts';
import type { Clock, Close, Journal } from '../ports.ts';
import type { RunEvent } from '../run/event.ts';
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

/** How long successes wait for others: the index is a cache, and a transaction of each would hold up the next start. */
const RECORD_MS = 250;

/** Gives what has become durable to the recorder, many at a time and not on the way from an end to a start. */
export function recordLater(
  scene: Scene,
  { clock, record }: { readonly clock: Clock; readonly record?: Recorder },
  closes: Close[],
): (events: readonly Recorded[]) => void {
  if (!record) return () => {};
  let waiting: Recorded[] = [];
  let close: Close | undefined;
  const flush = () => {
    close = undefined;
    const successes = successesOf(scene, waiting);
    waiting = [];
    if (successes.length > 0) record(successes);
  };
  closes.push(() => {
    void close?.();
    flush();
  });
  return (events) => {
    for (const recorded of events) {
      const { event } = recorded;
      if (event.kind === 'attempt.ended' && event.outcome.kind === 'succeeded')
        waiting.push(recorded);
    }
    if (waiting.length > 0) close ??= clock.wake(clock.runMs() + RECORD_MS, flush);
  };
}

/** Events that a crash can have kept from the recorder, generously: those of `RECORD_MS` and of a tick. */
const TAIL_EVENTS = 2_000;

/**
 * The last events before `seq`, that one included. An engine that died took with it what its recorder
 * had yet to get: the next engine gives that again, and a result that is there already is kept.
 */
export async function journalTail(
  journal: Pick<Journal, 'read'>,
  seq: number,
): Promise<readonly Recorded[]> {
  const tail: Recorded[] = [];
  if (seq === 0) return tail;
  for await (const events of journal.read(Math.max(1, seq - TAIL_EVENTS + 1))) {
    for (const { at, runMs, event } of events) tail.push({ at, runMs, event: event as RunEvent });
  }
  return tail;
}

/** The successes among events that have become durable. */
function successesOf(scene: Scene, events: readonly Recorded[]): Success[] {
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
