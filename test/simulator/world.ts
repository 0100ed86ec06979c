import { type MemoryStore, memoryStore } from '../../engine/journal/memory.ts';
import { locate, numberOf } from '../../engine/plan/instance.ts';
import type { Plan } from '../../engine/plan/plan.ts';
import { forEachProducer } from '../../engine/plan/relation.ts';
import type { AttemptId } from '../../engine/ports.ts';
import { parseAttemptId } from '../../engine/ports.ts';
import { standingOf } from '../../engine/run/standing.ts';
import { type RunState, stateOf } from '../../engine/run/state.ts';
import { checkForgotten, type Entry, wasReused } from './earlier-results.ts';
import type { Breakage, Faults } from './faults.ts';
import type { Random } from './random.ts';
import type { Tiny } from './tiny-plan.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What outlives engines: the disk, the journal, and the truth about what was executed. */
export interface World {
  readonly tiny: Tiny;
  readonly time: VirtualTime;
  readonly random: Random;
  /** Those of now: none once the faults have stopped. */
  readonly faults: { now: Faults };
  readonly breakage: Breakage;
  readonly disk: Map<string, string>;
  readonly store: MemoryStore;
  /** How often each attempt's payload was started. */
  readonly executions: Map<AttemptId, number>;
  /** By instance: payloads running, and those that ended well. */
  readonly running: Map<number, number>;
  readonly succeeded: Map<number, number>;
  /** When an instance last started, and first ended well, as places in one order. */
  readonly startedAt: Map<number, number>;
  readonly endedAt: Map<number, number>;
  /** How many places of that order are taken. */
  places: number;
  /** Attempts whose payload ended well; of each instance the last one, until it is undone. */
  readonly goodOnes: Set<AttemptId>;
  readonly lastGood: Map<number, number>;
  /** The index of results, by fingerprint; and what was taken out of it. */
  readonly index: Map<string, Entry>;
  readonly forgotten: Set<string>;
  /** Notices by their id: how often their channel has heard them. */
  readonly told: Map<string, number>;
  /** Somebody tries again what has ended: what was made may be made once more. */
  retries: boolean;
  readonly violations: string[];
  /** What a site without a shared directory does not promise, and did: no violation there. */
  readonly weaknesses: string[];
  /** Whether engines see what the site writes. */
  readonly shared: boolean;
  /** Files that engines do not see as they are until then. */
  readonly late: Map<string, { readonly untilMs: number; readonly text: string | undefined }>;
  /** How far the wall clock is from the run's. */
  wallOffsetMs: number;
  /** What happened beside the journal, if somebody wants to know. */
  readonly trace: ((text: string) => void) | undefined;
  /** How often each fault happened. */
  readonly tally: Map<keyof Faults | 'blockedCopy', number>;
}

export function worldOf(
  tiny: Tiny,
  time: VirtualTime,
  random: Random,
  faults: Faults,
  breakage: Breakage,
  { shared = true, trace }: { shared?: boolean; trace?: (text: string) => void } = {},
): World {
  return {
    shared,
    trace: trace && ((text) => trace(`${time.nowMs()} ${text}`)),
    tiny,
    time,
    random,
    faults: { now: faults },
    breakage,
    disk: new Map(),
    store: memoryStore(),
    executions: new Map(),
    running: new Map(),
    succeeded: new Map(),
    startedAt: new Map(),
    endedAt: new Map(),
    places: 0,
    goodOnes: new Set(),
    lastGood: new Map(),
    index: new Map(),
    forgotten: new Set(),
    told: new Map(),
    retries: false,
    violations: [],
    weaknesses: [],
    late: new Map(),
    wallOffsetMs: 0,
    tally: new Map(),
  };
}

/** By chance, and counted. */
export function strikes(world: World, fault: keyof Faults): boolean {
  const happens = world.random.chance(world.faults.now[fault]);
  if (happens) tallied(world, fault);
  return happens;
}

