import { describe, expect, it } from 'vitest';
import type { RecordType, Type } from '../../../../dsl/check/type.ts';
import { applyBuiltin } from '../../../../dsl/evaluate/apply.ts';
import { builtins } from '../../../../dsl/evaluate/builtins.ts';
import { columnTable, jsonValue } from '../../../../dsl/evaluate/columns.ts';
import { evaluate } from '../../../../dsl/evaluate/evaluate.ts';
import { NeedFile } from '../../../../dsl/evaluate/scope.ts';
import { isQuantityValue, isTable } from '../../../../dsl/evaluate/text.ts';
import { formatQuantity } from '../../../../dsl/evaluate/units.ts';
import type { Value } from '../../../../dsl/evaluate/value.ts';
import { evaluated, expressionOf, type Given, resultOf, shownOf } from './result-of.ts';

const band: Type = { kind: 'closed', name: 'Band', values: ['u', 'g', 'r', 'i'] };
const visit: RecordType = {
  name: 'Visit',
  key: ['visit'],
  fields: new Map<string, Type>([
    ['visit', { kind: 'int' }],
    ['band', band],
  ]),
};
const overlap: RecordType = {
  name: 'Overlap',
  key: ['visit', 'patch'],
  fields: new Map<string, Type>([
    ['visit', { kind: 'int' }],
    ['patch', { kind: 'string' }],
  ]),
};
const visits = columnTable(
  visit,
  new Map<string, Value[]>([
    ['visit', [230, 231, 250]],
    ['band', ['r', 'g', 'r']],
  ]),
  3,
);
const overlaps = columnTable(
  overlap,
  new Map<string, Value[]>([
    ['visit', [250, 230, 999]],
    ['patch', ['a', 'b', 'c']],
  ]),
  3,
);

function quantityOf(text: string, given?: Given): string {
  const value = resultOf(text, given);
  return isQuantityValue(value) ? formatQuantity(value) : String(value);
}

describe('arithmetic', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['7 / 2', 3.5],
    ['-(2 - 5)', 3],
    ['mod(-7, 3)', 2],
    ['mod(7, -3)', -2],
    ['round(-2.5)', -3],
    ['ceil(2.1) + floor(-2.1)', 0],
    ['abs(-3)', 3],
    ['1_000 + 2.5e-3', 1000.0025],
  ])('%s', (text, value) => expect(resultOf(text)).toBe(value));

  it.each([
    ['1 / 0', 'E0705 division by zero'],
    ['mod(1, 0)', 'E0705 division by zero'],
    ['1e308 * 10', 'E0705 `1e+308 * 10` is too large for a number'],
    ['"a" - "b"', 'E0708 cannot subtract a string and a string'],
  ])('%s', (text, problem) => expect(resultOf(text)).toBe(problem));

  it('refuses an int that would lose digits, but lets a float grow', () => {
    const text = '9007199254740991 + 2';
    expect(resultOf(text, { types: { [text]: { kind: 'int' } } })).toMatch(/^E0705/);
    expect(resultOf(text, { types: { [text]: { kind: 'float' } } })).toBe(9007199254740991 + 2);
  });
});

describe('quantities', () => {
  it.each([
    ['8 GB * 3', '24 GB'],
    ['2 * 1 d 12 h', '3 d'],
    ['4 GB + 500 MB', '4.5 GB'],
    ['min(4 GB * 2, 6 GB)', '6 GB'],
    ['8 GiB', '8 GiB'],
    ['90 min / 2', '45 min'],
    ['1.75 deg', '1.75 deg'],
    ['2.5 arcmin', '2.5 arcmin'],
    ['-(2 h)', '-2 h'],
    ['5%', '5%'],
    ['1 GB + 1 h', 'E0708 cannot add a size and a duration'],
    ['1 h * 1 h', 'E0708 cannot multiply a duration and a duration'],
  ])('%s is %s', (text, shown) => expect(quantityOf(text)).toBe(shown));

  it.each([
    ['1 d / 6 h', 4],
    ['(20 min) to s', 1200],
    ['(2.5 arcmin) to arcmin', 2.5],
    ['(0.1 h) to s', 360],
    ['(1 GiB) to MB', 1073.741824],
  ])('%s is %d', (text, value) => expect(resultOf(text)).toBe(value));

  it('names the units of the dimension that was asked for', () => {
    const result = evaluated('x to s', {
      names: { x: { kind: 'quantity', dimension: 'size', amount: 1 } },
    });
    expect(result).toMatchObject({
      ok: false,
      diagnostic: { code: 'E0708', hint: expect.stringContaining('min, h') },
    });
  });
});

