import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isLive, newRunId } from '../../../../cli/compose/run-files.ts';

/** From the founding of the format to the year 2088, when six characters of seconds are used up. */
const moment = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2088-01-01T00:00:00Z'),
  noInvalidDate: true,
});

test('an id is ten characters of a to z and 0 to 9', () => {
  fc.assert(fc.property(moment, (now) => /^[a-z0-9]{10}$/.test(newRunId(undefined, now))));
  expect(newRunId()).toMatch(/^[a-z0-9]{10}$/);
});

test('ids sort by time, and differ within a second', () => {
  fc.assert(
    fc.property(moment, moment, (a, b) => {
      fc.pre(Math.floor(a.getTime() / 1000) !== Math.floor(b.getTime() / 1000));
      return a < b === newRunId(undefined, a) < newRunId(undefined, b);
    }),
  );
  const now = new Date('2026-07-22T12:00:00Z');
  expect(new Set(Array.from({ length: 50 }, () => newRunId(undefined, now))).size).toBeGreaterThan(
    45,
  );
});

test('an id sorts after the one before, within a second and when the clock was set back', () => {
  fc.assert(
    fc.property(moment, moment, (a, b) => {
      const earlier = newRunId(undefined, a);
      return newRunId(earlier, b) > earlier && newRunId(earlier, a) > earlier;
    }),
  );
  const now = new Date('2026-07-22T12:00:00Z');
  let last = newRunId(undefined, now);
  for (let i = 0; i < 100; i++) {
    const next = newRunId(last, now);
    expect(next > last && next.length === 10).toBe(true);
    last = next;
  }
});

test('a run without a lease is driven by nobody', () => {
  const lease = { epoch: 1, holder: undefined, renewedAtMs: 0 };
  expect(isLive({ lease: () => lease })).toBe(false);
});
