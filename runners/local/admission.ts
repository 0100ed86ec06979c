/**
 * Which unit of work goes to which lane. Pure: it sees what lanes hold and says what to do next.
 *
 * Units start in the order in which they came; one that does not fit holds back those behind it, so that
 * a large one is never starved. A lane may hold one unit ahead: it takes the place of the one that runs
 * there, so it must not need more. A unit ahead of a long one would wait while another lane is idle: the
 * idle lane is given a copy, and the claim decides which of the two runs.
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

/** The next thing to do, or undefined. `lane` undefined means a new lane. */
export function nextMove<Lane, Unit>(
  first: (Unit & Need) | undefined,
  loads: readonly LaneLoad<Lane, Unit>[],
  capacity: Capacity,
): Move<Lane, Unit> | undefined {
  const idle = loads.find((load) => load.open && load.units.length === 0);
  const mayStart = idle !== undefined || loads.length < capacity.slots;
  const used = usedBy(loads);
  const fits = (need: Need) =>
    used.cpus + need.cpus <= capacity.slots &&
    used.memoryBytes + need.memoryBytes <= capacity.memoryBytes;
  if (mayStart) {
    const from = loads.find((load) => load.units.length > 1);
    const waiting = from?.units[1];
    if (from && waiting && fits(waiting)) {
      return { kind: 'copy', unit: waiting, from: from.lane, lane: idle?.lane };
    }
    if (first && fits(first)) return { kind: 'start', unit: first, lane: idle?.lane };
  }
  if (!first) return undefined;
  const behind = loads.find((load) => {
    const running = load.units[0];
    return (
      load.open &&
      load.units.length === 1 &&
      running !== undefined &&
      first.cpus <= running.cpus &&
      first.memoryBytes <= running.memoryBytes
    );
  });
  return behind && { kind: 'ahead', unit: first, lane: behind.lane };
}
