import type { AttemptId } from '../../engine/ports.ts';
import type { RunCreated } from '../../engine/run/event.ts';
import type { Indexed } from './earlier-results.ts';
import type { Random } from './random.ts';
import { type Behaviour, smallShape } from './tiny-binder.ts';
import {
  chain,
  gatherAll,
  gatherEach,
  identity,
  type Tiny,
  type TinyNotice,
  type TinyRead,
  type TinyStep,
  tinyPlan,
} from './tiny-plan.ts';

/** What a seed makes: a plan, how its payloads behave, and what a person does meanwhile. */
export interface Scenario {
  readonly tiny: Tiny;
  readonly behaviour: Partial<Behaviour>;
  readonly created: RunCreated;
  readonly lanes: number;
  /** When the site answers nothing, from and to, in milliseconds after the start. */
  readonly down?: readonly [number, number];
  /** Payloads end only when they are told to. */
  readonly byHand?: boolean;
  /** The longest that a payload runs, in milliseconds; default: 3 s. */
  readonly longestMs?: number;
  /** The chance of a payload to end badly, where `fails` does not say; default: 0.08. */
  readonly failing?: number;
  /** Attempts that end badly; default: some, by chance. */
  readonly fails?: (attempt: AttemptId) => boolean;
  /** When it comes, and the text of its file. */
  readonly interventions: readonly { readonly atMs: number; readonly text: string }[];
  /** As the plan has them. */
  readonly notices?: readonly TinyNotice[];
  /** What earlier runs left. */
  readonly indexed?: Indexed;
  /** Past so many instances it grows only after a word, which comes in time. */
  readonly largest?: number | undefined;
}

export function created(policy: RunCreated['policy'] = 'continue'): RunCreated {
  return {
    kind: 'run.created',
    v: 1,
    workflow: 'tiny',
    sources: [],
    settings: { set: [] },
    planFingerprint: 'tiny',
    engineVersion: '0',
    policy,
    site: 'local',
  };
}

export function noticesOf(random: Random): readonly TinyNotice[] {
  const channels = random.pick([0, 0, 1, 2]);
  return Array.from({ length: channels }, (_, n) => ({
    channel: `channel ${n}`,
    on: random.pick([['finished'], ['succeeded'], ['failed', 'cancelled']]),
  }));
}

/** Some runs find nothing, some a few results, and some of those were changed. */
export function indexedOf(random: Random): Indexed {
  const every = random.pick([0, 0, 2, 4]);
  const from = random.int(0, 3);
  return (instance) => {
    if (every === 0 || (instance + from) % every !== 0) return undefined;
    return (instance + from) % 3 === 0 ? 'changed' : 'whole';
  };
}

/** All that has failed by then is tried again. */
export function retriesOf(random: Random): Scenario['interventions'] {
  if (!random.chance(0.4)) return [];
  const all = Array.from({ length: 60 }, (_, instance) => instance).join(',');
  return Array.from({ length: random.int(1, 4) }, () => ({
    atMs: random.int(1_000, 50_000),
    text: JSON.stringify({ format: 1, verb: 'retry', selector: all }),
  }));
}

export function scenarioOf(random: Random): Scenario {
  const steps: TinyStep[] = [];
  const count = random.int(2, 5);
  for (let n = 0; n < count; n++) steps.push(stepOf(random, n, steps));
  if (random.chance(0.4)) {
    const after = [{ target: 'workflow', quantifier: 'all' as const, statuses: ['finished'] }];
    steps.push({ name: 'report', count: 1, after });
  }
  const rollsBack = random.chance(0.4);
  const notices = noticesOf(random);
  const tiny = tinyPlan(
    rollsBack ? steps.map((step) => ({ ...step, undo: true })) : steps,
    notices,
  );
  const skipped = new Set<number>();
  return {
    tiny,
    behaviour: {
      retries: random.int(0, 3),
      waitMs: random.pick([0, 0, 5_000]),
      resources: smallShape,
      priority: (instance) => (instance * 7) % 3,
      skips: (instance) => skipped.has(instance),
      environment: random.chance(0.3) ? 'stack' : undefined,
    },
    created: created(random.chance(0.15) ? 'stop' : 'continue'),
    lanes: random.int(1, 4),
    longestMs: random.chance(0.12) ? 60_000 : 3_000,
    failing: random.pick([0.08, 0.08, 0.3]),
    interventions: [
      ...interventionsOf(random, tiny.plan.instances.min),
      ...(rollsBack ? rollbacksOf(random, tiny.plan.instances.min) : []),
      ...retriesOf(random),
    ],
    notices,
    indexed: indexedOf(random),
  };
}

function stepOf(random: Random, n: number, before: readonly TinyStep[]): TinyStep {
  const size = random.int(1, 6);
  const reads: TinyRead[] = [];
  const from = before.length > 0 && random.chance(0.85) ? random.pick(before) : undefined;
  if (from) reads.push({ from: from.name, relation: relationOf(random, from.count, size) });
  if (random.chance(0.15)) reads.push({ from: `s${n}`, relation: chain(size) });
  const target = before.length > 0 && random.chance(0.2) ? random.pick(before).name : undefined;
  return {
    name: `s${n}`,
    count: size,
    reads,
    after: target ? [{ target, quantifier: 'all', statuses: ['finished'] }] : [],
    rules: {
      tolerate: random.chance(0.3) ? 1 : 0,
      limit: random.chance(0.2) ? { count: 1, per: [] } : undefined,
      bundle: random.chance(0.3) ? { count: 3, by: [] } : undefined,
    },
  };
}

function relationOf(random: Random, producers: number, consumers: number): TinyRead['relation'] {
  switch (random.int(0, 3)) {
    case 0:
      if (producers === consumers) return identity;
      return { kind: 'constant', to: random.int(0, producers - 1) };
    case 1:
      return gatherAll(producers);
    case 2: {
      const lists = Array.from({ length: consumers }, () =>
        Array.from({ length: producers }, (_, i) => i).filter(() => random.chance(0.5)),
      );
      return gatherEach(lists);
    }
    default: {
      const to = Int32Array.from({ length: consumers }, () => random.int(0, producers - 1));
      return { kind: 'map', to };
    }
  }
}

function interventionsOf(random: Random, size: number): Scenario['interventions'] {
  const some: { atMs: number; text: string }[] = [];
  const file = (verb: string, selector: string) => JSON.stringify({ format: 1, verb, selector });
  const one = () => String(random.int(0, size - 1));
  const soon = () => random.int(100, 20_000);
  if (random.chance(0.15)) some.push({ atMs: soon(), text: file('cancel', '') });
  else if (random.chance(0.2)) some.push({ atMs: soon(), text: file('cancel', one()) });
  if (random.chance(0.2)) {
    some.push({ atMs: soon(), text: file('hold', '') });
    some.push({ atMs: 40_000, text: file('release', '') });
  }
  return some;
}

/** Several, since most are refused: something of them is under way, or nothing has ended. */
function rollbacksOf(random: Random, size: number): Scenario['interventions'] {
  return Array.from({ length: 4 }, () => ({
    atMs: random.int(500, 40_000),
    text: JSON.stringify({
      format: 1,
      verb: 'rollback',
      selector: String(random.int(0, size - 1)),
    }),
  }));
}
