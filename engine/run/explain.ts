import { numberOf } from '../plan/instance.ts';
import { forEachProducer } from '../plan/relation.ts';
import { membersOf } from './fan-out/joint.ts';
import { type Standing, standingOf } from './standing.ts';
import {
  type Failure,
  flag,
  hasFlag,
  isExceeded,
  isUnwanted,
  placeOf,
  type RunState,
  stateOf,
  toleratedOf,
} from './state.ts';
import type { InstanceState } from './states.ts';
import type { Link } from './wiring.ts';

/** Members of one input are listed up to this; the rest is counted. */
const LISTED = 20;

/** One thing that an instance reads or comes after, as far as it matters now. */
export interface Need {
  /** The input's name, or `after STEP`. */
  readonly label: string;
  readonly step: string;
  readonly total: number;
  readonly open: number;
  readonly absent: number;
  /** Failed beyond what is tolerated, cancelled, or blocked by such. */
  readonly blocking: number;
  /** What its step tolerates, if more of it have failed. */
  readonly tolerated?: number;
  /** Those that have not ended or that block, in plan order; the first of them. */
  readonly members: readonly { readonly instance: number; readonly state: InstanceState }[];
}

/** Why an instance is where it is: what `why` prints. */
export interface Explanation {
  readonly instance: number;
  readonly state: InstanceState;
  /** Of the last attempt; 0 if there was none. */
  readonly attempt: number;
  readonly held: boolean;
  readonly cancelling: boolean;
  readonly reused: boolean;
  /** Why it is blocked or cancelled, where no input says it. */
  readonly reason: string | undefined;
  readonly failure: Failure | undefined;
  /** The run's clock at which it is tried again. */
  readonly againAtMs: number | undefined;
  /** What holds it up: nothing, once it has begun. */
  readonly needs: readonly Need[];
  /** It runs after the workflow, which has not ended. */
  readonly waitsForWorkflow: boolean;
}

export function explainInstance(state: RunState, instance: number): Explanation {
  const { step, ordinal } = placeOf(state, instance);
  const name = stateOf(state, instance);
  const matters = name === 'waiting' || name === 'blocked' || name === 'held' || name === 'skipped';
  const links = matters ? (state.wiring.into[step] ?? []) : [];
  const needs = links.map((link) => needOf(state, link, ordinal));
  return {
    instance,
    state: name,
    attempt: state.instances.attempts[instance] ?? 0,
    held: hasFlag(state, instance, flag.held),
    cancelling: isUnwanted(state, instance),
    reused: hasFlag(state, instance, flag.reused),
    reason: state.reasons.get(instance),
    failure: state.failures.get(instance),
    againAtMs: state.again.get(instance)?.atMs,
    needs: needs.filter((need) => need.members.length > 0),
    waitsForWorkflow: (state.wiring.gates[step]?.length ?? 0) > 0 && !state.closed,
  };
}

function needOf(state: RunState, link: Link, ordinal: number): Need {
  const producer = state.plan.steps[link.producer];
  const members: { instance: number; state: InstanceState }[] = [];
  const counts: Record<Standing, number> = { open: 0, present: 0, absent: 0, blocks: 0 };
  forEachLookedAt(state, link, ordinal, (partner) => {
    const instance = producer ? numberOf(producer, partner) : partner;
    const standing = standingOf(state, instance, link.immediate);
    counts[standing]++;
    const concerns = standing === 'open' || standing === 'blocks' || link.after !== undefined;
    if (concerns && members.length < LISTED) {
      members.push({ instance, state: stateOf(state, instance) });
    }
  });
  const { open, absent, present, blocks } = counts;
  const total = open + absent + present + blocks;
  const need = { label: link.label, step: producer?.step.name ?? '', total, open, absent };
  const tolerated = toleratedOf(state, link.producer);
  const isOver = blocks > 0 && tolerated > 0 && isExceeded(state, link.producer);
  return { ...need, blocking: blocks, ...(isOver ? { tolerated } : {}), members };
}

/** Of `previous`: the nearest one that is not absent, which decides. */
function forEachLookedAt(
  state: RunState,
  link: Link,
  ordinal: number,
  f: (producer: number) => void,
): void {
  const { relation } = link;
  const joint = state.fan?.joints.get(link.index);
  const consumer = state.plan.steps[link.consumer];
  if (joint && consumer && link.stage === undefined) {
    const group = joint.groupOf.get(numberOf(consumer, ordinal));
    for (const member of group ? membersOf(group) : []) f(member);
    return;
  }
  if (relation.kind !== 'previous') {
    forEachProducer(relation, ordinal, f);
    return;
  }
  const first = state.plan.steps[link.producer]?.first ?? 0;
  for (let at = relation.to[ordinal] ?? -1; at >= 0; at = relation.before[at] ?? -1) {
    if (standingOf(state, first + at, link.immediate) === 'absent') continue;
    f(at);
    return;
  }
}
