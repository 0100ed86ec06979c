import type { Result } from '../../engine/bind/binding.ts';
import type { Recorder } from '../../engine/drive/record.ts';
import type { RunEvent } from '../../engine/run/event.ts';
import type { Lookup } from '../../engine/run/scene.ts';
import { strikes, type World } from './world.ts';

/** What earlier runs left of an instance: nothing; a result; or one whose file was changed since. */
export type Indexed = (instance: number) => 'whole' | 'changed' | undefined;

/** A result in the index: of this run, or of one before it. */
export interface Entry {
  readonly instance: number;
  readonly isOwn: boolean;
  readonly isWhole: boolean;
  readonly result: Result;
}

/** The index of results as an engine sees it. */
export interface EarlierResults {
  readonly lookup: Lookup;
  readonly record: Recorder;
  readonly forget: (fingerprints: readonly string[]) => boolean;
}

/** The same for every engine of a world; results of earlier runs appear as they are asked for. */
export function earlierResults(world: World, indexed: Indexed): EarlierResults {
  const { index, forgotten } = world;
  return {
    lookup(asked) {
      const found = new Map<number, Result>();
      for (const { instance, fingerprint } of asked) {
        const is = indexed(instance);
        if (is && !index.has(fingerprint) && !forgotten.has(fingerprint)) {
          index.set(fingerprint, earlier(world, instance, fingerprint, is === 'whole'));
        }
        const entry = index.get(fingerprint);
        if (entry && !entry.isOwn) found.set(instance, entry.result);
      }
      return found;
    },
    record(successes) {
      for (const { instance, result } of successes) {
        if (index.has(result.fingerprint)) continue;
        index.set(result.fingerprint, { instance, isOwn: true, isWhole: true, result });
      }
    },
    forget(fingerprints) {
      if (strikes(world, 'lockedIndex')) return false;
      for (const fingerprint of fingerprints) {
        index.delete(fingerprint);
        forgotten.add(fingerprint);
      }
      return true;
    },
  };
}

/** An undo starts: what it takes back is to be found by nobody. */
export function checkForgotten(world: World, instance: number): string | undefined {
  for (const [fingerprint, entry] of world.index) {
    if (entry.instance !== instance) continue;
    if (entry.isOwn || wasReused(world, instance, fingerprint)) {
      return `instance ${instance} was undone while its result could be found`;
    }
  }
  return undefined;
}

/** The journal says that the run took an earlier result for it. */
export function wasReused(world: World, instance: number, fingerprint?: string): boolean {
  return (world.store.events as readonly { event: RunEvent }[]).some(
    ({ event }) =>
      event.kind === 'instance.reused' &&
      event.instance === instance &&
      (fingerprint === undefined || event.fingerprint === fingerprint),
  );
}

/** Some results are values alone. */
export function hasFile(instance: number): boolean {
  return instance % 2 === 0;
}

function earlier(world: World, instance: number, fingerprint: string, isWhole: boolean): Entry {
  const directory = `/earlier/${instance}`;
  const text = 'made';
  const isOnDisk = !isWhole || hasFile(instance);
  if (isOnDisk) world.disk.set(`${directory}/x`, isWhole ? text : `${text} otherwise`);
  const files = isOnDisk ? [{ name: 'x', path: 'x', size: text.length, mtimeMs: 0 }] : [];
  return {
    ...{ instance, isOwn: false, isWhole },
    result: { fingerprint, directory, values: {}, files },
  };
}
