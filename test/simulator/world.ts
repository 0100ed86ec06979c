import { type MemoryStore, memoryStore } from '../../engine/journal/memory.ts';
import { forEachProducer } from '../../engine/plan/relation.ts';
import type { AttemptId } from '../../engine/ports.ts';
import { parseAttemptId } from '../../engine/ports.ts';
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
  readonly violations: string[];
}

export function worldOf(
  tiny: Tiny,
  time: VirtualTime,
  random: Random,
  faults: Faults,
  breakage: Breakage,
): World {
  return {
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
    violations: [],
  };
}

/** A payload starts: what must hold then, whatever any engine believes. */
export function payloadStarts(world: World, attempt: AttemptId, undo: boolean): void {
  const { instance } = parseAttemptId(attempt);
  const times = (world.executions.get(attempt) ?? 0) + 1;
  world.executions.set(attempt, times);
  const violate = (what: string) => {
    world.violations.push(`${what} at ${world.time.nowMs()} ms`);
  };
  if (times > 1) violate(`attempt ${attempt} was executed ${times} times`);
  if ((world.running.get(instance) ?? 0) > 0) violate(`instance ${instance} ran twice at once`);
  if (undo) {
    for (const reader of firmReaders(world, instance)) {
      const stands = world.succeeded.has(reader) || (world.running.get(reader) ?? 0) > 0;
      if (stands) violate(`instance ${instance} was undone before its reader ${reader}`);
    }
    world.running.set(instance, (world.running.get(instance) ?? 0) + 1);
    return;
  }
  if ((world.succeeded.get(instance) ?? 0) > 0) {
    violate(`instance ${instance} ran again after a success (attempt ${attempt})`);
  }
  for (const producer of firmProducers(world, instance)) {
    if (!world.succeeded.has(producer)) {
      violate(`instance ${instance} started before ${producer} had succeeded`);
    }
  }
  world.running.set(instance, (world.running.get(instance) ?? 0) + 1);
}

export function payloadEnds(world: World, attempt: AttemptId, good: boolean, undo: boolean): void {
  const { instance } = parseAttemptId(attempt);
  world.running.set(instance, (world.running.get(instance) ?? 1) - 1);
  if (undo && good) world.succeeded.delete(instance);
  else if (good) world.succeeded.set(instance, (world.succeeded.get(instance) ?? 0) + 1);
}

/** Producers that cannot be absent, so that a start without their success is a violation. */
function firmProducers({ tiny }: World, instance: number): number[] {
  const { plan } = tiny;
  const step = plan.steps.findLast((one) => one.count > 0 && one.first <= instance);
  const found: number[] = [];
  for (const read of step?.reads ?? []) {
    const producer = plan.steps[read.producer];
    if (!step || !producer || read.relation.kind === 'previous') continue;
    if (!isFirm(tiny, producer.index)) continue;
    forEachProducer(read.relation, instance - step.first, (ordinal) => {
      found.push(producer.first + ordinal);
    });
  }
  return found;
}

/** Those that had the instance among their firm producers. */
function firmReaders(world: World, instance: number): number[] {
  const readers: number[] = [];
  for (let i = 0; i < world.tiny.plan.instances.min; i++) {
    if (firmProducers(world, i).includes(instance)) readers.push(i);
  }
  return readers;
}

/** Nothing of the step can be absent: it tolerates nothing, nor does anything before it. */
function isFirm({ plan, rules }: Tiny, index: number): boolean {
  const step = plan.steps[index];
  if (!step || step.skipped || (rules[index]?.tolerate ?? 0) > 0) return false;
  const reads = step.reads.filter((read) => read.producer !== index);
  return reads.every((read) => isFirm({ plan, rules }, read.producer));
}
