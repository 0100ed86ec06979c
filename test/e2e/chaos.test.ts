import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failpointNames } from '../../engine/index.ts';
import { buildBraid } from '../chaos/built.ts';
import { engine, makeField, processState, textOf, until } from '../chaos/field.ts';
import { pauseRun } from '../chaos/pauses.ts';
import { gated, shapes } from '../chaos/shapes.ts';
import { newTally, strikesOf } from '../chaos/tally.ts';
import { tour } from '../chaos/tour.ts';
import { type Execution, executionsIn, judge } from '../chaos/verdict.ts';
import { randomOf } from '../simulator/random.ts';
import { scratch } from './braid.ts';

/** Half a minute on a quiet machine; many times that where others are at work. */
const BUSY_MS = 600_000;

let built = '';
let braid = '';
beforeAll(() => {
  built = mkdtempSync(join(tmpdir(), 'braid-built-'));
  braid = buildBraid(built);
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

const random = randomOf(Number(process.env.SEED ?? 20260722));

test(
  'killed at every failpoint, each attempt is executed once and nothing is lost',
  async () => {
    const directory = scratch();
    const tally = newTally();
    await tour(braid, directory, tally);
    expect(tally.violations).toEqual([]);
    expect([...tally.strikes.keys()].sort()).toEqual([...failpointNames].sort());
    expect(strikesOf(tally)).toBeGreaterThan(50);
    expect({ twice: tally.twice, missing: tally.missing, lost: tally.lost }).toEqual({
      twice: 0,
      missing: 0,
      lost: 0,
    });
  },
  BUSY_MS,
);

test(
  'ten engines that are stopped, lose their run and wake: each leaves, and nothing runs twice',
  async () => {
    const directory = scratch();
    const tally = newTally();
    for (let n = 0; strikesOf(tally) < 10; n++) {
      const field = makeField(braid, join(directory, `${n}`), random.pick(shapes(0.6)), {
        nap: '0.05',
      });
      await pauseRun(field, tally, { random, pauses: Math.min(6, 10 - strikesOf(tally)) });
    }
    expect(tally.violations).toEqual([]);
    expect(tally.twice + tally.missing + tally.lost).toBe(0);
    expect(tally.slowestLeaveMs).toBeLessThan(5_000);
  },
  BUSY_MS,
);

test('a lane that is killed costs a try of its own kind, with its engine too; what it ran is ended', async () => {
  const field = makeField(braid, join(scratch(), 'run'), gated());
  const executions = () => executionsIn(textOf(field.count));
  const seen = async (count: number) => {
    expect(await until(() => executions().length === count, 30_000)).toBe(true);
    return executions().at(-1)!;
  };
  const first = engine(field);
  await seen(2);
  const [one, two] = ['wait[i=1]', 'wait[i=2]'].map(
    (name) => executions().find((execution) => execution.name === name)!,
  ) as [Execution, Execution];
  process.kill(one.lane, 'SIGKILL');
  expect(await seen(3)).toMatchObject({ name: one.name, attempt: 2 });
  process.kill(two.lane, 'SIGKILL');
  first.process.kill('SIGKILL');
  await first.ended;
  const second = engine(field);
  expect(await seen(4)).toMatchObject({ name: two.name, attempt: 2 });
  // Nothing of a try may be at work when the next one is.
  expect([one, two].map(({ pid }) => processState(pid))).toEqual([undefined, undefined]);
  writeFileSync(`${field.count}.gate`, '');
  expect((await second.ended).code).toBe(0);
  expect(await judge(field, { lanesKilled: 2 })).toMatchObject({
    executions: 4,
    twice: 0,
    lost: 2,
    violations: [],
  });
});

test('of two engines on one run one works, and the other leaves with a clear line', async () => {
  const directory = scratch();
  const field = makeField(braid, join(directory, 'run'), shapes(0.4)[2]!);
  expect((await engine(field, 'ended.after:1').ended).signal).toBe('SIGKILL');
  const both = await Promise.all([engine(field).ended, engine(field).ended]);
  expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
  const refused = both.find(({ code }) => code === 1);
  expect(refused?.stderr).toMatch(/error\[E1102\]: run \w+ has an engine already: process \d+ on/);
  expect(refused?.stderr).toContain('--take-over');
  expect((await judge(field)).violations).toEqual([]);
  // And the judge can tell: one line more is an execution too many.
  appendFileSync(field.count, 'begin[c=1] 1 1 1\n');
  expect(await judge(field)).toMatchObject({
    twice: 1,
    violations: ['begin[c=1]: attempts 1, 1 instead of 1', '1 executions more, 0 lost'],
  });
});

test('a stopped engine keeps its run until it is taken over; what is no failpoint is said', async () => {
  const directory = scratch();
  const field = makeField(braid, join(directory, 'run'), shapes(0.2)[2]!);
  const stopped = engine(field, 'submit.before:2:stop');
  await until(() => processState(stopped.pid) === 'T', 20_000);
  expect((await engine(field).ended).code).toBe(1);
  const takers = [0, 1].map(() => engine(field, '', ['--take-over']).ended);
  const ends = await Promise.all(takers);
  // The later one takes it from the other, or comes when all is done.
  expect(ends.map(({ code }) => code)).toContain(0);
  for (const { code, stderr } of ends) {
    if (code !== 0) expect(stderr).toContain('another engine has taken run');
  }
  stopped.process.kill('SIGCONT');
  const left = await stopped.ended;
  expect(left.code).toBe(1);
  expect(left.stderr).toContain('another engine has taken run');
  expect((await judge(field)).violations).toEqual([]);
  const other = makeField(braid, join(directory, 'other'), shapes(0.2)[2]!);
  const wrong = await engine(other, 'nowhere:1').ended;
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('`BRAID_FAILPOINT=nowhere:1` is no failpoint');
});
