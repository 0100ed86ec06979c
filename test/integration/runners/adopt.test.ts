import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AttemptId, ExitFile } from '../../../engine/index.ts';
import { inherit } from '../../../runners/local/adopt.ts';
import type { Item } from '../../../runners/local/item.ts';
import { writeIdentity } from '../../../runners/local/lane-record.ts';
import { bootId, startOf } from '../../../runners/local/processes.ts';

/** What is inherited of one lane that lives and holds attempts `0.1`, `1.1`, ...: who has claimed it, and whether it ended. */
function inherited(...held: { claim?: 'lane' | 'other'; ended?: true }[]) {
  const root = mkdtempSync(join(tmpdir(), 'braid-adopt-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const lane = {
    host: hostname(),
    bootId: bootId(),
    pid: process.pid,
    processStart: startOf(process.pid) ?? '',
  };
  const directory = join(root, 'lanes/1');
  mkdirSync(directory, { recursive: true });
  writeIdentity(directory, lane);
  const lines = held.map(({ claim, ended }, n) => {
    const [attempt, place] = [`${n}.1` as AttemptId, join(root, String(n))];
    mkdirSync(place);
    const holder = claim === 'lane' ? lane : { ...lane, pid: 1, processStart: '1' };
    const of = { attempt, submission: `k${n}`, externalId: 'x', startedAtMs: 1 };
    if (claim) writeFileSync(join(place, 'claim'), `${JSON.stringify({ ...of, ...holder })}\n`);
    const exit: ExitFile = {
      ...{
        format: 1,
        attempt,
        externalId: 'x',
        code: 0,
        cause: undefined,
        startedAtMs: 1,
        endedAtMs: 2,
      },
      ...{ cpuMs: 1, peakMemoryBytes: undefined, missing: [], host: lane.host },
    };
    if (ended) writeFileSync(join(place, 'exit.json'), `${JSON.stringify(exit)}\n`);
    return JSON.stringify([`k${n}`, attempt, 'x', place]);
  });
  writeFileSync(join(directory, 'held'), `${lines.join('\n')}\n`);
  const { claimed, ahead } = inherit(
    join(root, 'lanes'),
    (line) => ({ key: line.key, cpus: 1, memoryBytes: 0 }) as Item,
  );
  return [
    claimed.map(({ item }) => item.key),
    ahead.flatMap(({ items }) => items.map((i) => i.key)),
  ];
}

test('what a lane runs and what it holds ahead, after what has ended in it', () => {
  expect(inherited({ claim: 'lane', ended: true }, { claim: 'lane' }, {})).toEqual([
    ['k1'],
    ['k2'],
  ]);
});

test('an end in another lane says nothing of what this one still runs', () => {
  expect(inherited({ claim: 'lane' }, { claim: 'other', ended: true }, {})).toEqual([
    ['k0'],
    ['k2'],
  ]);
});
