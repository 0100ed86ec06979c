import { expect, test } from 'vitest';
import { didYouMean } from '../../../../dsl/text/suggest.ts';

test.each([
  ['resource', ['retry', 'resources'], 'resources'],
  ['Visit', ['visits', 'visit'], 'visit'],
  ['inn', ['in', 'out'], 'in'],
  ['raytrce', ['raytrace'], 'raytrace'],
  ['seonsr', ['sensor'], 'sensor'],
  ['band', ['bnad'], 'bnad'],
  ['a', ['b'], undefined],
  ['needs', ['in', 'env'], undefined],
  ['x', [], undefined],
  ['same', ['same'], undefined],
])('%s', (word, candidates, expected) => {
  expect(didYouMean(word, candidates)).toBe(expected);
});
