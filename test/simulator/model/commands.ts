import fc from 'fast-check';
import { numberOf } from '../../../engine/plan/instance.ts';
import { forEachProducer } from '../../../engine/plan/relation.ts';
import { created, type Scenario } from '../scenario.ts';
import {
  gatherAll,
  gatherEach,
  identity,
  type TinyRead,
  type TinyStep,
  tinyPlan,
} from '../tiny-plan.ts';
import { type Reference, referenceOf } from './reference.ts';
import { openSession, type Session } from './session.ts';

/** What happens to a run; `of` is taken modulo how many there are. */
export type Command = {
  /** The engine stops so long afterwards, in milliseconds. */
  readonly crashMs: number | undefined;
} & (
  | { readonly kind: 'end'; readonly of: number; readonly how: 'well' | 'badly' | 'lost' }
  | { readonly kind: 'cancel' | 'hold' | 'release' | 'retry'; readonly of: number }
  | { readonly kind: 'repeat'; readonly of: number }
  | { readonly kind: 'cancel all' | 'pass' }
);

/** Sizes of the steps, and how each reads one before it. */
export interface Shape {
  readonly steps: readonly {
    readonly count: number;
    readonly from: number;
    readonly how: number;
  }[];
}

export const shapes: fc.Arbitrary<Shape> = fc.record({
  steps: fc.array(
    fc.record({
      count: fc.integer({ min: 1, max: 4 }),
      from: fc.nat(9),
      how: fc.nat(3),
    }),
    { minLength: 2, maxLength: 5 },
  ),
});

const of = fc.nat(99);
const crashMs = fc.option(fc.integer({ min: 0, max: 2_500 }), { nil: undefined, freq: 2 });
const ends = fc.record({
  kind: fc.constant('end' as const),
  of,
  how: fc.constantFrom('well', 'well', 'well', 'badly', 'lost'),
  crashMs,
});
const verbs = fc.constantFrom('cancel', 'hold', 'hold', 'release', 'release', 'retry', 'retry');

export const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof(
    { weight: 50, arbitrary: ends as fc.Arbitrary<Command> },
    { weight: 30, arbitrary: fc.record({ kind: verbs, of, crashMs }) as fc.Arbitrary<Command> },
    {
      weight: 10,
      arbitrary: fc.record({ kind: fc.constant('repeat' as const), of, crashMs }),
    },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('pass' as const), crashMs }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('cancel all' as const), crashMs }),
    },
  ),
  { minLength: 5, maxLength: 25 },
);

const retries = 1;
/** How often an attempt may be lost (`UNCHARGED_BUDGET`). */
const losses = 5;

function scenarioOf({ steps }: Shape): Scenario {
  const made: TinyStep[] = [];
  steps.forEach(({ count, from, how }, n) => {
    const producer = n === 0 || how === 0 ? undefined : made[from % n];
    const reads: TinyRead[] = producer
      ? [{ from: producer.name, relation: relationOf(producer.count, count, how) }]
      : [];
    made.push({ name: `s${n}`, count, reads });
  });
  // It runs as long as the session wants, and the run with it.
  made.push({ name: 'last', count: 1 });
  return {
    tiny: tinyPlan(made),
    behaviour: { retries },
    created: created(),
    lanes: 99,
    interventions: [],
  };
}

function relationOf(producers: number, consumers: number, how: number): TinyRead['relation'] {
  if (how === 1 && producers === consumers) return identity;
  if (how === 2) return gatherAll(producers);
  return gatherEach(
    Array.from({ length: consumers }, (_, i) => [i % producers, (i + 1) % producers]).map(
      (list) => [...new Set(list)],
    ),
  );
}

function producersOf({ tiny: { plan } }: Scenario): number[][] {
  return plan.steps.flatMap((step) =>
    Array.from({ length: step.count }, (_, ordinal) =>
      step.reads.flatMap(({ producer, relation }) => {
        const found: number[] = [];
        forEachProducer(relation, ordinal, (one) => {
          found.push(numberOf(plan.steps[producer]!, one));
        });
        return found;
      }),
    ),
  );
}

/** Longer than the engine takes to notice anything: sweeps, questions, the grace and the lag of files. */
const SETTLE_MS = 30_000;

/**
 * Does the same to a run and to the reference, and gives the first difference, or what was violated; undefined
 * if there is none.
 */
export async function difference(
  shape: Shape,
  list: readonly Command[],
): Promise<string | undefined> {
  const scenario = scenarioOf(shape);
  const producers = producersOf(scenario);
  const reference = referenceOf(producers, { retries, losses });
  const session = openSession(scenario);
  const last = producers.length - 1;
  await session.pass(SETTLE_MS);
  for (const [at, command] of list.entries()) {
    if (session.hasEnded()) break;
    tell(session, reference, command, last);
    if (command.crashMs !== undefined) {
      await session.pass(command.crashMs);
      session.crash();
    }
    await session.pass(SETTLE_MS);
    const phases = (await session.phases()).join(' ');
    const expected = reference.phases.join(' ');
    if (phases !== expected) {
      return `after ${at} (${JSON.stringify(command)}):\n${phases} is, but meant is\n${expected}`;
    }
  }
  return finish(session, reference);
}

function tell(session: Session, reference: Reference, command: Command, last: number): void {
  switch (command.kind) {
    case 'end': {
      const running = reference.phases.flatMap((phase, i) =>
        phase === 'running' && i !== last ? [i] : [],
      );
      const instance = running[command.of % running.length];
      if (instance === undefined) return;
      session.end(instance, command.how);
      reference.end(instance, command.how);
      return;
    }
    case 'repeat':
      session.repeat(command.of);
      return;
    case 'pass':
      return;
    case 'cancel all':
      session.ask('cancel', '');
      reference.cancelAll();
      return;
    default: {
      const instance = command.of % last;
      session.ask(command.kind, String(instance));
      reference[command.kind](instance);
    }
  }
}

/** Once nothing is held and every payload ends well, the run ends, and nothing was violated. */
async function finish(session: Session, reference: Reference): Promise<string | undefined> {
  if (!session.hasEnded()) session.ask('release', '');
  reference.phases.forEach((_, i) => {
    reference.release(i);
  });
  for (let round = 0; round <= reference.phases.length && !session.hasEnded(); round++) {
    await session.pass(SETTLE_MS);
    reference.phases.forEach((phase, i) => {
      if (phase !== 'running') return;
      session.end(i, 'well');
    });
    // All at once: what becomes ready by it runs in the next round.
    const running = reference.phases.flatMap((phase, i) => (phase === 'running' ? [i] : []));
    for (const i of running) reference.end(i, 'well');
  }
  await session.pass(SETTLE_MS);
  if (!session.hasEnded()) return 'the run does not end';
  const phases = (await session.phases()).join(' ');
  const expected = reference.phases.join(' ');
  if (phases !== expected) return `at the end:\n${phases} is, but meant is\n${expected}`;
  const violations = await session.violations();
  return violations.length === 0 ? undefined : violations.join('\n');
}
