import { parseArgs } from 'node:util';
import { parseAttemptId } from '../../engine/ports.ts';
import { type Breakage, noFaults } from './faults.ts';
import { created, type Scenario } from './scenario.ts';
import { type Simulation, type SimulationOptions, simulate } from './simulate.ts';
import { chain, gatherAll, gatherEach, identity, tinyPlan } from './tiny-plan.ts';

/**
 * An engine is stopped, or paused beside its successor, at every one of its awaits: each call of a port has one
 * before and one after its effect, and there is no other place where what it did and what it knows can differ.
 *
 * node test/simulator/crashes.ts [--seeds N] [--pairs] [--unclaimed]
 *
 * All single crashes and pauses of N seeds; with `--pairs` all pairs of crashes of the first seed, too. With
 * `--unclaimed` jobs take no claims: then the grace alone keeps copies apart, if an engine is not paused and the
 * site accepts within it.
 */

/**
 * Scatter, element-wise in bundles, gathers of groups and of all, a loop along `previous`, a limit, a step that
 * fails first, and a closing one: 13 instances.
 */
export const everything: Scenario = {
  tiny: tinyPlan([
    { name: 'a', count: 3 },
    {
      name: 'b',
      count: 3,
      reads: [{ from: 'a', relation: identity }],
      rules: { bundle: { count: 3, by: [] } },
    },
    { name: 'c', count: 2, reads: [{ from: 'b', relation: gatherEach([[0, 1], [2]]) }] },
    { name: 'd', count: 2, reads: [{ from: 'd', relation: chain(2) }] },
    { name: 'e', count: 1, reads: [{ from: 'c', relation: gatherAll(2) }] },
    { name: 'f', count: 1, reads: [{ from: 'e', relation: identity }] },
    {
      name: 'report',
      count: 1,
      after: [{ target: 'workflow', quantifier: 'all', statuses: ['finished'] }],
    },
  ]),
  behaviour: { retries: 1 },
  created: created(),
  lanes: 2,
  interventions: [],
  fails: (attempt) => {
    const { instance, number } = parseAttemptId(attempt);
    return number === 1 && (instance === 1 || instance === 11);
  },
};

export const instancesOfEverything = 13;

/** Half of the calls that a crash interrupts have their effect all the same, later. */
const crashFaults = { ...noFaults, inFlight: 0.5 };

export interface Trial {
  readonly where: string;
  readonly simulation: Simulation;
  /** What is wrong with it: a promise that is broken, or not all that was to be made. */
  readonly faults: readonly string[];
}

/** Stops or pauses the first engine at every crossing from the first on (or every so many), until it ends before it gets there. */
export async function* singles(
  seed: number,
  how: 'crash' | 'pause',
  { breakage = {}, every = 1 }: { breakage?: Breakage; every?: number } = {},
): AsyncGenerator<Trial> {
  for (let at = 1; ; at += every) {
    const trial = await tryAt(`seed ${seed}, ${how} at ${at}`, {
      seed,
      breakage,
      ...(how === 'crash' ? { crashAt: at } : { pauseAt: at }),
    });
    if (trial.simulation.lives === 1) return;
    yield trial;
  }
}

/** Stops the first engine at one crossing, and its successor at another. */
export async function* pairs(seed: number): AsyncGenerator<Trial> {
  for (let first = 1; ; first++) {
    for (let second = 1; ; second++) {
      const where = `seed ${seed}, crashes at ${first} and ${second}`;
      const trial = await tryAt(where, { seed, crashAt: [first, second] });
      if (trial.simulation.lives === 1) return;
      if (trial.simulation.lives === 2) break;
      yield trial;
    }
  }
}

async function tryAt(
  where: string,
  options: Pick<SimulationOptions, 'seed' | 'crashAt' | 'pauseAt' | 'breakage'>,
): Promise<Trial> {
  const simulation = await simulate({ ...options, faults: crashFaults, scenario: everything });
  const faults = [...simulation.violations];
  if (simulation.succeeded !== instancesOfEverything) {
    faults.push(`${simulation.succeeded} of ${instancesOfEverything} instances have succeeded`);
  }
  return { where, simulation, faults };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '5' },
      pairs: { type: 'boolean', default: false },
      unclaimed: { type: 'boolean', default: false },
    },
  });
  let failed = 0;
  const exhaust = async (name: string, trials: AsyncGenerator<Trial>) => {
    const started = performance.now();
    let count = 0;
    let longestMs = 0;
    for await (const { where, simulation, faults } of trials) {
      count++;
      longestMs = Math.max(longestMs, simulation.endedAtMs);
      if (faults.length === 0) continue;
      failed++;
      console.log(`${where}: ${faults.join('; ')}`);
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `${name}: ${count} runs, longest ${longestMs / 1000} s of the run's clock, ${seconds} s`,
    );
  };
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const breakage: Breakage = values.unclaimed ? { claim: 'off' } : {};
    await exhaust(`seed ${seed}, a crash at each crossing`, singles(seed, 'crash', { breakage }));
    if (values.unclaimed) continue;
    await exhaust(`seed ${seed}, a pause at each crossing`, singles(seed, 'pause'));
  }
  if (values.pairs) await exhaust('all pairs of crashes', pairs(1));
  console.log(`${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (import.meta.main) await main();
