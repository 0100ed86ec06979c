import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Found, Handle, Observation, Remains } from '../../engine/index.ts';
import { prepareEnvironment } from '../environment/prepare.ts';
import { readClaim } from '../wrapper/claim.ts';
import { endOf, readExit } from '../wrapper/exit-file.ts';
import { payloadEnvironment } from './environment.ts';
import { readLanes } from './lane-record.ts';
import { readLog } from './log.ts';
import { checkMachine } from './machine.ts';
import { liveness } from './processes.ts';
import { killSession } from './stop.ts';
import { lostEnd } from './watch.ts';
import type { HostBeat } from './watchdog.ts';
import { workerHomes, workerIdOf } from './worker-home.ts';

export interface RemainsOptions {
  /** `.braid/workers` */
  readonly workersDirectory: string;
  readonly environmentsDirectory: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** The run's clock. */
  readonly nowMs: () => number;
  readonly progress?: (line: string) => void;
}

/** Of a beat that was never there: a lease as long as the longest usual one. */
const LEASE_MS = 60_000;
/** A claim is written at once after it is made. */
const UNWRITTEN_MS = 10_000;

/**
 * So many new beats without a lane are believed: the first may be older than the claim, and what the lane wrote at
 * last may show late (NFS keeps for up to a minute that a file is not there). Half a lease.
 */
const LATE_BEATS = 15;

interface Seen {
  beat: HostBeat | undefined;
  /** When this beat, or that there is none, was first seen. */
  sinceMs: number;
  changes: number;
}

type Standing =
  | { readonly kind: 'ended'; readonly end: Observation }
  | { readonly kind: 'unclaimed' }
  | { readonly kind: 'running'; readonly host: string }
  | { readonly kind: 'unsure'; readonly text: string }
  | { readonly kind: 'gone'; readonly text: string };

/**
 * What is to be known of attempts whose worker is not heard, from the shared directory: `exit.json`, the claim, and the
 * beats that workers' hosts leave. A claim's holder is gone if that is proved here, if its host lives without it, or
 * if its host was silent for a whole lease as seen from here: by then its watchdog has stopped it.
 */
export function localRemains(options: RemainsOptions): Remains {
  const { workersDirectory, environmentsDirectory } = options;
  const beats = new Map<string, Seen>();
  const unwritten = new Map<string, number>();
  const stand = (place: Handle['items'][number]) => standing(options, beats, unwritten, place);
  return {
    kind: 'local',
    check: checkMachine,
    prepare: (wanted, signal) =>
      prepareEnvironment(wanted, {
        directory: environmentsDirectory,
        environment: payloadEnvironment(options.environment ?? process.env),
        progress: options.progress ?? (() => {}),
        signal,
      }),
    async log(handle, attempt, stream, from, maxBytes) {
      const place = handle.items.find((item) => item.attempt === attempt);
      if (!place) throw new Error(`attempt ${attempt} is not in submission ${handle.key}`);
      return readLog(place.directory, stream, from, maxBytes);
    },
    async find(keys) {
      const wanted = new Map(keys.map((key): [string, Standing[]] => [key, []]));
      for (const { lanes } of workerHomes(workersDirectory)) {
        for (const record of readLanes(lanes)) {
          for (const { key, attempt, directory } of record.held()) {
            const list = wanted.get(key);
            if (list) list.push(await stand({ attempt, directory }));
          }
        }
      }
      return new Map([...wanted].map(([key, all]): [string, Found] => [key, verdict(key, all)]));
    },
    async poll(handles) {
      const observations: Observation[] = [];
      for (const { key, items } of handles) {
        for (const item of items) {
          const { attempt } = item;
          const at = await stand(item);
          if (at.kind === 'ended') observations.push({ ...at.end, key });
          else if (at.kind === 'running')
            observations.push({ kind: 'running', attempt, host: at.host });
          else if (at.kind === 'gone') observations.push(lostEnd({ attempt }, at.text));
          else {
            const text = at.kind === 'unsure' ? at.text : 'no worker has it, and it has not begun';
            observations.push({ kind: 'unknown', attempt, text });
          }
        }
      }
      return observations;
    },
  };
}

