import { describe, expect, test } from 'vitest';
import { chain, gatherAll, gatherEach, identity } from '../../../simulator/tiny-plan.ts';
import { cpuMs } from '../../cpu-time.ts';
import { apply, counters, finish, recounted, runOf, statesText } from './run-fixture.ts';

describe('readiness', () => {
  test('element-wise readers wait for their own producer only', () => {
    const state = runOf(
      { name: 'a', count: 2 },
      { name: 'b', count: 2, reads: [{ from: 'a', relation: identity }] },
    );
    finish(state, 1, 'succeeded');
    expect(statesText(state)).toBe('a: ready succeeded; b: waiting ready');
    expect(recounted(state)).toEqual(counters(state));
  });

  test('a gather waits for all its members, another group does not matter', () => {
    const state = runOf(
      { name: 'a', count: 3 },
      { name: 'b', count: 2, reads: [{ from: 'a', relation: gatherEach([[0, 1], [2]]) }] },
    );
    finish(state, 0, 'succeeded');
    expect(statesText(state)).toBe('a: succeeded ready ready; b: waiting waiting');
    finish(state, 2, 'succeeded');
    expect(statesText(state)).toBe('a: succeeded ready succeeded; b: waiting ready');
    finish(state, 1, 'succeeded');
    expect(statesText(state)).toBe('a: succeeded succeeded succeeded; b: ready ready');
    const before = counters(state);
    expect(recounted(state)).toEqual(before);
  });

  test('no partner and an empty group hold nobody up', () => {
    const state = runOf(
      { name: 'a', count: 1 },
      {
        name: 'b',
        count: 2,
        reads: [{ from: 'a', relation: { kind: 'map', to: Int32Array.of(-1, 0) } }],
      },
      { name: 'c', count: 1, reads: [{ from: 'a', relation: gatherEach([[]]) }] },
    );
    expect(statesText(state)).toBe('a: ready; b: ready waiting; c: ready');
  });

  test('all-to-all of 30 000 × 30 000 is counted by group', () => {
    const size = 30_000;
    const state = runOf(
      { name: 'a', count: size },
      { name: 'b', count: size, reads: [{ from: 'a', relation: gatherAll(size) }] },
    );
    const ms = cpuMs(() => {
      for (let i = 0; i < size; i++) apply(state, { kind: 'instance.skipped', instance: i });
    });
    expect(statesText(state).endsWith('b: '.concat('ready '.repeat(size).trimEnd()))).toBe(true);
    // 9e8 single edges would take many seconds.
    expect(ms).toBeLessThan(2_500);
  });
});

describe('failure', () => {
  test('blocks all that follows, through a chain of 100 000', () => {
    const size = 100_000;
    const to = Int32Array.from({ length: size }, (_, i) => i - 1);
    const state = runOf({
      name: 'a',
      count: size,
      reads: [{ from: 'a', relation: { kind: 'map', to } }],
    });
    finish(state, 0, 'failed');
    expect(state.hardBlocked[0]).toBe(size - 1);
  });

  test('within the budget is absent once the step is settled', () => {
    const state = runOf(
      { name: 'a', count: 3, rules: { tolerate: 1 } },
      { name: 'b', count: 1, reads: [{ from: 'a', relation: gatherEach([[0, 1]]) }] },
    );
    finish(state, 0, 'failed');
    finish(state, 1, 'succeeded');
    expect(statesText(state)).toBe('a: failed succeeded ready; b: waiting');
    finish(state, 2, 'succeeded');
    expect(statesText(state)).toBe('a: failed succeeded succeeded; b: ready');
    const before = counters(state);
    expect(recounted(state)).toEqual(before);
  });

  test('beyond the budget blocks those that waited for the earlier ones too', () => {
    const state = runOf(
      { name: 'a', count: 3, rules: { tolerate: 1 } },
      { name: 'b', count: 3, reads: [{ from: 'a', relation: identity }] },
    );
    finish(state, 0, 'failed');
    expect(statesText(state)).toBe('a: failed ready ready; b: waiting waiting waiting');
    finish(state, 1, 'failed');
    expect(statesText(state)).toBe('a: failed failed ready; b: blocked blocked waiting');
    finish(state, 2, 'succeeded');
    expect(statesText(state)).toBe('a: failed failed succeeded; b: blocked blocked ready');
  });

  test('a skipped one is absent, not a failure', () => {
    const state = runOf(
      { name: 'a', count: 2, skipped: [0] },
      { name: 'b', count: 1, reads: [{ from: 'a', relation: gatherAll(2) }] },
    );
    finish(state, 1, 'succeeded');
    expect(statesText(state)).toBe('a: skipped succeeded; b: ready');
  });
});

