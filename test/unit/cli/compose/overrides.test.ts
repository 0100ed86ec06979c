import { expect, test } from 'vitest';
import { parseOverrides } from '../../../../cli/compose/overrides.ts';

test('resources by name, in the units of the engine', () => {
  expect(parseOverrides('memory = 8 GB, time = 2 d; cpus=4\ngpus = 0 , disk=1 GiB')).toEqual({
    memoryBytes: 8e9,
    timeMs: 172_800_000,
    cpus: 4,
    gpus: 0,
    diskBytes: 2 ** 30,
  });
  expect(parseOverrides('priority = -10')).toEqual({ priority: -10 });
  expect(parseOverrides(' , ')).toEqual({});
});

test.each([
  ['memmory = 8 GB', 'sets no resource'],
  ['toString = 1', 'sets no resource'],
  ['constructor = 1', 'sets no resource'],
  ['8 GB', 'sets no resource'],
  ['memory', 'sets no resource'],
  ['memory = 8', 'a number and a unit'],
  ['memory = 8 gb', 'unknown unit `gb`'],
  ['memory = 2 h', '`memory` is a size, and `2 h` is a duration'],
  ['time = 4 GB', '`time` is a duration, and `4 GB` is a size'],
  ['memory = -8 GB', 'cannot be negative'],
  ['cpus = 1.5', 'whole number'],
  ['cpus = -1', 'cannot be negative'],
  ['priority = high', 'whole number'],
  ['cpus = many', 'whole number'],
])('`%s` is wrong usage', (text, message) => {
  expect(() => parseOverrides(text)).toThrow(message);
  expect(() => parseOverrides(text)).toThrow(expect.objectContaining({ name: 'UsageError' }));
});
