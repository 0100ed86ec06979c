import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { commands, difference, shapes } from './commands.ts';

/**
 * node test/simulator/model/run.ts [--runs N] [--seed N] [--path P]
 *
 * Lists of what may happen to a run, done to the engine in the simulator and to a reference; prints the smallest
 * that they differ in, with seed and path. Exit code 1 if there is one.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    path: { type: 'string' },
  },
});
const started = performance.now();
let count = 0;
await fc.assert(
  fc.asyncProperty(shapes, commands, async (shape, list) => {
    count += list.length;
    const found = await difference(shape, list);
    if (found !== undefined) throw new Error(found);
  }),
  {
    numRuns: Number(values.runs),
    seed: Number(values.seed),
    ...(values.path === undefined ? {} : { path: values.path }),
  },
);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${values.runs} runs, ${count} commands, seed ${values.seed}: no difference, ${seconds} s`,
);
