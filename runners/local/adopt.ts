import { readClaim } from '../wrapper/claim.ts';
import { readExit } from '../wrapper/exit-file.ts';
import type { Item, Unit } from './item.ts';
import { type HeldLine, type LaneRecord, readLanes } from './lane-record.ts';
import { type Identity, type Liveness, liveness } from './processes.ts';

/** What lanes of engines before this one still hold. */
export interface Inherited {
  /** Claimed and not ended: to be watched. */
  readonly claimed: readonly { readonly item: Item; readonly lane: Identity }[];
  /**
   * Held ahead in a lane that still runs something else: given to lanes of this engine too, since the
   * claim lets one copy run. By bundles.
   */
  readonly ahead: readonly Unit[];
}

/** Looks at live lanes only, and in each at no more than what has not ended. */
export function inherit(
  lanesDirectory: string,
  load: (line: HeldLine) => Item | undefined,
): Inherited {
  const claimed: { item: Item; lane: Identity }[] = [];
  const ahead = new Map<string, Item[]>();
  const taken = new Set<string>();
  for (const { identity, held } of readLanes(lanesDirectory)) {
    if (liveness(identity) !== 'alive') continue;
    for (const line of open(held(), identity)) {
      if (taken.has(line.directory)) continue;
      const item = load(line);
      if (!item) continue;
      taken.add(line.directory);
      if (readClaim(line.directory).kind !== 'none') claimed.push({ item, lane: identity });
      else ahead.set(line.key, [...(ahead.get(line.key) ?? []), item]);
    }
  }
  return { claimed, ahead: [...ahead.values()].map(unitOf) };
}

/** A bundle runs one after another, so it needs what the largest of it needs. */
export function unitOf(items: readonly Item[]): Unit {
  return {
    items,
    cpus: Math.max(...items.map((item) => item.cpus)),
    memoryBytes: Math.max(...items.map((item) => item.memoryBytes)),
  };
}

/**
 * A lane works in order: before the last one that has ended in it, all have. One that ended elsewhere, as a copy of it
 * had been given to another lane, says nothing of those before it.
 */
function open(lines: readonly HeldLine[], lane: Identity): HeldLine[] {
  const endedHere = ({ directory }: HeldLine) => {
    if (readExit(directory) === undefined) return false;
    const state = readClaim(directory);
    if (state.kind !== 'taken') return false;
    return state.claim.pid === lane.pid && state.claim.processStart === lane.processStart;
  };
  const last = lines.findLastIndex(endedHere);
  return lines.slice(last + 1).filter(({ directory }) => readExit(directory) === undefined);
}

/** Whether a lane of this host still runs something there. (One that nobody gives anything has ended.) */
export function hasLiveLanes(lanesDirectory: string): boolean {
  return readLanes(lanesDirectory).some(({ identity }) => liveness(identity) === 'alive');
}

export interface Trace {
  readonly externalId: string;
  /** Of the lane that was given it; of several, the most alive. */
  readonly lane: Liveness;
  readonly host: string;
  /** Something of it has started. */
  readonly claimed: boolean;
}

/** What the lanes' records say of submissions. Reads all of them: asked only in doubt. */
export function trace(lanesDirectory: string, keys: ReadonlySet<string>): Map<string, Trace> {
  const found = new Map<string, Trace>();
  for (const record of readLanes(lanesDirectory)) traceLane(record, keys, found);
  return found;
}

const LIKELY: Record<Liveness, number> = { alive: 2, unseen: 1, gone: 0 };

function traceLane(record: LaneRecord, keys: ReadonlySet<string>, found: Map<string, Trace>): void {
  const life = liveness(record.identity);
  for (const line of record.held()) {
    if (!keys.has(line.key)) continue;
    const before = found.get(line.key);
    const claimed = before?.claimed || readClaim(line.directory).kind !== 'none';
    const likelier = !before || LIKELY[life] > LIKELY[before.lane];
    found.set(line.key, {
      externalId: before?.externalId ?? line.externalId,
      lane: likelier ? life : before.lane,
      host: likelier ? record.identity.host : before.host,
      claimed,
    });
  }
}
