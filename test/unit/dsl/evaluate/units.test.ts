import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../../../../dsl/evaluate/quantity-text.ts';
import {
  convert,
  formatQuantity,
  quantity,
  suggestUnit,
  unitOf,
} from '../../../../dsl/evaluate/units.ts';

describe('units', () => {
  it.each([
    ['gb', 'GB'],
    ['KB', 'kB'],
    ['m', 'min'],
    ['M', 'MB'],
    ['hours', 'h'],
    ['H', 'h'],
    ['gib', 'GiB'],
  ])('%s is none, but %s is meant', (name, meant) => {
    expect(unitOf(name)).toBeUndefined();
    expect(suggestUnit(name)?.name).toBe(meant);
  });

  it('suggests nothing for a word that is like no unit', () => {
    expect(suggestUnit('parsec')).toBeUndefined();
  });

  it('converts only within a dimension', () => {
    const hour = unitOf('h');
    if (!hour) throw new Error('no hour');
    expect(convert(quantity('duration', 5400), hour)).toBe(1.5);
    expect(convert(quantity('size', 5400), hour)).toBeUndefined();
  });
});

describe('parseQuantity', () => {
  it.each([
    ['4 GB', 'size', 4e9],
    ['1 d 12 h', 'duration', 129_600],
    ['1.5h', 'duration', 5400],
    ['-2 min', 'duration', -120],
    ['5%', 'percent', 0.05],
    ['1_000 kB', 'size', 1e6],
  ])('%s', (text, dimension, amount) => {
    expect(parseQuantity(text)).toEqual({ kind: 'quantity', dimension, amount });
  });

  it.each([
    ['', 'a number and a unit are needed'],
    ['4', 'a number and a unit are needed'],
    ['4 gb', 'unknown unit `gb`'],
    ['1 h 2 GB', 'its units are of different kinds'],
    ['1 h x', 'it is a number and a unit'],
  ])('refuses `%s`', (text, problem) => expect(parseQuantity(text)).toBe(problem));
});

describe('formatQuantity', () => {
  it.each([
    ['duration', 0, '0 s'],
    ['duration', 0.25, '250 ms'],
    ['duration', 93_784.5, '1 d 2 h 3 min 4.5 s'],
    ['size', 0, '0 B'],
    ['size', 2.5e9, '2.5 GB'],
    ['size', 2 ** 40, '1 TiB'],
    ['size', 123_456_789, '123456789 B'],
    ['angle', 0.2 / 3600, '200 mas'],
    ['angle', 0, '0 deg'],
  ] as const)('%s %d is %s', (dimension, amount, text) => {
    expect(formatQuantity(quantity(dimension, amount))).toBe(text);
  });

  it('reads back as the same quantity', () => {
    const amount = fc.oneof(
      fc.nat(),
      fc.nat({ max: 1e9 }).map((n) => n / 1000),
    );
    fc.assert(
      fc.property(fc.constantFrom('duration', 'angle', 'percent'), amount, (dimension, n) => {
        const back = parseQuantity(formatQuantity(quantity(dimension, n)));
        expect(back).toMatchObject({ dimension });
        if (typeof back !== 'string') expect(back.amount).toBeCloseTo(n, 6);
      }),
    );
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseQuantity(formatQuantity(quantity('size', bytes)))).toEqual(
          quantity('size', bytes),
        );
      }),
    );
  });
});
