/**
 * Real engines, killed and stopped:
 *
 *     node test/chaos/run.ts --kills 1000 [--shape wide|layered|chain] [--seed N] [--lanes 0.2] [--redis] [--scale 1]
 *     node test/chaos/run.ts --pauses 100 [--shape ...] [--seed N]
 *     node test/chaos/run.ts --tour
 *
 * Builds Braid once, then drives run after run in a fresh directory each (below `--directory`, default in the
 * system's place for such) until there were as many. Prints a table; ends with 1 if anything was executed twice, is
 * missing, or is wrong otherwise, and leaves the directories of such runs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { randomOf } from '../simulator/random.ts';
import { buildBraid } from './built.ts';
import { makeField } from './field.ts';
import { killRun } from './kills.ts';
import { pauseRun } from './pauses.ts';
import { startLosingRedis } from './redis/losing.ts';
import { shapes } from './shapes.ts';
import { newTally, strikesOf, tableOf } from './tally.ts';
import { tour } from './tour.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '0' },
    pauses: { type: 'string', default: '0' },
    shape: { type: 'string' },
    tour: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '0' },
    redis: { type: 'boolean', default: false },
    scale: { type: 'string', default: '1' },
    directory: { type: 'string', default: tmpdir() },
  },
});

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(resolve(values.directory), 'braid-chaos-'));
  const braid = buildBraid(join(scratch, 'braid'));
  const random = randomOf(Number(values.seed));
  const known = shapes(Number(values.scale)).filter(({ name }) =>
    [undefined, name].includes(values.shape),
  );
  const tally = newTally();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  if (values.tour) await tour(braid, join(scratch, 'tour'), tally);
  const redis = values.redis ? await startLosingRedis(join(scratch, 'redis')) : undefined;
  const options = redis ? ['--redis', redis.url] : [];
  const isPauses = values.pauses !== '0';
  const what = isPauses ? 'stops' : 'kills';
  const wanted = Number(isPauses ? values.pauses : values.kills);
  for (let n = 0; strikesOf(tally) < wanted; n++) {
    const field = makeField(braid, join(scratch, `${what}-${n}`), random.pick(known), {
      options,
      // So that a lane that is killed is at work.
      ...(values.lanes === '0' ? {} : { nap: '0.15' }),
    });
    const before = tally.violations.length;
    if (isPauses) await pauseRun(field, tally, { random, pauses: random.int(2, 8) });
    else {
      const lanes = Number(values.lanes);
      await killRun(field, tally, { random, kills: random.int(3, 40), lanes, redis });
    }
    if (tally.violations.length === before) rmSync(field.directory, { recursive: true });
    console.log(`${n} ${field.shape.name}: ${strikesOf(tally)} ${what}, ${seconds().toFixed(0)} s`);
  }
  await redis?.close();
  console.log(tableOf(tally, what, seconds()));
  if (tally.violations.length === 0) rmSync(scratch, { recursive: true });
  else process.exitCode = 1;
}

await main();
