import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordType, Type } from '../../../../dsl/check/type.ts';
import { columnTable, jsonValue, singleRow } from '../../../../dsl/evaluate/columns.ts';
import { encodeValue } from '../../../../dsl/evaluate/encode.ts';
import type { Value } from '../../../../dsl/evaluate/value.ts';

function encode(value: Value): string {
  return encodeValue(value, (file) => `id of ${file.path}`);
}

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 2 }), tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('encodeValue', () => {
  it('is injective', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const [x, y] = [jsonValue(a), jsonValue(b)];
        const same = encode(x) === encode(y);
        expect(same).toBe(fc.stringify(sortFields(a)) === fc.stringify(sortFields(b)));
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, Value, Value]>([
    ['signs of zero', 0, -0],
    ['a number and its text', 1, '1'],
    ['lists and their pieces', [['a'], 'b'], [['a', 'b']]],
    ['none and the empty string', null, ''],
    ['lone surrogates', '\ud800', '\ufffd'],
    [
      'quantities',
      { kind: 'quantity', dimension: 'size', amount: 1 },
      { kind: 'quantity', dimension: 'duration', amount: 1 },
    ],
    ['a file and a string', { kind: 'file', path: 'a' }, 'id of a'],
  ])('tells %s apart', (_, a, b) => expect(encode(a)).not.toBe(encode(b)));

  it('sees values, not how they are kept', () => {
    const int: Type = { kind: 'int' };
    const fields = new Map([
      ['x', int],
      ['y', int],
    ]);
    const record: RecordType = { name: 'R', key: [], fields };
    const columns = new Map([
      ['x', [1, 3]],
      ['y', [2, 4]],
    ]);
    const table = columnTable(record, columns, 2);
    const row: Value = { kind: 'row', table, index: 1 };
    expect(encode(row)).toBe(
      encode(
        singleRow(
          record,
          new Map([
            ['y', 4],
            ['x', 3],
          ]),
        ),
      ),
    );
    expect(encode(table)).not.toBe(encode(columnTable(record, columns, 1)));
    expect(encode(jsonValue({ a: 1, b: 2 }))).toBe(encode(jsonValue({ b: 2, a: 1 })));
  });
});

function sortFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortFields);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { fields: entries.map(([name, each]) => [name, sortFields(each)]) };
}
