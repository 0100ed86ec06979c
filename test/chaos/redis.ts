/**
 * Real engines and workers over a real Redis to which bad things happen:
 *
 *     node test/chaos/redis.ts --faults 200 [--seed N] [--only FAULT] [--shape wide|layered|chain]
 *         [--scale 1] [--nap S] [--within S] [--directory D]
 *
 *     node test/chaos/redis.ts --scenes
 *
 * Each run has several faults (`redis/faults.ts`), and workers in its engine's process or in processes of their own.
 * Prints a table; ends with 1 if anything was executed twice, is missing, if work did not begin again soon enough, or
 * if anything is left behind, and leaves the directories of such runs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Random, randomOf } from '../simulator/random.ts';
import { buildBraid } from './built.ts';
import { makeField } from './field.ts';
import { type Fault, faultNamed, faults } from './redis/faults.ts';
import { scenes } from './redis/hosts.ts';
import { faultyRun, type Returns } from './redis/outage.ts';
import { startRelay } from './redis/relay.ts';
import { startServer, USER } from './redis/server.ts';
import { worker } from './redis/stage.ts';
import { shapes } from './shapes.ts';
import { newTally, strikesOf, type Tally, tableOf } from './tally.ts';

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    scenes: { type: 'boolean', default: false },
    shape: { type: 'string' },
    nap: { type: 'string' },
    scale: { type: 'string', default: '1' },
    within: { type: 'string', default: '5' },
    directory: { type: 'string', default: tmpdir() },
  },
});

/** Workers and hosts that die or stand still, one after the other. */
async function playScenes(braid: string, scratch: string, tally: Tally): Promise<void> {
  for (const [name, scene] of Object.entries(scenes)) {
    const directory = join(scratch, name);
    const server = await startServer(`${directory}-redis`);
    const { violations, figures } = await scene(braid, directory, server);
    await server.close();
    tally.violations.push(...violations.map((text) => `${directory}: ${text}`));
    const measured = Object.entries(figures).map(([what, ms]) => `${what} ${Math.round(ms)} ms`);
    console.log(`${name}: ${[...violations, ...measured].join(', ')}`);
  }
}

/** Long outages are rare: one of 60 s in a hundred. */
function deck(random: Random): Fault[] {
  if (values.only !== undefined) return [faultNamed(values.only)];
  const cards = faults.flatMap((fault) => {
    const copies = fault.seconds > 30 ? (random.chance(0.1) ? 1 : 0) : fault.seconds > 10 ? 1 : 2;
    return Array.from({ length: copies }, () => fault);
  });
  return cards
    .map((card) => ({ card, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ card }) => card);
}

async function oneRun(
  braid: string,
  directory: string,
  random: Random,
  tally: Tally,
  cards: readonly Fault[],
): Promise<Returns[]> {
  const server = await startServer(`${directory}-redis`, { append: true });
  // Over a port as a user who may do no more than has to be, over a socket as anybody.
  const where = random.chance(0.5) ? { path: `${directory}-redis/relay` } : { user: USER };
  const relay = await startRelay(server.socket, where);
  const own = random.chance(0.5);
  const known = shapes(Number(values.scale));
  const shape = random.pick(known.filter(({ name }) => [undefined, name].includes(values.shape)));
  const options = ['--redis', relay.url, ...(own ? [] : ['--no-worker'])];
  const nap = values.nap ?? random.pick(['0.05', '0.1', '0.3']);
  const field = makeField(braid, directory, shape, { options, nap });
  const others = Array.from({ length: own ? 0 : random.int(1, 2) }, () => worker(field, relay.url));
  try {
    return await faultyRun(field, tally, {
      random,
      server,
      relay,
      faults: cards,
      workers: others,
      between: values.only === undefined ? [3, 15] : [3, Math.round(60 * Number(values.scale))],
      withinMs: Number(values.within) * 1000,
      onFault: (name) => console.log(`   ${name}`),
    });
  } finally {
    await relay.close();
    await server.close();
  }
}

function tableOfReturns(returns: readonly Returns[]): string {
  const rows = [...Map.groupBy(returns, ({ fault }) => fault)].sort(([a], [b]) => (a < b ? -1 : 1));
  return rows
    .map(([fault, some]) => {
      const most = (of: (one: Returns) => number) => Math.max(...some.map(of));
      const first = most(({ firstMs }) => firstMs);
      const still = most(({ stillMs }) => stillMs);
      return `  ${fault.padEnd(30)} ${String(some.length).padStart(4)}  first payload after at most ${first} ms, longest stillness ${still} ms`;
    })
    .join('\n');
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(values.directory, 'braid-redis-'));
  const braid = buildBraid(join(scratch, 'braid'));
  const random = randomOf(Number(values.seed));
  const tally = newTally();
  const returns: Returns[] = [];
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  if (values.scenes) await playScenes(braid, scratch, tally);
  const wanted = values.scenes ? 0 : Number(values.faults);
  let cards: Fault[] = [];
  for (let n = 0; strikesOf(tally) < wanted; n++) {
    if (cards.length < 6) cards.push(...deck(random));
    const directory = join(scratch, String(n));
    const before = { faults: strikesOf(tally), violations: tally.violations.length };
    const some = cards.slice(0, Math.min(random.int(2, 6), wanted - before.faults));
    returns.push(...(await oneRun(braid, directory, random, tally, some)));
    cards = cards.slice(strikesOf(tally) - before.faults);
    if (tally.violations.length === before.violations) rmSync(directory, { recursive: true });
    for (const text of tally.violations.slice(before.violations)) console.log(`VIOLATION ${text}`);
    console.log(`${n}: ${strikesOf(tally)} faults, ${seconds().toFixed(0)} s`);
  }
  console.log(tableOfReturns(returns));
  console.log(tableOf(tally, 'faults', seconds()));
  if (tally.violations.length === 0) rmSync(scratch, { recursive: true });
  else process.exitCode = 1;
}

await main();