describe('previous', () => {
  test('looks past absent ones to the nearest that is there', () => {
    const state = runOf({ name: 'fit', count: 4, reads: [{ from: 'fit', relation: chain(4) }] });
    finish(state, 0, 'succeeded');
    expect(statesText(state)).toBe('fit: succeeded ready waiting waiting');
    apply(state, { kind: 'instance.skipped', instance: 1 });
    expect(statesText(state)).toBe('fit: succeeded skipped ready waiting');
    apply(state, { kind: 'instance.skipped', instance: 2 });
    expect(statesText(state)).toBe('fit: succeeded skipped skipped ready');
    const before = counters(state);
    expect(recounted(state)).toEqual(before);
  });

  test('a failure within the budget does not make its own loop wait', () => {
    const state = runOf({
      name: 'fit',
      count: 3,
      reads: [{ from: 'fit', relation: chain(3) }],
      rules: { tolerate: 1 },
    });
    finish(state, 0, 'failed');
    expect(statesText(state)).toBe('fit: failed ready waiting');
  });

  test('a failure beyond it blocks', () => {
    const state = runOf({ name: 'fit', count: 3, reads: [{ from: 'fit', relation: chain(3) }] });
    finish(state, 0, 'failed');
    expect(statesText(state)).toBe('fit: failed blocked blocked');
  });

  test('a chain of 100 000 skipped ones is no quadratic walk', () => {
    const size = 100_000;
    const state = runOf({
      name: 'fit',
      count: size,
      reads: [{ from: 'fit', relation: chain(size) }],
    });
    const ms = cpuMs(() => {
      finish(state, 0, 'succeeded');
      for (let i = 1; i < size; i++) apply(state, { kind: 'instance.skipped', instance: i });
    });
    expect(state.run).toBe('running');
    expect(state.ended[0]).toBe(size);
    expect(ms).toBeLessThan(4_000);
  });
});

describe('after', () => {
  const needs = (target: string, quantifier: 'all' | 'any', ...statuses: string[]) => [
    { target, quantifier, statuses },
  ];

  test('all waits for all, without a word for success or a skip', () => {
    const state = runOf({ name: 'a', count: 2 }, { name: 'b', count: 1, after: needs('a', 'all') });
    finish(state, 0, 'succeeded');
    expect(statesText(state)).toBe('a: succeeded ready; b: waiting');
    apply(state, { kind: 'instance.skipped', instance: 1 });
    expect(statesText(state)).toBe('a: succeeded skipped; b: ready');
  });

  test('one that can no longer hold blocks where success was wanted', () => {
    const state = runOf({ name: 'a', count: 1 }, { name: 'b', count: 1, after: needs('a', 'all') });
    finish(state, 0, 'failed');
    expect(statesText(state)).toBe('a: failed; b: blocked');
  });

  test('and skips where a failure was waited for', () => {
    const state = runOf(
      { name: 'a', count: 1 },
      { name: 'b', count: 1, after: needs('a', 'any', 'failed') },
    );
    finish(state, 0, 'succeeded');
    expect(statesText(state)).toBe('a: succeeded; b: skipped');
  });

  test('any fires at the first', () => {
    const state = runOf(
      { name: 'a', count: 2 },
      { name: 'b', count: 1, after: needs('a', 'any', 'failed') },
    );
    finish(state, 1, 'failed');
    expect(statesText(state)).toBe('a: ready failed; b: ready');
  });

  test('matches the dimensions that both have', () => {
    const state = runOf(
      { name: 'a', count: 4, dimensions: { visit: 2, sensor: 2 } },
      { name: 'b', count: 2, dimensions: { visit: 2 }, after: needs('a', 'all', 'finished') },
    );
    finish(state, 2, 'failed');
    finish(state, 3, 'succeeded');
    expect(statesText(state)).toBe('a: ready ready failed succeeded; b: waiting ready');
  });

  test('the workflow: last, whatever happened, or only after a failure', () => {
    const steps = [
      { name: 'a', count: 1 },
      { name: 'always', count: 1, after: needs('workflow', 'all', 'finished') },
      { name: 'alarm', count: 1, after: needs('workflow', 'all', 'failed') },
    ];
    const good = runOf(...steps);
    finish(good, 0, 'succeeded');
    expect(statesText(good)).toBe('a: succeeded; always: ready; alarm: skipped');
    const bad = runOf(...steps);
    finish(bad, 0, 'failed');
    expect(statesText(bad)).toBe('a: failed; always: ready; alarm: ready');
  });
});
