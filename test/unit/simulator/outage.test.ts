import { expect, test } from 'vitest';
import type { RunEvent } from '../../../engine/run/event.ts';
import { noFaults } from '../../simulator/faults.ts';
import { created, type Scenario } from '../../simulator/scenario.ts';
import { simulate } from '../../simulator/simulate.ts';
import { gatherAll, tinyPlan } from '../../simulator/tiny-plan.ts';

const hourMs = 3_600_000;

/** Payloads of up to two hours, and a site that answers nothing for an hour. */
const scenario: Scenario = {
  tiny: tinyPlan([
    { name: 'a', count: 6 },
    { name: 'b', count: 1, reads: [{ from: 'a', relation: gatherAll(6) }] },
  ]),
  behaviour: { retries: 0 },
  created: created(),
  lanes: 6,
  longestMs: 2 * hourMs,
  down: [600_000, 600_000 + hourMs],
  fails: () => false,
  interventions: [],
};

test.each([1, 2, 3])(
  'a batch system that is down for an hour changes nothing: seed %i',
  async (seed) => {
    const shared = seed !== 3;
    const run = await simulate({ seed, faults: noFaults, scenario, shared });
    expect(run.violations).toEqual([]);
    expect(run.succeeded).toBe(7);
    expect(run.executions).toBe(7);
    const ends = (run.events as readonly { event: RunEvent }[]).flatMap(({ event }) =>
      event.kind === 'attempt.ended' ? [event.outcome.kind] : [],
    );
    expect(ends).toEqual(Array(7).fill('succeeded'));
  },
);

test('and one that starts while it is down waits for it', async () => {
  const run = await simulate({
    seed: 4,
    faults: noFaults,
    scenario: { ...scenario, down: [1, hourMs] },
  });
  expect(run.violations).toEqual([]);
  expect(run.succeeded).toBe(7);
  expect(run.executions).toBe(7);
});
