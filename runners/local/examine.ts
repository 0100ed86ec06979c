import { hostname } from 'node:os';
import type { Handle, Observation } from '../../engine/index.ts';
import { readClaim, takeClaim } from '../wrapper/claim.ts';
import { endOf, readExit } from '../wrapper/exit-file.ts';
import { trace, unitOf } from './adopt.ts';
import type { Core } from './core.ts';
import { type Loading, loadItem, makeWork } from './item.ts';
import { bootId, liveness } from './processes.ts';
import { lostEnd } from './watch.ts';

type Place = Handle['items'][number];

/** How one accepted attempt stands: by memory where it lives here, else by its files. */
export function examine(
  core: Core,
  lanesDirectory: string,
  handle: Handle,
  place: Place,
  loading: Loading,
): Observation {
  const { attempt, directory } = place;
  const live = core.live.get(directory);
  if (live) {
    const holder = core.running.get(live);
    return holder ? { kind: 'running', attempt, host: holder.host } : { kind: 'waiting', attempt };
  }
  const told = core.remembered.get(directory);
  if (told) return told;
  const exit = readExit(directory);
  if (exit) return endOf(attempt, exit);
  if (readClaim(directory).kind === 'none') {
    return adopted(core, handle, place, loading) ?? unclaimed(lanesDirectory, handle, place);
  }
  const loaded = loadItem({ key: handle.key, ...place }, handle.externalId, loading);
  if (loaded.kind === 'refused') return { kind: 'unknown', attempt, text: loaded.text };
  core.live.set(directory, loaded.item);
  core.watch.add(loaded.item, undefined);
  return core.remembered.get(directory) ?? standing(place);
}

function standing({ attempt, directory }: Place): Observation {
  const exit = readExit(directory);
  if (exit) return endOf(attempt, exit);
  const state = readClaim(directory);
  if (state.kind !== 'taken')
    return { kind: 'unknown', attempt, text: 'its claim is being written' };
  const { claim } = state;
  switch (liveness(claim)) {
    case 'alive':
      return { kind: 'running', attempt, host: claim.host };
    case 'unseen': {
      const text = `claimed on ${claim.host}, which cannot be seen from ${hostname()}`;
      return { kind: 'unknown', attempt, text };
    }
    case 'gone':
      return { kind: 'unknown', attempt, text: 'its lane is gone; clearing what it left behind' };
  }
}

/**
 * Accepted by an engine of this host that has ended, or that has lost the run, and never started: this one gives it
 * to its lanes. If a lane of that engine has it too, the claim lets one of both run it.
 */
function adopted(
  core: Core,
  { key, externalId }: Handle,
  place: Place,
  loading: Loading,
): Observation | undefined {
  const [host, pid] = externalId.split(':');
  if (host !== hostname() || Number(pid) === process.pid) return undefined;
  const loaded = loadItem({ key, ...place }, externalId, loading);
  if (loaded.kind === 'refused') return undefined;
  makeWork(place.directory, loaded.file);
  const { attempt, directory } = place;
  core.live.set(directory, loaded.item);
  core.pool.add([unitOf([loaded.item])]);
  return { kind: 'waiting', attempt };
}

/**
 * Accepted but never started, and no engine or lane is left that could: it is lost, and its claim is taken
 * first, so that this stays true.
 */
function unclaimed(lanesDirectory: string, handle: Handle, place: Place): Observation {
  const { attempt } = place;
  const [host = '', pid = '', processStart = ''] = handle.externalId.split(':');
  const engine = { host, bootId: bootId(), pid: Number(pid), processStart };
  const seen = trace(lanesDirectory, new Set([handle.key])).get(handle.key);
  const ours = Number(pid) === process.pid;
  const life = ours || liveness(engine) === 'gone' ? (seen?.lane ?? 'gone') : liveness(engine);
  if (life === 'alive') return { kind: 'waiting', attempt };
  if (life === 'unseen') {
    const text = `held on ${seen?.host ?? host}, which cannot be seen from ${hostname()}`;
    return { kind: 'unknown', attempt, text };
  }
  try {
    const taken = takeClaim(place.directory, {
      attempt,
      submission: handle.key,
      externalId: handle.externalId,
      host: hostname(),
      bootId: bootId(),
      startedAtMs: Date.now(),
    });
    if (!taken) return standing(place);
  } catch (error) {
    return { kind: 'unknown', attempt, text: (error as Error).message };
  }
  return lostEnd({ attempt }, 'the engine and the lane that held it are gone; it never started');
}
