import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { allFaults } from './faults.ts';
import { type Simulation, type SimulationOptions, simulate } from './simulate.ts';

/**
 * node test/simulator/run.ts [--seeds N] [--from N] [--growing] [--unshared]
 * node test/simulator/run.ts --seed N [--trace] [--growing] [--unshared]      or with SEED=N in the environment
 *
 * Runs seeds with all faults (`faults.ts`), each in its own weather. Prints each that fails, with what was
 * violated and the commit (with `--first`, no further ones); then what happened, counted. `--trace` prints what happened to one seed, in order:
 * twice the same. Exit code 1 if a promise was broken.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    growing: { type: 'boolean', default: false },
    unshared: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});

const only = values.seed ?? process.env.SEED;
const from = Number(only ?? values.from);
const count = only === undefined ? Number(values.seeds) : 1;

interface Sum {
  failed: number;
  engines: number;
  calls: number;
  events: number;
  executions: number;
  weaknesses: number;
  twice: number;
  lost: number;
  longestMs: number;
  readonly tally: Map<string, number>;
}

async function main(): Promise<void> {
  const started = performance.now();
  const sum: Sum = {
    failed: 0,
    engines: 0,
    calls: 0,
    events: 0,
    executions: 0,
    weaknesses: 0,
    twice: 0,
    lost: 0,
    longestMs: 0,
    tally: new Map(),
  };
  for (let seed = from; seed < from + count; seed++) {
    const simulation = await simulate(optionsOf(seed));
    add(sum, simulation);
    if (values.trace) traceEvents(simulation);
    if (simulation.violations.length > 0) {
      console.log(`--seed ${seed} at ${commit()}: ${simulation.violations.join('; ')}`);
      if (values.first) break;
    }
  }
  tell(sum, (performance.now() - started) / 1000);
  process.exitCode = sum.failed === 0 ? 0 : 1;
}

function optionsOf(seed: number): SimulationOptions {
  return {
    seed,
    growing: values.growing,
    shared: !values.unshared,
    ...(values.trace ? { trace: (text: string) => console.log(text) } : {}),
  };
}

function traceEvents({ events }: Simulation): void {
  for (const { seq, epoch, runMs, event } of events) {
    console.log(runMs, `#${seq} epoch ${epoch}`, JSON.stringify(event));
  }
}

function add(sum: Sum, simulation: Simulation): void {
  if (simulation.violations.length > 0) sum.failed++;
  sum.engines += simulation.lives;
  sum.calls += simulation.calls;
  sum.events += simulation.events.length;
  sum.executions += simulation.executions;
  sum.weaknesses += simulation.weaknesses.length;
  const all = [...simulation.violations, ...simulation.weaknesses];
  sum.twice += all.filter((text) => text.includes('was executed')).length;
  sum.lost += all.filter((text) => text.endsWith('is lost')).length;
  sum.longestMs = Math.max(sum.longestMs, simulation.endedAtMs);
  for (const [what, times] of simulation.tally) {
    sum.tally.set(what, (sum.tally.get(what) ?? 0) + times);
  }
}

function tell(sum: Sum, seconds: number): void {
  const times = (what: string) => sum.tally.get(what) ?? 0;
  const faults = Object.keys(allFaults).map((name) => `${name} ${times(name)}`);
  const kind = `${values.growing ? ' growing' : ''}${values.unshared ? ' without a shared directory' : ''}`;
  console.log(
    `${count} seeds${kind} at ${commit()}: ${sum.failed} failed, ${sum.engines} engines, ` +
      `${sum.calls} port calls, ${sum.events} events, ${sum.executions} payloads executed, ` +
      `${times('blockedCopy')} copies kept out by the claim, ${sum.twice} executed twice, ${sum.lost} good ends lost, ` +
      `${sum.weaknesses} weaknesses, ` +
      `longest ${Math.round(sum.longestMs / 1000)} s of the run's clock, ${seconds.toFixed(1)} s`,
  );
  console.log(`faults: ${faults.join(', ')}`);
}

/** Of the sources that ran. */
function commit(): string {
  const git = (...words: string[]) =>
    execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') ? ' (changed)' : ''}`;
  } catch {
    return 'no commit';
  }
}

await main();
