import type { Observation } from '../../engine/index.ts';
import { readClaim } from '../wrapper/claim.ts';
import { endOf, parseExit, readExit } from '../wrapper/exit-file.ts';
import { type Capacity, type LaneLoad, type Need, nextMove, usedBy } from './admission.ts';
import type { Item, Unit } from './item.ts';
import { type Entry, type Guard, type Lane, startLane } from './lane.ts';
import { paceOf } from './pace.ts';
import { bootTimeMs, type Identity, liveness } from './processes.ts';

/** The lanes of this engine and what waits for one. */
export interface Pool {
  /** Queues units and gives lanes what they may have now. */
  add(units: readonly Unit[]): void;
  /** How many it wants ahead of each lane. */
  ahead(): number;
  /** A lane has less than half of that. */
  isHungry(): boolean;
  /** What runs here, whoever's lane it is in. */
  used(): Need;
  /** Tells that an attempt has ended; the first word counts. */
  settle(item: Item, end: Observation & { kind: 'ended' }): void;
  /** A lane is about to be stopped: what it holds ahead goes back to the queue. */
  retire(holder: Identity): void;
  laneOf(item: Item): Identity | undefined;
  dispatch(): void;
  close(): Promise<void>;
}

export interface PoolSetting extends Guard {
  readonly capacity: Capacity;
  readonly lanesDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  nowMs(): number;
  log(text: string): void;
  report(observation: Observation): void;
  started(item: Item, holder: Identity): void;
  ended(item: Item): void;
  /** What 137 was, if somebody saw. */
  refine(item: Item, end: Observation & { kind: 'ended' }): Observation & { kind: 'ended' };
  /** Somebody else's lane has the claim, or the lane that had it is gone: find out how it ends. */
  watch(item: Item, lane: Identity | undefined): void;
  /** Attempts that run in lanes of an engine before this one. */
  elsewhere(): readonly Item[];
}

export function poolOf(setting: PoolSetting): Pool {
  return new LanePool(setting);
}

class LanePool implements Pool {
  readonly #setting: PoolSetting;
  readonly #queue: Unit[] = [];
  readonly #lanes = new Set<Lane>();
  readonly #running = new Set<Item>();
  readonly #pace = paceOf();
  #closed = false;

  constructor(setting: PoolSetting) {
    this.#setting = setting;
  }

  #loads(): LaneLoad<Lane | undefined, Unit>[] {
    const all: LaneLoad<Lane | undefined, Unit>[] = [];
    for (const lane of this.#lanes) all.push({ lane, open: lane.open, units: unitsOf(lane) });
    for (const item of this.#setting.elsewhere()) {
      const unit: Unit = { items: [item], cpus: item.cpus, memoryBytes: item.memoryBytes };
      all.push({ lane: undefined, open: false, units: [unit] });
    }
    return all;
  }

  dispatch(): void {
    while (!this.#closed) {
      while (this.#queue[0]?.items.every((item) => item.ended)) this.#queue.shift();
      const move = nextMove<Lane | undefined, Unit>(
        this.#queue[0],
        this.#loads(),
        this.#setting.capacity,
        this.#pace.ahead(),
      );
      if (!move || !this.#setting.mayStart()) return;
      const lane = move.lane ?? this.#openLane();
      if (!lane) return;
      if (move.kind === 'copy') withdraw(move.from, move.unit);
      else this.#queue.shift();
      const items = move.unit.items.filter((item) => !item.ended);
      lane.give(items.map((item) => ({ item, unit: move.unit, withdrawn: false })));
      this.#startHead(lane);
    }
  }

  #openLane(): Lane | undefined {
    try {
      const lane = startLane(
        this.#setting.lanesDirectory,
        this.#setting.environment,
        bootTimeMs(this.#setting.nowMs),
        {
          line: (of, line) => this.#heard(of, line),
          exit: (of) => this.#laneEnded(of),
        },
        this.#setting,
      );
      this.#lanes.add(lane);
      return lane;
    } catch (error) {
      this.#setting.log(`no lane can be started: ${(error as Error).message}; trying again`);
      setTimeout(() => this.dispatch(), 1000).unref();
      return undefined;
    }
  }

  #heard(lane: Lane, line: string): void {
    const entry = lane.entries.shift();
    if (!entry) return;
    const { item } = entry;
    if (line === 'duplicate') this.#claimedBefore(item);
    else if (line === 'unreachable') this.#unreachable(item);
    else {
      const exit = parseExit(`${line}\n`) ?? readExit(item.directory);
      if (exit) {
        this.#pace.took(exit.endedAtMs - exit.startedAtMs);
        this.settle(item, this.#setting.refine(item, endOf(item.attempt, exit)));
      } else this.#setting.watch(item, lane.identity);
    }
    this.#startHead(lane);
    this.dispatch();
  }

  #claimedBefore(item: Item): void {
    if (item.ended) return;
    const copy = this.#copyOf(item);
    if (copy) {
      copy.entry.withdrawn = false;
      this.#startHead(copy.lane);
    } else if (isElsewhere(item)) {
      // Its end is that host's to tell; here it would keep its place for ever if nobody did.
      const outcome = { kind: 'duplicate' } as const;
      const { attempt } = item;
      this.settle(item, { kind: 'ended', attempt, outcome, usage: {}, evidence: 'listing' });
    } else this.#setting.watch(item, undefined);
  }

  #unreachable(item: Item): void {
    if (item.ended || this.#copyOf(item)) return;
    const text = `${item.directory}/work cannot be entered`;
    this.settle(item, {
      kind: 'ended',
      attempt: item.attempt,
      outcome: { kind: 'failed', cause: { kind: 'infrastructure' }, text },
      usage: {},
      evidence: 'listing',
    });
  }

  #copyOf(item: Item): { lane: Lane; entry: Entry } | undefined {
    for (const lane of this.#lanes) {
      const entry = lane.entries.find((e) => e.item === item);
      if (entry) return { lane, entry };
    }
    return undefined;
  }

