import { expect, test } from 'vitest';
import { instanceAt, instanceName, keysOf, locate } from '../../../../engine/index.ts';
import { planOf } from './plan-of.ts';

const text = `type Band = "r" | "g"
step one {
  out o: file = "o"
}
step empty for each i in 1..0 {
  out o: file = "o"
}
step many for each band in Band, s in ["z", "\u{1F600}", "\uFF5E"], x in [0.5, -1.0] where x < 0.0 or s != "z" {
  out o: file = "o"
}
`;

test('instances stand in key order and are found by their keys', async () => {
  const { plan } = await planOf(text);
  const many = plan.steps[2]!;
  const names = Array.from({ length: many.count }, (_, at) => instanceName(plan, many.first + at));
  // Closed strings by declaration, strings by code point, numbers by value.
  expect(names).toEqual([
    'many[band=r, s=z, x=-1]',
    'many[band=r, s="\uFF5E", x=-1]',
    'many[band=r, s="\uFF5E", x=0.5]',
    'many[band=r, s="\u{1F600}", x=-1]',
    'many[band=r, s="\u{1F600}", x=0.5]',
    'many[band=g, s=z, x=-1]',
    'many[band=g, s="\uFF5E", x=-1]',
    'many[band=g, s="\uFF5E", x=0.5]',
    'many[band=g, s="\u{1F600}", x=-1]',
    'many[band=g, s="\u{1F600}", x=0.5]',
  ]);
  for (let at = 0; at < many.count; at++) {
    const instance = many.first + at;
    expect(instanceAt(plan, 'many', keysOf(plan, instance))).toBe(instance);
    expect(locate(plan, instance)).toEqual({ step: many, ordinal: at });
  }
});

test('what is not there is not found', async () => {
  const { plan } = await planOf(text);
  expect(locate(plan, 0).step.step.name).toBe('one');
  expect(locate(plan, 1).step.step.name).toBe('many');
  expect(instanceAt(plan, 'many', ['r', 'z', 0.5])).toBeUndefined();
  expect(instanceAt(plan, 'many', ['u', 'z', -1])).toBeUndefined();
  expect(instanceAt(plan, 'empty', [1])).toBeUndefined();
  expect(instanceAt(plan, 'other', [])).toBeUndefined();
  expect(() => locate(plan, 11)).toThrow('no instance 11');
});