describe('comparison', () => {
  it('orders closed strings by declaration, others by code point', () => {
    const types = { v: band };
    expect(resultOf('v < "g"', { names: { v: 'u' }, types })).toBe(true);
    expect(resultOf('v < "g"', { names: { v: 'u' } })).toBe(false);
    expect(resultOf('a < b', { names: { a: '\uFFFD', b: '\u{1F30A}' } })).toBe(true);
  });

  it.each([
    ['2 in 1..4', true],
    ['5 in 1..4', false],
    ['3 in 1..9 by 3', false],
    ['4 not in [1, 2]', true],
    ['1000000000 in 1..2000000000', true],
    ['[1, 2] == [1, 2]', true],
    ['1 h == 60 min', true],
    ['none == none', true],
    ['1 < 2 and not (2 < 1) or 1 / 0 > 1', true],
  ])('%s', (text, value) => expect(resultOf(text)).toBe(value));
});

describe('lists', () => {
  it.each([
    ['1..4', [1, 2, 3, 4]],
    ['4..1', []],
    ['0..10 by 5', [0, 5, 10]],
    ['[x * x for x in 1..4 where mod(x, 2) == 0]', [4, 16]],
    ['chunks(1..5, 2)', [[1, 2], [3, 4], [5]]],
    ['sorted([3, 1, 2])', [1, 2, 3]],
    ['linspace(0.70, 0.90, 5)', [0.7, 0.75, 0.8, 0.85, 0.9]],
    ['logspace(-2, 0, 3)', [0.01, 0.1, 1]],
    ['[1] + [2]', [1, 2]],
  ])('%s', (text, value) => expect(resultOf(text)).toEqual(value));

  it.each([
    ['len(1..4)', 4],
    ['len("añ🌊")', 3],
    ['sum([1, 2, 3])', 6],
    ['max(1, 2.5)', 2.5],
    ['[10, 20][1]', 20],
    ['[10, 20][2]', 'E0706 there is no element 2'],
    ['max([])', 'E0706 `max` of an empty list'],
    ['chunks([1], 0)', 'E0710 cannot make chunks of 0'],
    ['linspace(0, 1, 0)', 'E0710 cannot make 0 numbers'],
    ['1..9 by 0', 'E0710 a range cannot go by 0'],
    ['stem("a/b.fits.gz") + basename("c/d/")', 'b.fitsd'],
  ])('%s', (text, value) => expect(resultOf(text)).toBe(value));

  it('gives the sum of no durations in seconds', () => {
    const types: Given['types'] = { xs: { kind: 'list', element: { kind: 'duration' } } };
    expect(quantityOf('sum(xs)', { names: { xs: [] }, types })).toBe('0 s');
  });

  it('sorts closed strings as they are declared', () => {
    const types: Given['types'] = { xs: { kind: 'list', element: band } };
    expect(resultOf('sorted(xs)', { names: { xs: ['r', 'u', 'g'] }, types })).toEqual([
      'u',
      'g',
      'r',
    ]);
    expect(resultOf('max(xs)', { names: { xs: ['r', 'u', 'g'] }, types })).toBe('r');
  });

  it('ends, whatever is written', () => {
    expect(resultOf('1..2000000')).toMatch(/^E0707/);
    expect(resultOf('[[y for y in 1..2000] for x in 1..2000]')).toMatch(/^E0707/);
  });
});

