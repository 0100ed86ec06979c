import type { Binder, Binding, Component, Result } from '../bind/binding.ts';
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
const LATE_MS = 5_000;

/** The scene of an engine that records. */
export type RecordedScene = Scene & { readonly binder: KeepingBinder };

/** Gives what has become durable to the recorder, many at a time and not on the way from an end to a start. */
export function recordLater(
  scene: RecordedScene,
  { clock, record }: { readonly clock: Clock; readonly record?: Recorder },
  closes: Close[],
  isFenced: () => boolean,
): (events: readonly Recorded[]) => void {
  if (!record) return () => {};
  let waiting: Recorded[] = [];
  let close: Close | undefined;
  let dueMs = 0;
  const flush = () => {
    close = undefined;
    // It was suspended meanwhile, and another engine may have the run: the next commit will tell.
    if (clock.runMs() > dueMs + LATE_MS) return;
    const successes = successesOf(scene, waiting);
    waiting = [];
    if (successes.length > 0) record(successes);
  };
  closes.push(() => {
    void close?.();
    dueMs = clock.runMs();
    if (!isFenced()) flush();
  });
  return (events) => {
    for (const recorded of events) {
      const { event } = recorded;
      if (event.kind === 'attempt.ended' && event.outcome.kind === 'succeeded' && !event.undo)
        waiting.push(recorded);
      else if (event.kind === 'instance.reused') scene.binder.take(event.instance);
    }
    // A tick without an event has committed nothing: it says nothing of who has the run.
    if (events.length === 0 || waiting.length === 0 || close) return;
    dueMs = clock.runMs() + RECORD_MS;
    close = clock.wake(dueMs, flush);
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

/** Components kept at most, about 1 kB each: of more waiting instances, the later ones are bound again. */
const KEPT_COMPONENTS = 4_000;

type Ready = Extract<Binding, { kind: 'ready' }>;

/** A binder that keeps what it bound until that is taken, as a success is recorded with its parts. */
export interface KeepingBinder extends Binder {
  /** What was kept of an instance, once. */
  take(instance: number): Ready | undefined;
}

export function keepingBinder(binder: Binder): KeepingBinder {
  const kept = new Map<number, Ready>();
  return {
    ...binder,
    bind(instance, standings) {
      const binding = binder.bind(instance, standings);
      if (binding.kind === 'ready' && (kept.size < KEPT_COMPONENTS || kept.has(instance))) {
        kept.set(instance, binding);
      } else kept.delete(instance);
      return binding;
    },
    take(instance) {
      const binding = kept.get(instance);
      kept.delete(instance);
      return binding;
    },
  };
}

/** The successes among events that have become durable. */
function successesOf(scene: RecordedScene, events: readonly Recorded[]): Success[] {
  const successes: Success[] = [];
  for (const { event } of events) {
    if (event.kind !== 'attempt.ended' || event.outcome.kind !== 'succeeded') continue;
    const { instance } = event;
    if (event.undo || isRolledBack(scene, instance)) continue;
    const result = resultOf(scene.state, scene.root, instance);
    const kept = scene.binder.take(instance);
    if (!result) continue;
    const components =
      kept?.fingerprint === result.fingerprint ? kept.components : boundAgain(scene, instance);
    if (!components) continue;
    successes.push({ instance, name: scene.binder.name(instance), result, components });
  }
  return successes;
}

function boundAgain({ binder, standings }: RecordedScene, instance: number) {
  const binding = binder.bind(instance, standings);
  binder.take(instance);
  return binding.kind === 'ready' ? binding.components : undefined;
}

/** What is about to be taken back is no result to be found by others. */
function isRolledBack({ state }: RecordedScene, instance: number): boolean {
  const ranges = state.rollback?.instances ?? [];
  return ranges.some(([first, last]) => instance >= first && instance <= last);
}
