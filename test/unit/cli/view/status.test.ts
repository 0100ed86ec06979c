import { describe, expect, test } from 'vitest';
import { shownState } from '../../../../cli/verbs/status.ts';
import { countsText, durationText, endedOf, suspectLines } from '../../../../cli/view/status.ts';
import { counts } from './counts.ts';

test('durations have at most two units, and no zero behind', () => {
  const texts = [-5, 0, 499, 500, 59_499, 59_500, 3_599_000, 3_600_000, 3_725_000, 172_799_000].map(
    durationText,
  );
  expect(texts).toEqual([
    '0 s',
    '0 s',
    '0 s',
    '1 s',
    '59 s',
    '1 min',
    '59 min 59 s',
    '1 h',
    '1 h 2 min',
    '47 h 59 min',
  ]);
  expect(durationText(172_800_000)).toBe('2 d');
  expect(durationText(1_000_000_000)).toBe('11 d 13 h');
});

test('counts in words, only those that are not zero and not plain', () => {
  expect(countsText(counts('a', { waiting: 3, ready: 2, succeeded: 9 }))).toBe('');
  expect(countsText(counts('a', { running: 1, held: 2, reused: 3, failed: 4, retired: 5 }))).toBe(
    '1 running, 2 held, 3 reused, 4 failed, 5 retired',
  );
});

test('what has ended: every end, those reused once', () => {
  const ends = {
    succeeded: 1,
    reused: 2,
    failed: 4,
    skipped: 8,
    blocked: 16,
    cancelled: 32,
    retired: 64,
  };
  expect(endedOf(counts('a', ends))).toBe(127);
  expect(endedOf(counts('a', { waiting: 1, ready: 1, held: 1, submitted: 1, running: 1 }))).toBe(0);
});

test('a run that nobody drives is interrupted, whatever its journal said last', () => {
  expect(
    ['planned', 'running', 'pausing', 'succeeded', 'failed'].map((s) => shownState(s, false)),
  ).toEqual(['interrupted', 'interrupted', 'interrupted', 'succeeded', 'failed']);
  expect(['running', 'pausing'].map((s) => shownState(s, true))).toEqual(['running', 'pausing']);
});

describe('suspects', () => {
  const suspect = (n: number) => ({
    instance: `sim[visit=${n}]`,
    attempt: 1,
    site: 's3df',
    since: '2026-01-01T00:00:00.000Z',
    why: 'nothing was heard of it for 60 s',
  });
  const now = Date.parse('2026-01-01T00:03:20.000Z');

  test('say since when and why, and what a person can do', () => {
    expect(suspectLines([], 'r', now)).toEqual([]);
    expect(suspectLines([suspect(1)], '0abc', now)).toEqual([
      'suspect for 3 min 20 s: sim[visit=1], attempt 1: nothing was heard of it for 60 s',
      "if s3df is gone for good: `braid cancel 0abc 'sim[visit=1]'`",
    ]);
  });

  test('of many the first are shown', () => {
    const lines = suspectLines(
      Array.from({ length: 12 }, (_, n) => suspect(n)),
      'r',
      now,
    );
    expect(lines).toHaveLength(12);
    expect(lines[10]).toBe('and 2 more');
  });
});