/** What has not begun may be offered again: its claim lets one copy run. What has ended was begun. */
function verdict(key: string, all: readonly Standing[]): Found {
  const hasEnded = all.length > 0 && all.every(({ kind }) => kind === 'ended');
  if (hasEnded || all.some(({ kind }) => kind === 'running')) {
    return { kind: 'found', externalId: `orphan:${key}` };
  }
  const unsure = all.find((one) => one.kind === 'unsure');
  return unsure ? { kind: 'unknown', text: unsure.text } : { kind: 'absent' };
}

async function standing(
  options: RemainsOptions,
  beats: Map<string, Seen>,
  unwritten: Map<string, number>,
  { attempt, directory }: Handle['items'][number],
): Promise<Standing> {
  const exit = readExit(directory);
  if (exit) return { kind: 'ended', end: endOf(attempt, exit) };
  const state = readClaim(directory);
  if (state.kind === 'none') return { kind: 'unclaimed' };
  const nowMs = options.nowMs();
  if (state.kind === 'unwritten') {
    const sinceMs = unwritten.get(directory) ?? nowMs;
    unwritten.set(directory, sinceMs);
    const text = 'its claim was made and never written';
    return nowMs - sinceMs > UNWRITTEN_MS ? { kind: 'gone', text } : { kind: 'unsure', text };
  }
  unwritten.delete(directory);
  const { claim } = state;
  if (claim.pid <= 0) return { kind: 'gone', text: 'its claim was taken so that it does not run' };
  switch (liveness(claim)) {
    case 'alive':
      return { kind: 'running', host: claim.host };
    case 'gone': {
      // Nothing of it may still run when another try starts.
      if (claim.host === hostname()) await killSession(claim);
      const late = readExit(directory);
      if (late) return { kind: 'ended', end: endOf(attempt, late) };
      return { kind: 'gone', text: `its lane on ${claim.host} is gone and it left no exit.json` };
    }
    case 'unseen':
      return byBeat(look(options, beats, workerIdOf(claim.externalId)), claim, nowMs);
  }
}

function byBeat(
  { beat, sinceMs, changes }: Seen,
  { host, pid }: { readonly host: string; readonly pid: number },
  nowMs: number,
): Standing {
  const silentMs = nowMs - sinceMs;
  const leaseMs = beat?.leaseMs ?? LEASE_MS;
  const silence = `${host} has not been heard of for ${Math.round(silentMs / 1000)} s`;
  if (silentMs >= leaseMs) return { kind: 'gone', text: silence };
  if (beat?.lanes.includes(pid)) {
    return silentMs < leaseMs / 4 ? { kind: 'running', host } : { kind: 'unsure', text: silence };
  }
  if (beat && changes >= LATE_BEATS) return { kind: 'gone', text: `its lane on ${host} is gone` };
  return { kind: 'unsure', text: silence };
}

function look(
  { workersDirectory, nowMs }: RemainsOptions,
  beats: Map<string, Seen>,
  id: string,
): Seen {
  let beat: HostBeat | undefined;
  try {
    beat = JSON.parse(readFileSync(join(workersDirectory, id, 'beat'), 'utf8')) as HostBeat;
  } catch {
    // Not there, or being written on a file system without atomic renames: the next look tells.
  }
  let seen = beats.get(id);
  if (!seen) {
    seen = { beat, sinceMs: nowMs(), changes: 0 };
    beats.set(id, seen);
  } else if (beat && beat.n !== seen.beat?.n) {
    seen.beat = beat;
    seen.sinceMs = nowMs();
    seen.changes++;
  }
  return seen;
}