  #startHead(lane: Lane): void {
    const entry = lane.entries[0];
    if (!entry || entry.withdrawn || entry.item.ended || this.#running.has(entry.item)) return;
    this.#running.add(entry.item);
    this.#setting.started(entry.item, lane.identity);
    const { key, attempt } = entry.item;
    this.#setting.report({ kind: 'running', key, attempt, host: lane.identity.host });
  }

  settle(item: Item, end: Observation & { kind: 'ended' }): void {
    if (item.ended) return;
    item.ended = true;
    this.#running.delete(item);
    this.#setting.ended(item);
    this.#setting.report({ ...end, key: item.key });
  }

  #laneEnded(lane: Lane): void {
    this.#lanes.delete(lane);
    if (this.#closed) return;
    const left = lane.entries.filter(({ item }) => !item.ended && !this.#copyOf(item));
    const head = left[0];
    if (head && this.#running.has(head.item)) {
      this.#running.delete(head.item);
      left.shift();
      this.#setting.watch(head.item, lane.identity);
    }
    this.#requeue(left);
    this.dispatch();
  }

  /** Not started, so it is no second try; a copy that did start has the claim. */
  #requeue(entries: readonly Entry[]): void {
    const units = new Set(entries.map(({ unit }) => unit));
    for (const unit of [...units].reverse()) {
      const items = entries.filter((entry) => entry.unit === unit).map(({ item }) => item);
      this.#queue.unshift({ items, cpus: unit.cpus, memoryBytes: unit.memoryBytes });
    }
  }

  add(units: readonly Unit[]): void {
    this.#queue.push(...units);
    this.dispatch();
  }

  ahead(): number {
    return this.#pace.ahead();
  }

  isHungry(): boolean {
    const wanted = this.#pace.ahead();
    for (const { open, entries } of this.#lanes) {
      if (open && entries.length - 1 < wanted / 2) return true;
    }
    return this.#lanes.size === 0;
  }

  used(): Need {
    return usedBy(this.#loads());
  }

  retire(holder: Identity): void {
    for (const lane of this.#lanes) {
      if (lane.identity.pid !== holder.pid || !lane.open) continue;
      lane.open = false;
      const ahead = lane.entries.slice(1).filter((e) => !e.withdrawn && !e.item.ended);
      for (const entry of ahead) entry.withdrawn = true;
      this.#requeue(ahead);
    }
    this.dispatch();
  }

  laneOf(item: Item): Identity | undefined {
    return this.#copyOf(item)?.lane.identity;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#lanes].map((lane) => lane.finish()));
  }
}

/** Another host's lane has the claim. */
function isElsewhere({ directory }: Item): boolean {
  const state = readClaim(directory);
  return state.kind === 'taken' && liveness(state.claim) === 'unseen';
}

function unitsOf(lane: Lane): Unit[] {
  const units = new Set<Unit>();
  for (const { unit, withdrawn } of lane.entries) if (!withdrawn) units.add(unit);
  return [...units];
}

function withdraw(lane: Lane | undefined, unit: Unit): void {
  for (const entry of lane?.entries ?? []) if (entry.unit === unit) entry.withdrawn = true;
}
