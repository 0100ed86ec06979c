import type { Random } from './random.ts';
import { created, indexedOf, noticesOf, retriesOf, type Scenario } from './scenario.ts';
import { smallShape } from './tiny-binder.ts';
import { gatherAll, grown, type TinyStep, tinyPlan } from './tiny-plan.ts';

/**
 * A plan that grows while it runs: manifests per key, a second fan-out over what the first has made,
 * gathers group by group and over all, readers element by element, states waited for. Some are rolled back, and
 * their tables made otherwise; some are held; in some the first of a step go alone.
 */
export function growingScenario(random: Random): Scenario {
  const size = random.int(1, 4);
  const canary = random.chance(0.25) ? random.int(1, 2) : 0;
  const rules = () => ({
    tolerate: random.chance(0.2) ? 1 : 0,
    limit: random.chance(0.2) ? { count: 1, per: [] } : undefined,
    bundle: random.chance(0.3) ? { count: 3, by: [] } : undefined,
    canary,
  });
  // What the tables are made from: one that fails and is tried again makes them anew.
  const before = random.chance(0.4) ? random.int(1, 3) : 0;
  const steps: TinyStep[] = [
    ...(before > 0 ? [{ name: 'p', count: before, rules: { ...rules(), tolerate: before } }] : []),
    {
      name: 'a',
      count: size,
      reads: before > 0 ? [{ from: 'p', relation: gatherAll(before) }] : [],
      rules: rules(),
    },
    {
      name: 'x',
      count: 0,
      fan: ['a'],
      reads: random.chance(0.5) ? [{ from: 'a', relation: grown }] : [],
      rules: random.chance(0.3) ? { ...rules(), tolerateShare: 0.5 } : rules(),
    },
  ];
  const add = (chance: number, step: TinyStep) => {
    if (random.chance(chance)) steps.push({ rules: rules(), ...step });
  };
  const readsX = { from: 'x', relation: grown };
  add(0.5, { name: 'y', count: 0, fan: ['a'], reads: [readsX] });
  add(0.5, { name: 'w', count: 0, fan: ['a', 'x'], reads: [readsX] });
  add(0.6, {
    name: 'z',
    count: size,
    dimensions: { a: size },
    reads: [{ ...readsX, gathers: true }],
  });
  if (steps.some(({ name }) => name === 'z')) {
    add(0.4, { name: 'v', count: 0, fan: ['z'], reads: [{ from: 'z', relation: grown }] });
  }
  const gathered = steps.filter((step) => step.fan && random.chance(0.7));
  steps.push({
    name: 'all',
    count: 1,
    dimensions: {},
    reads: [
      { from: 'a', relation: gatherAll(size) },
      ...gathered.map(({ name }) => ({ from: name, relation: grown, gathers: true })),
    ],
  });
  const after = (target: string) => [
    {
      target,
      quantifier: random.pick(['all', 'any'] as const),
      statuses: [random.pick(['finished', 'succeeded', 'failed'])],
    },
  ];
  add(0.4, { name: 'later', count: size, dimensions: { a: size }, after: after('x') });
  add(0.4, {
    name: 'report',
    count: 1,
    after: [{ target: 'workflow', quantifier: 'all', statuses: ['finished'] }],
  });
  const rollsBack = random.chance(0.4);
  const notices = noticesOf(random);
  const tiny = tinyPlan(
    rollsBack ? steps.map((step) => ({ ...step, undo: true })) : steps,
    notices,
  );
  const skipped = random.chance(0.3) ? before + random.int(0, size - 1) : -1;
  const spread = random.int(1, 5);
  // Every so many-th table is of no use.
  const faulty = random.pick([1_000, 1_000, 3, 5]);
  return {
    tiny,
    behaviour: {
      retries: random.int(0, 3),
      waitMs: random.pick([0, 0, 5_000]),
      resources: smallShape,
      priority: (instance) => (instance * 7) % 3,
      skips: (instance) => instance === skipped,
      expands: ({ keys, stage }, attempt) => {
        const sum = [...keys.values()].reduce<number>((a, key) => a + Number(key), attempt + stage);
        return sum % faulty === faulty - 1 ? undefined : sum % spread;
      },
    },
    created: created(random.chance(0.15) ? 'stop' : 'continue'),
    lanes: random.int(1, 4),
    failing: random.pick([0.08, 0.08, 0.3]),
    interventions: [
      ...cancelsOf(random, before + size),
      ...holdsOf(random),
      ...(rollsBack ? rollbacksOf(random, before + size) : []),
      ...retriesOf(random),
    ],
    notices,
    indexed: indexedOf(random),
    largest: random.chance(0.25) ? tiny.plan.instances.min + random.int(0, 6) : undefined,
  };
}

const file = (verb: string, selector: string) => JSON.stringify({ format: 1, verb, selector });

/** The whole run, so that nothing is expanded meanwhile. */
function holdsOf(random: Random): Scenario['interventions'] {
  if (!random.chance(0.2)) return [];
  return [
    { atMs: random.int(100, 20_000), text: file('hold', '') },
    { atMs: 40_000, text: file('release', '') },
  ];
}

/** Of sources and of what was made from them; several, since most are refused. */
function rollbacksOf(random: Random, size: number): Scenario['interventions'] {
  return Array.from({ length: 5 }, () => ({
    atMs: random.int(1_000, 50_000),
    text: file('rollback', String(random.int(0, size + (random.chance(0.4) ? 4 : 0)))),
  }));
}

function cancelsOf(random: Random, size: number): Scenario['interventions'] {
  const atMs = random.int(100, 20_000);
  if (random.chance(0.12)) return [{ atMs, text: file('cancel', '') }];
  if (random.chance(0.15)) {
    return [{ atMs, text: file('cancel', String(random.int(0, size - 1))) }];
  }
  return [];
}
