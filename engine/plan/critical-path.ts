import type { Plan, PlannedStep } from './plan.ts';

/** The longest way through the steps: by time where all of it is known, else by number of instances. */
export interface CriticalPath {
  readonly steps: readonly string[];
  /** The instances that follow one another on it; a chain along `previous` counts each of its keys. */
  readonly instances: number;
  /** Of its steps with a known time; null if none has one. */
  readonly timeMs: number | null;
}

interface Reach {
  readonly instances: number;
  readonly timeMs: number;
  readonly before: number;
}

/** `timeMs`: for each step how long one instance may take. */
export function criticalPath(plan: Plan, timeMs: readonly (number | undefined)[]): CriticalPath {
  const reach = new Map<number, Reach>();
  let last = -1;
  for (const index of plan.order) {
    const step = plan.steps[index]!;
    if (step.bounds.max === 0) continue;
    let best: Reach = { instances: 0, timeMs: 0, before: -1 };
    for (const producer of producersOf(plan, step)) {
      const found = reach.get(producer);
      if (found && isLonger(found, best)) best = { ...found, before: producer };
    }
    const depth = chainLength(plan, step);
    const own = {
      instances: best.instances + depth,
      timeMs: best.timeMs + depth * (timeMs[index] ?? 0),
      before: best.before,
    };
    reach.set(index, own);
    if (last < 0 || isLonger(own, reach.get(last)!)) last = index;
  }
  const steps: string[] = [];
  for (let at = last; at >= 0; at = reach.get(at)!.before) steps.unshift(plan.steps[at]!.step.name);
  const end = reach.get(last);
  return {
    steps,
    instances: end?.instances ?? 0,
    timeMs: end && end.timeMs > 0 ? end.timeMs : null,
  };
}

function isLonger(left: Reach, right: Reach): boolean {
  return (
    left.timeMs - right.timeMs > 0 ||
    (left.timeMs === right.timeMs && left.instances > right.instances)
  );
}

/** Steps that it waits for; those of its own cycle that come later in the order have no reach yet. */
function producersOf(plan: Plan, step: PlannedStep): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { producer } of step.reads) found.add(producer);
  const named = [
    ...step.step.generators.flatMap((g) => (g.dynamic ? [g.dynamic.step] : [])),
    ...step.step.after.map((a) => a.target),
  ];
  for (const other of plan.steps) {
    if (named.includes(other.step.name)) found.add(other.index);
  }
  return found;
}

/** How many instances of a step follow one another because it reads its own `previous`. */
function chainLength(plan: Plan, step: PlannedStep): number {
  const own = step.reads.filter(
    (r) => r.read.kind === 'previous' && plan.steps[r.producer] === step,
  );
  const lengths = own.map(
    ({ read }) => step.keys.find((k) => k.dimension === read.over[0])?.values.length ?? 1,
  );
  return Math.max(1, ...lengths);
}
