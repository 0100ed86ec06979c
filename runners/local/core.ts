import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ExitFile, Observation } from '../../engine/index.ts';
import { readClaim, takeClaim } from '../wrapper/claim.ts';
import { endOf } from '../wrapper/exit-file.ts';
import type { Capacity } from './admission.ts';
import type { Item } from './item.ts';
import type { Guard } from './lane.ts';
import { type Limits, limitsOf } from './limits.ts';
import { type Pool, poolOf } from './pool.ts';
import { bootId, type Identity } from './processes.ts';
import { stopperOf } from './stop.ts';
import { type Watch, watchOf } from './watch.ts';

export interface CoreSetting extends Guard {
  readonly capacity: Capacity;
  readonly lanesDirectory: string;
  /** What payloads get, before what their attempts add. */
  readonly environment: NodeJS.ProcessEnv;
  readonly graceMs: number;
  readonly logBytes: number;
  nowMs(): number;
  log(text: string): void;
}

/** Lanes, watch and limits, wired together around the attempts that live here. */
export interface Core {
  /** By directory: ids of attempts are of their run. */
  readonly live: Map<string, Item>;
  /** Ends that no file tells: refined by what this engine saw, or of a disk that was full. */
  readonly remembered: Map<string, Observation>;
  readonly running: ReadonlyMap<Item, Identity>;
  readonly pool: Pool;
  readonly watch: Watch;
  observe(sink: (observations: readonly Observation[]) => void): () => void;
  /** Ends an attempt before it starts, or stops it; one that has ended stays as it ended. */
  cancel(item: Item, how: 'term' | 'kill'): void;
  close(): Promise<void>;
}

export function coreOf(setting: CoreSetting): Core {
  const live = new Map<string, Item>();
  const remembered = new Map<string, Observation>();
  const running = new Map<Item, Identity>();
  const stopper = stopperOf(setting.graceMs, (holder) => pool.retire(holder));
  const news = newsOf(() => pool.isHungry());
  const limits: Limits = limitsOf({
    logBytes: setting.logBytes,
    nowMs: setting.nowMs,
    stop: (item, holder, cause) =>
      stopper.stop(item, holder, cause, cause === 'oom' ? 'kill' : 'term'),
  });
  const started = (item: Item, holder: Identity, startMs: number) => {
    running.set(item, holder);
    limits.watch(item, holder, startMs);
  };
  const pool: Pool = poolOf({
    ...setting,
    report: news.add,
    started: (item, holder) => started(item, holder, setting.nowMs()),
    ended(item) {
      running.delete(item);
      stopper.forget(item);
      limits.forget(item);
      live.delete(item.directory);
    },
    refine(item, end) {
      const refined = limits.refine(item, end);
      if (refined !== end) remembered.set(item.directory, refined);
      return refined;
    },
    watch: (item, lane) => watch.add(item, lane),
    elsewhere: () => watch.here(),
  });
  const watch: Watch = watchOf({
    found(item, holder) {
      started(item, holder, startOfAttempt(item) ?? setting.nowMs());
      const { key, attempt } = item;
      news.add({ kind: 'running', key, attempt, host: holder.host });
    },
    settle: (item, end) => {
      if (end.evidence !== 'exit') remembered.set(item.directory, end);
      pool.settle(item, end);
    },
    changed: () => pool.dispatch(),
  });

  return {
    live,
    remembered,
    running,
    pool,
    watch,
    observe: news.observe,
    cancel(item, how) {
      if (item.ended) return;
      const end = endUnstarted(item, setting.nowMs());
      if (end) return pool.settle(item, end);
      const state = readClaim(item.directory);
      const holder =
        state.kind === 'taken' ? state.claim : (pool.laneOf(item) ?? running.get(item));
      if (holder && holder.pid > 0) stopper.stop(item, holder, 'cancelled', how);
    },
    async close() {
      limits.close();
      watch.close();
      await pool.close();
    },
  };
}

/** When the lane says that it began; an adopted attempt has used some of its time already. */
function startOfAttempt(item: Item): number | undefined {
  const state = readClaim(item.directory);
  return state.kind === 'taken' ? state.claim.startedAtMs : undefined;
}

/** Takes the claim of an attempt that nobody has started, so that nobody will, and says that it was cancelled. */
function endUnstarted(item: Item, nowMs: number): (Observation & { kind: 'ended' }) | undefined {
  const { attempt, externalId, directory } = item;
  const claim = {
    attempt,
    externalId,
    submission: item.key,
    host: hostname(),
    bootId: bootId(),
    startedAtMs: nowMs,
  };
  if (!takeClaim(directory, claim)) return undefined;
  const exit: ExitFile = {
    format: 1,
    attempt,
    externalId,
    code: 143,
    cause: 'cancelled',
    startedAtMs: nowMs,
    endedAtMs: nowMs,
    cpuMs: undefined,
    peakMemoryBytes: undefined,
    missing: [],
    host: hostname(),
  };
  writeFileSync(join(directory, 'exit.json'), `${JSON.stringify(exit)}\n`, { flag: 'wx' });
  return endOf(attempt, exit);
}

/** While lanes have enough ahead, news waits so long for company: each call is a commit of the engine's. */
const GATHER_MS = 5;

/**
 * Gathers what happens into few calls of the sinks: what happens in one turn of the event loop, whichever
 * lane tells it, and more while nobody waits for what the engine would do about it.
 */
function newsOf(isPressing: () => boolean): {
  add(observation: Observation): void;
  observe(sink: (observations: readonly Observation[]) => void): () => void;
} {
  const sinks = new Set<(observations: readonly Observation[]) => void>();
  let gathered: Observation[] = [];
  let isTold = false;
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    const all = gathered;
    gathered = [];
    isTold = false;
    clearTimeout(timer);
    timer = undefined;
    for (const sink of sinks) sink(all);
  };
  return {
    add(observation) {
      gathered.push(observation);
      if (isTold) return;
      if (isPressing()) {
        isTold = true;
        setImmediate(tell);
      } else timer ??= setTimeout(tell, GATHER_MS);
    },
    observe(sink) {
      sinks.add(sink);
      return () => sinks.delete(sink);
    },
  };
}