export function tallied({ tally, trace }: World, what: keyof Faults | 'blockedCopy'): void {
  trace?.(what);
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

/** Without a shared directory there is no claim: the site's word is all that there is. */
export function weakly({ shared, violations, weaknesses }: World, what: string): void {
  (shared ? violations : weaknesses).push(what);
}

/** A payload starts: what must hold then, whatever any engine believes. */
export function payloadStarts(world: World, attempt: AttemptId, undo: boolean): void {
  const { instance } = parseAttemptId(attempt);
  const times = (world.executions.get(attempt) ?? 0) + 1;
  world.trace?.(`payload of ${attempt} starts`);
  world.executions.set(attempt, times);
  const violate = (what: string) => {
    world.violations.push(`${what} at ${world.time.nowMs()} ms`);
  };
  const twice = (what: string) => weakly(world, `${what} at ${world.time.nowMs()} ms`);
  if (times > 1) twice(`attempt ${attempt} was executed ${times} times`);
  if ((world.running.get(instance) ?? 0) > 0) twice(`instance ${instance} ran twice at once`);
  if (undo) {
    const found = checkForgotten(world, instance);
    if (found !== undefined) violate(found);
    for (const reader of firmReaders(world, instance)) {
      const stands = world.succeeded.has(reader) || (world.running.get(reader) ?? 0) > 0;
      // Of an undo that a site without claims starts twice, the second copy is not counted.
      if (stands) twice(`instance ${instance} was undone before its reader ${reader}`);
    }
    world.running.set(instance, (world.running.get(instance) ?? 0) + 1);
    return;
  }
  // Where it is tried again the journal says whether it had to be (`check-journal.ts`).
  if (!world.retries && (world.succeeded.get(instance) ?? 0) > 0) {
    twice(`instance ${instance} ran again after a success (attempt ${attempt})`);
  }
  // What a growing plan has is known at the end (`checkOrder`).
  if (!world.tiny.plan.steps.some((step) => step.dynamic)) {
    for (const producer of firmProducers(world.tiny, world.tiny.plan, instance)) {
      if (!world.succeeded.has(producer) && !wasReused(world, producer)) {
        violate(`instance ${instance} started before ${producer} had succeeded`);
      }
    }
  }
  world.startedAt.set(instance, orderOf(world));
  world.running.set(instance, (world.running.get(instance) ?? 0) + 1);
}

export function payloadEnds(world: World, attempt: AttemptId, good: boolean, undo: boolean): void {
  const { instance, number } = parseAttemptId(attempt);
  world.trace?.(`payload of ${attempt} ends ${good ? 'well' : 'badly'}`);
  world.running.set(instance, (world.running.get(instance) ?? 1) - 1);
  if (good && undo) world.lastGood.delete(instance);
  else if (good) {
    world.goodOnes.add(attempt);
    world.lastGood.set(instance, number);
  }
  if (good && !undo && !world.endedAt.has(instance)) world.endedAt.set(instance, orderOf(world));
  if (undo && good) {
    // A copy that a site without claims ran later: it has been counted as a weakness.
    if ((world.executions.get(attempt) ?? 0) > 1) return;
    // As if it had never been: what it is made anew from may come later.
    for (const known of [world.succeeded, world.startedAt, world.endedAt]) known.delete(instance);
  } else if (good) world.succeeded.set(instance, (world.succeeded.get(instance) ?? 0) + 1);
}

function orderOf(world: World): number {
  return world.places++;
}

/**
 * With all that fan-out has made: whatever started had all its producers, and a gather every member that
 * there ever came to be.
 */
export function checkOrder(world: World, state: RunState): void {
  const { plan } = state;
  if (!plan.growth) return;
  for (const [instance, startedAt] of world.startedAt) {
    // Its key is gone: it started for a table that there is no more.
    if (stateOf(state, instance) === 'retired') continue;
    for (const producer of firmProducers(world.tiny, plan, instance)) {
      const endedAt = world.endedAt.get(producer);
      // What was skipped, or blocked by what is absent, is absent itself.
      if (standingOf(state, producer, true) === 'absent' || wasReused(world, producer)) continue;
      if (endedAt === undefined || endedAt >= startedAt) {
        world.violations.push(`instance ${instance} started before ${producer} had succeeded`);
      }
    }
  }
}

/** Producers that cannot be absent, so that a start without their success is a violation. */
function firmProducers(tiny: Tiny, plan: Plan, instance: number): number[] {
  const { step, ordinal: at } = locate(plan, instance);
  const found: number[] = [];
  for (const read of step.reads) {
    const producer = plan.steps[read.producer];
    if (!producer || read.relation.kind === 'previous') continue;
    if (!isFirm(tiny, producer.index)) continue;
    forEachProducer(read.relation, at, (ordinal) => {
      found.push(numberOf(producer, ordinal));
    });
  }
  return found;
}

/** Those that had the instance among their firm producers. */
function firmReaders(world: World, instance: number): number[] {
  const readers: number[] = [];
  for (let i = 0; i < world.tiny.plan.instances.min; i++) {
    if (firmProducers(world.tiny, world.tiny.plan, i).includes(instance)) readers.push(i);
  }
  return readers;
}

/** Nothing of the step can be absent: it tolerates nothing, nor does anything before it. */
function isFirm({ plan, rules }: Tiny, index: number): boolean {
  const step = plan.steps[index];
  if (!step || step.skipped || (rules[index]?.tolerate ?? 0) > 0) return false;
  if (rules[index]?.tolerateShare !== undefined) return false;
  const reads = step.reads.filter((read) => read.producer !== index);
  const sources = (step.fan?.stages ?? []).flatMap((stage) =>
    stage.reads.map((read) => plan.steps.findIndex((one) => one.step.name === read.step)),
  );
  return [...reads.map((read) => read.producer), ...sources].every((producer) =>
    isFirm({ plan, rules }, producer),
  );
}
