import { hostname } from 'node:os';
import type { Observation } from '../../engine/index.ts';
import { readClaim } from '../wrapper/claim.ts';
import { endOf, readExit } from '../wrapper/exit-file.ts';
import type { Item } from './item.ts';
import { type Identity, liveness } from './processes.ts';
import { killSession } from './stop.ts';

/**
 * Attempts whose end no lane of this engine will tell: they run in lanes of an engine before, or their lane
 * has died. Their files are looked at until one says how they ended.
 */
export interface Watch {
  add(item: Item, lane: Identity | undefined): void;
  /** Those whose holder lives on this host: they use its cpus. */
  here(): readonly Item[];
  close(): void;
}

export interface WatchSetting {
  /** Its holder is known and lives. */
  found(item: Item, holder: Identity): void;
  settle(item: Item, end: Observation & { kind: 'ended' }): void;
  /** An attempt has left the watch. */
  changed(): void;
}

const EVERY_MS = 200;
/** A claim is written at once after it is made; one that stays empty has lost its maker. */
const UNWRITTEN_ROUNDS = 25;

interface Watched {
  readonly item: Item;
  readonly lane: Identity | undefined;
  alive: boolean;
  unwritten: number;
  clearing: boolean;
}

export function watchOf(setting: WatchSetting): Watch {
  const all = new Map<Item, Watched>();
  const timer = setInterval(() => {
    for (const watched of all.values()) look(watched);
  }, EVERY_MS).unref();

  function look(watched: Watched): void {
    const { item } = watched;
    const exit = item.ended ? undefined : readExit(item.directory);
    if (exit) setting.settle(item, endOf(item.attempt, exit));
    if (item.ended) {
      leave(item);
      return;
    }
    const holder = holderOf(watched);
    if (holder === 'unknown' || watched.clearing) return;
    const life = holder === undefined ? 'gone' : liveness(holder);
    if (life === 'alive' && !watched.alive && holder) {
      watched.alive = true;
      setting.found(item, holder);
    }
    if (life === 'gone') clear(watched, holder);
  }

  /** Nothing of it may still run when another try starts. */
  function clear(watched: Watched, holder: Identity | undefined): void {
    watched.clearing = true;
    const cleared = holder ? killSession(holder) : Promise.resolve();
    void cleared.then(() => {
      const { item } = watched;
      const exit = readExit(item.directory);
      setting.settle(item, exit ? endOf(item.attempt, exit) : lostEnd(item));
      leave(item);
    });
  }

  function leave(item: Item): void {
    if (all.delete(item)) setting.changed();
  }

  return {
    add(item, lane) {
      if (item.ended || all.has(item)) return;
      const watched: Watched = { item, lane, alive: false, unwritten: 0, clearing: false };
      all.set(item, watched);
      look(watched);
    },
    here: () => [...all.values()].filter((w) => w.alive).map((w) => w.item),
    close: () => clearInterval(timer),
  };
}

function holderOf(watched: Watched): Identity | 'unknown' | undefined {
  const state = readClaim(watched.item.directory);
  if (state.kind === 'taken') return state.claim;
  if (watched.lane) return watched.lane;
  if (state.kind === 'none') return undefined;
  return ++watched.unwritten < UNWRITTEN_ROUNDS ? 'unknown' : undefined;
}

export function lostEnd(
  item: Pick<Item, 'attempt'>,
  text?: string,
): Observation & { kind: 'ended' } {
  return {
    kind: 'ended',
    attempt: item.attempt,
    outcome: {
      kind: 'failed',
      cause: { kind: 'lost' },
      text: text ?? `the lane that ran it on ${hostname()} is gone and it left no exit.json`,
    },
    usage: {},
    evidence: 'listing',
  };
}
