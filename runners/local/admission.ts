/**
 * Which unit of work goes to which lane. Pure: it sees what lanes hold and says what to do next.
 *
 * Units start in the order in which they came; one that does not fit holds back those behind it, so that
 * a large one is never starved. A lane may hold units ahead: each takes the place of the one before it, so
 * it must not need more. A unit ahead of a long one would wait while another lane is idle: the idle lane is
 * given a copy of the last, which is the least likely to have begun; the claim decides which of the two runs.
 */
export interface Need {
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface LaneLoad<Lane, Unit> {
  readonly lane: Lane;
  /** It takes more: false for one that is being stopped or that another engine started. */
  readonly open: boolean;
  /** What it runs, then what it holds ahead. */
  readonly units: readonly (Unit & Need)[];
}

export interface Capacity {
  readonly slots: number;
  readonly memoryBytes: number;
}

export type Move<Lane, Unit> =
  | { readonly kind: 'start'; readonly unit: Unit; readonly lane: Lane | undefined }
  | { readonly kind: 'ahead'; readonly unit: Unit; readonly lane: Lane }
  | {
      readonly kind: 'copy';
      readonly unit: Unit;
      readonly from: Lane;
      readonly lane: Lane | undefined;
    };

/** What running units use. */
export function usedBy(loads: readonly { readonly units: readonly Need[] }[]): Need {
  let cpus = 0;
  let memoryBytes = 0;
  for (const { units } of loads) {
    const running = units[0];
    if (!running) continue;
    cpus += running.cpus;
    memoryBytes += running.memoryBytes;
  }
  return { cpus, memoryBytes };
}

/** The next thing to do, or undefined. `lane` undefined means a new lane; `ahead` is the most units a lane holds ahead. */
export function nextMove<Lane, Unit>(
  first: (Unit & Need) | undefined,
  loads: readonly LaneLoad<Lane, Unit>[],
  capacity: Capacity,
  ahead = 1,
): Move<Lane, Unit> | undefined {
  const idle = loads.find((load) => load.open && load.units.length === 0);
  const mayStart = idle !== undefined || loads.length < capacity.slots;
  const used = usedBy(loads);
  const fits = (need: Need) =>
    used.cpus + need.cpus <= capacity.slots &&
    used.memoryBytes + need.memoryBytes <= capacity.memoryBytes;
  if (mayStart) {
    const from = longest(loads);
    const waiting = from?.units.at(-1);
    if (from && from.units.length > 1 && waiting && fits(waiting)) {
      return { kind: 'copy', unit: waiting, from: from.lane, lane: idle?.lane };
    }
    if (first && fits(first)) return { kind: 'start', unit: first, lane: idle?.lane };
  }
  if (!first) return undefined;
  let behind: LaneLoad<Lane, Unit> | undefined;
  for (const load of loads) {
    const last = load.units.at(-1);
    if (!load.open || last === undefined || load.units.length > ahead) continue;
    if (first.cpus > last.cpus || first.memoryBytes > last.memoryBytes) continue;
    if (!behind || load.units.length < behind.units.length) behind = load;
  }
  return behind && { kind: 'ahead', unit: first, lane: behind.lane };
}

function longest<Load extends { readonly units: readonly unknown[] }>(
  loads: readonly Load[],
): Load | undefined {
  let found: Load | undefined;
  for (const load of loads) if (!found || load.units.length > found.units.length) found = load;
  return found;
}
