import { expect, test } from 'vitest';
import type { Binder, Standings } from '../../../../engine/bind/binding.ts';
import { keepingBinder } from '../../../../engine/drive/record.ts';
import { tinyBinder } from '../../../simulator/tiny-binder.ts';
import { tinyPlan } from '../../../simulator/tiny-plan.ts';

const standings: Standings = { of: () => ({ kind: 'unknown', fingerprint: undefined }) };

function countingBinder(count: number): { binder: Binder; bound(): number } {
  const binder = tinyBinder(tinyPlan([{ name: 'a', count }]));
  let times = 0;
  return {
    binder: {
      ...binder,
      bind(instance, all) {
        times++;
        return binder.bind(instance, all);
      },
    },
    bound: () => times,
  };
}

test('what was bound is kept until it is taken, once', () => {
  const { binder, bound } = countingBinder(2);
  const keeping = keepingBinder(binder);
  const binding = keeping.bind(0, standings);
  expect(binding.kind).toBe('ready');
  expect(keeping.take(0)).toBe(binding);
  expect(keeping.take(0)).toBeUndefined();
  expect(keeping.take(1)).toBeUndefined();
  expect(bound()).toBe(1);
});

test('the newest binding of an instance is kept', () => {
  const keeping = keepingBinder(countingBinder(1).binder);
  keeping.bind(0, standings);
  const second = keeping.bind(0, standings);
  expect(keeping.take(0)).toBe(second);
});

test('of very many that wait, the first are kept', () => {
  const count = 10_000;
  const keeping = keepingBinder(countingBinder(count).binder);
  for (let instance = 0; instance < count; instance++) keeping.bind(instance, standings);
  const kept = Array.from({ length: count }, (_, instance) => keeping.take(instance));
  const first = kept.indexOf(undefined);
  expect(first).toBeGreaterThan(1_000);
  expect(kept.slice(first).every((binding) => binding === undefined)).toBe(true);
  expect(first).toBeLessThan(count);
});
