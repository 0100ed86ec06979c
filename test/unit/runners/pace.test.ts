import { expect, it } from 'vitest';
import { paceOf } from '../../../runners/local/pace.ts';

it('puts one ahead until many short attempts have ended, and again after a long one', () => {
  const pace = paceOf();
  expect(pace.ahead()).toBe(1);
  for (let i = 0; i < 3; i++) pace.took(0);
  expect(pace.ahead()).toBe(1);
  for (let i = 0; i < 100; i++) pace.took(0);
  expect(pace.ahead()).toBe(16);
  pace.took(5_000);
  expect(pace.ahead()).toBe(1);
});

it('puts more ahead of attempts that take a few milliseconds, by the mean of a coarse clock', () => {
  const pace = paceOf();
  for (let i = 0; i < 100; i++) pace.took(i % 2 === 0 ? 10 : 0);
  expect(pace.ahead()).toBeGreaterThanOrEqual(3);
  expect(pace.ahead()).toBeLessThanOrEqual(5);
});
