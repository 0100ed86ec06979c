import type { Read } from '../../../dsl/index.ts';
import { compareKeys } from '../../../dsl/index.ts';
import { growingPlan } from '../../plan/growth.ts';
import { numberOf } from '../../plan/instance.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import type { Wiring } from '../wiring.ts';
import type { FanState } from './fan-state.ts';
import { type Group, isClosed, membersOf } from './joint.ts';
import { keyAtOrdinal } from './matching.ts';

export interface MadeFan {
  /** The run's own plan, whose relations with dynamic steps are `grown`. */
  readonly plan: Plan;
  readonly fan: FanState;
  /** Those relations are found by the links of this wiring. */
  connect(wiring: Wiring): void;
}

/** Undefined for a plan that is complete. */
export function makeFan(plan: Plan): MadeFan | undefined {
  let wiring: Wiring | undefined;
  const growing = growingPlan(plan, (read, producer, consumer, ordinal) => {
    const from = growing?.plan.steps[producer];
    if (!from) return undefined;
    if (consumer === undefined) return allOf(from, read);
    const link = wiring?.into[consumer]?.find((one) => one.read === read);
    const reader = growing.plan.steps[consumer];
    if (!link || !reader) return undefined;
    const group = fan?.joints.get(link.index)?.groupOf.get(numberOf(reader, ordinal));
    return group && isClosed(group) ? sortedMembers(group, from) : undefined;
  });
  if (!growing) return undefined;
  const fan: FanState = {
    growing,
    rows: [],
    open: new Set(),
    pending: new Int32Array(plan.steps.length),
    joints: new Map(),
    history: [],
    faults: new Map(),
    dropped: new Set(),
    held: undefined,
    paused: false,
    allowed: false,
  };
  return {
    plan: growing.plan,
    fan,
    connect(made) {
      wiring = made;
    },
  };
}

// --- Internal helpers ---

/** What an output of the workflow has: every instance of a step, where it selects nothing. */
function allOf(producer: PlannedStep, read: Read): readonly number[] | undefined {
  if (read.selectors.length > 0 || read.via || read.where) return undefined;
  return inKeyOrder(
    producer,
    Array.from({ length: producer.count }, (_, ordinal) => ordinal),
  );
}

function sortedMembers(group: Group, producer: PlannedStep): readonly number[] {
  group.members ??= inKeyOrder(producer, membersOf(group));
  return group.members;
}

/** A fixed step stands in key order; a grown one in the order in which its instances came. */
function inKeyOrder(producer: PlannedStep, ordinals: number[]): readonly number[] {
  const comparisons = producer.step.dimensions.map(({ name, type }) => {
    const compare = compareKeys(type);
    return (a: number, b: number) =>
      compare(keyAtOrdinal(producer, name, a)!, keyAtOrdinal(producer, name, b)!);
  });
  return ordinals.sort((a, b) => {
    for (const compare of comparisons) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  });
}
