import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failpointNames } from '../../engine/index.ts';
import { buildBraid } from '../chaos/built.ts';
import { engine, makeField, processState, until } from '../chaos/field.ts';
import { pauseRun } from '../chaos/pauses.ts';
import { shapes } from '../chaos/shapes.ts';
import { newTally, strikesOf } from '../chaos/tally.ts';
import { tour } from '../chaos/tour.ts';
import { judge } from '../chaos/verdict.ts';
import { randomOf } from '../simulator/random.ts';
import { scratch } from './braid.ts';

let built = '';
let braid = '';
beforeAll(() => {
  built = mkdtempSync(join(tmpdir(), 'braid-built-'));
  braid = buildBraid(built);
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

const random = randomOf(Number(process.env.SEED ?? 20260722));

test('killed at every failpoint, each attempt is executed once and nothing is lost', async () => {
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
});

test('ten engines that are stopped, lose their run and wake: each leaves, and nothing runs twice', async () => {
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
  const { code, stderr } = await engine(field, '', ['--take-over']).ended;
  expect(code, stderr).toBe(0);
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