describe('absent values', () => {
  it.each([
    ['x ?? 3', 3],
    ['x == none', true],
    ['if x == none then "a" else "b"', 'a'],
    ['x + 1', 'E0706 `x` is absent'],
    ['len(x)', 'E0706 `x` is absent'],
    ['"@{x}"', 'E0706 an absent value has no text'],
  ])('%s', (text, value) => expect(resultOf(text, { names: { x: null } })).toBe(value));
});

describe('rows, tables and JSON', () => {
  const names = { visits, overlaps, j: jsonValue({ a: { b: 2 }, xs: [1] }) };

  it.each([
    ['visits[2].visit', 250],
    ['j.a.b + j.xs[0]', 3],
    ['j.a.c ?? 5', 5],
    ['j.z.c ?? 5', 5],
    ['j.a.c', 'E0706 there is no field `c`'],
    ['len(visits)', 3],
    ['visits[0] == visits[0]', true],
    ['visits[0] == visits[2]', false],
  ])('%s', (text, value) => expect(resultOf(text, { names })).toBe(value));

  it('takes columns of rows in a comprehension', () => {
    expect(resultOf('[visit for (visit, band) in visits where band == "r"]', { names })).toEqual([
      230, 250,
    ]);
    expect(resultOf('[v.visit for v in visits]', { names })).toEqual([230, 231, 250]);
  });

  it('joins by the shared columns and keeps both keys', () => {
    const joined = resultOf('join(overlaps, visits)', { names });
    if (!isTable(joined)) throw new Error('no table');
    expect(joined.record.key).toEqual(['visit', 'patch']);
    const rows = Array.from({ length: joined.length }, (_, row) =>
      ['visit', 'patch', 'band'].map((column) => joined.cell(row, column)),
    );
    expect(rows).toEqual([
      [250, 'a', 'r'],
      [230, 'b', 'r'],
    ]);
  });
});

describe('strings', () => {
  it.each([
    ['"x_@{1 + 1}_@{0.1}_@{true}"', 'x_2_0.1_true'],
    ['"@{2.0} @{1e21} @{-0.0}"', '2 1e+21 0'],
    ['"@@{x}"', '@{x}'],
    ['str(2.50)', '2.5'],
    ['"@{2 h}"', 'E0708 2 h needs a unit before it is text'],
    ['"@{[1]}"', 'E0708 a list has no text'],
  ])('%s', (text, value) => expect(shownOf(text)).toBe(value));
});

describe('files', () => {
  it('asks the scope for them, and lets its wish for a file through', () => {
    const reader = (name: string, path: string): Value => `${name} of ${path}`;
    expect(resultOf('text("a_@{1}.txt")', { reader })).toBe('text of a_1.txt');
    const wanting = (): Value => {
      throw new NeedFile('a.json', 'json');
    };
    expect(() => evaluated('json("a.json").x', { reader: wanting })).toThrow(NeedFile);
  });

  it('takes the value of a node from the scope', () => {
    const expression = expressionOf('greet.text ?? "none"');
    const scope = (value: Value) => ({
      lookup: () => undefined,
      node: (node: typeof expression) => (node.kind === 'field' ? value : undefined),
    });
    expect(evaluate(expression, scope('a'))).toEqual({ ok: true, value: 'a' });
    expect(evaluate(expression, scope(null))).toEqual({ ok: true, value: 'none' });
  });

  it('points at what failed', () => {
    const result = evaluated('1 + 2 / (3 - 3)');
    expect(result).toMatchObject({ ok: false });
    if (result.ok) return;
    const { span } = result.diagnostic;
    expect(span?.source.text.slice(span.start, span.end)).toBe('2 / (3 - 3)');
  });
});

it('computes every builtin that the checker knows, and no other', () => {
  const isComputed = (name: string): boolean => {
    try {
      return applyBuiltin(name, [], { types: [], spend() {} }) !== undefined;
    } catch {
      // It is there, and misses its arguments.
      return true;
    }
  };
  const own = [...builtins.values()].filter(({ reader }) => !reader).map(({ name }) => name);
  expect(own.filter((name) => !isComputed(name))).toEqual([]);
  expect(isComputed('median')).toBe(false);
});
