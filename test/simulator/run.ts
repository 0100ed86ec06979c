import { simulate } from './simulate.ts';

/**
 * node test/simulator/run.ts [--seeds N] [--from N] [--growing]      or with SEED=n in the environment
 *
 * Runs seeds with all faults, F times as often as usual. *
 * Prints each seed that fails with what was violated; exit code 1 if one did.
 */
async function main(): Promise<void> {
  const option = (name: string, fallback: number) => {
    const at = process.argv.indexOf(name);
    return at < 0 ? fallback : Number(process.argv[at + 1]);
  };
  const only = process.env.SEED;
  const from = only === undefined ? option('--from', 1) : Number(only);
  const count = only === undefined ? option('--seeds', 1_000) : 1;
  const started = performance.now();
  let failed = 0;
  let lives = 0;
  let calls = 0;
  for (let seed = from; seed < from + count; seed++) {
    const simulation = await simulate({ seed, growing: process.argv.includes('--growing') });
    lives += simulation.lives;
    calls += simulation.calls;
    if (only !== undefined) {
      for (const { seq, epoch, runMs, event } of simulation.events) {
        console.log(seq, epoch, runMs, JSON.stringify(event));
      }
    }
    if (simulation.violations.length === 0) continue;
    failed++;
    console.log(`SEED=${seed}: ${simulation.violations.join('; ')}`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${count} seeds, ${lives} engines, ${calls} port calls, ${failed} failed, ${seconds} s`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
