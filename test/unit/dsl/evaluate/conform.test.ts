import { describe, expect, it } from 'vitest';
import type { RecordType, Type } from '../../../../dsl/check/type.ts';
import { CellFault, cellParser } from '../../../../dsl/evaluate/cell.ts';
import { jsonValue } from '../../../../dsl/evaluate/columns.ts';
import { conform, parseSetting } from '../../../../dsl/evaluate/conform.ts';
import { isRow, isTable } from '../../../../dsl/evaluate/text.ts';

const band: Type = { kind: 'closed', name: 'Band', values: ['u', 'g', 'r'] };
const visit: RecordType = {
  name: 'Visit',
  key: ['visit'],
  fields: new Map<string, Type>([
    ['visit', { kind: 'int' }],
    ['band', band],
    ['note', { kind: 'optional', of: { kind: 'string' } }],
  ]),
};
const list = (element: Type): Type => ({ kind: 'list', element });
const place = { code: 'E0402', what: '`x`' };

function problems(json: unknown, type: Type): string[] {
  return conform(jsonValue(json), type, place).diagnostics.map((d) => d.message);
}

describe('conform', () => {
  it.each<[unknown, Type]>([
    [3, { kind: 'int' }],
    [3.5, { kind: 'float' }],
    [true, { kind: 'bool' }],
    ['r', band],
    [null, { kind: 'optional', of: band }],
    [['u', 'r'], list(band)],
    [{ any: 1 }, { kind: 'json' }],
  ])('takes %j', (json, type) => {
    const { value, diagnostics } = conform(jsonValue(json), type, place);
    expect(diagnostics).toEqual([]);
    expect(value).toEqual(jsonValue(json));
  });

  it.each<[unknown, Type, string]>([
    [3.5, { kind: 'int' }, '`x`: an int is needed, not a number'],
    ['3', { kind: 'int' }, '`x`: an int is needed, not a string'],
    ['R', band, '`x`: `R` is not a Band'],
    [null, band, '`x`: a Band is needed, not `none`'],
    [['u', 'R'], list(band), '`x`[1]: `R` is not a Band'],
    [4, { kind: 'size' }, '`x`: a size is needed, not a number'],
    ['4 h', { kind: 'size' }, '`x`: `4 h` is not a size'],
    [{ visit: 1 }, { kind: 'record', record: visit }, '`x`: Visit needs the field `band`'],
    [[1], { kind: 'table', record: visit }, '`x`[0]: a Visit is needed, not a number'],
  ])('refuses %j once', (json, type, problem) => expect(problems(json, type)).toEqual([problem]));

  it('says at most ten things', () => {
    expect(problems(Array(50).fill('x'), list({ kind: 'int' }))).toHaveLength(10);
  });

  it('makes a quantity of a text, a row of an object, a table of a list', () => {
    expect(conform('4 GB', { kind: 'size' }, place).value).toMatchObject({ amount: 4e9 });
    const rows = jsonValue([
      { visit: 1, band: 'u' },
      { visit: 2, band: 'r', note: 'n' },
    ]);
    const table = conform(rows, { kind: 'table', record: visit }, place).value;
    if (!isTable(table)) throw new Error('no table');
    expect(table.length).toBe(2);
    expect([table.cell(1, 'visit'), table.cell(0, 'note'), table.cell(1, 'note')]).toEqual([
      2,
      null,
      'n',
    ]);
    const row = conform(
      jsonValue({ visit: 1, band: 'u' }),
      { kind: 'record', record: visit },
      place,
    );
    if (!isRow(row.value)) throw new Error('no row');
    expect(row.value.table.cell(0, 'band')).toBe('u');
  });

  it('suggests the member that was meant', () => {
    const [diagnostic] = conform('R', band, place).diagnostics;
    expect(diagnostic).toMatchObject({
      code: 'E0402',
      label: 'Band is "u" | "g" | "r"',
      hint: 'did you mean `r`?',
    });
  });
});

describe('parseSetting', () => {
  it.each<[string, Type, unknown]>([
    ['2 h', { kind: 'duration' }, { kind: 'quantity', dimension: 'duration', amount: 7200 }],
    ['w_2018', { kind: 'string' }, 'w_2018'],
    ['"a b"', { kind: 'string' }, 'a b'],
    ['12', { kind: 'string' }, '12'],
    ['12', { kind: 'int' }, 12],
    ['1e-3', { kind: 'float' }, 0.001],
    ['["Rubin"]', list({ kind: 'string' }), ['Rubin']],
    ['u,g', list(band), ['u', 'g']],
    ['none', { kind: 'optional', of: { kind: 'int' } }, null],
    ['/data', { kind: 'dir' }, { kind: 'file', path: '/data' }],
  ])('%s', (text, type, value) => {
    expect(parseSetting(text, type, place)).toEqual({ value, diagnostics: [] });
  });

  it.each<[string, Type, string]>([
    ['2', { kind: 'duration' }, '`x`: `2` is not a duration'],
    ['x', { kind: 'int' }, '`x`: `x` is not an int'],
    ['[1,', list({ kind: 'int' }), '`x`: `[1,` is not JSON'],
    ['u,R', list(band), '`x`: `R` is not a Band'],
    ['{', { kind: 'table', record: visit }, '`x`: `{` is not JSON'],
  ])('refuses %s', (text, type, problem) => {
    const { value, diagnostics } = parseSetting(text, type, place);
    expect(value).toBeNull();
    expect(diagnostics.map((d) => d.message)).toEqual([problem]);
  });
});

describe('cellParser', () => {
  it.each<[Type, string, unknown]>([
    [{ kind: 'int' }, '-42', -42],
    [{ kind: 'int' }, ' 7 ', 7],
    [{ kind: 'int' }, '-0', 0],
    [{ kind: 'int' }, '9007199254740991', 9007199254740991],
    [{ kind: 'float' }, '-1.5e3', -1500],
    [{ kind: 'float' }, 'NaN', Number.NaN],
    [{ kind: 'bool' }, 'True', true],
    [{ kind: 'string' }, ' a ', ' a '],
    [{ kind: 'optional', of: { kind: 'int' } }, '', null],
    [{ kind: 'optional', of: { kind: 'int' } }, '1', 1],
    [{ kind: 'file', tag: 'fits' }, 'a.fits', { kind: 'file', path: 'a.fits' }],
  ])('%j takes `%s`', (type, text, value) => expect(cellParser(type)(text)).toEqual(value));

  it.each<[Type, string, string]>([
    [{ kind: 'int' }, '', 'an empty cell is not an int'],
    [{ kind: 'int' }, '1.0', '`1.0` is not an int'],
    [{ kind: 'int' }, '+', '`+` is not an int'],
    [{ kind: 'int' }, '90071992547409910', '`90071992547409910` is too large for an int'],
    [{ kind: 'float' }, '1e999', '`1e999` is too large for a float'],
    [{ kind: 'float' }, '0x10', '`0x10` is not a float'],
    [{ kind: 'bool' }, '1', '`1` is not a bool'],
    [band, 'R', '`R` is not a Band'],
    [{ kind: 'size' }, '4', '`4` is not a size'],
    [list(band), 'u', '`u` is not a list<Band>'],
  ])('%j refuses `%s`', (type, text, problem) => {
    const fault = cellParser(type)(text);
    expect(fault).toBeInstanceOf(CellFault);
    if (fault instanceof CellFault) expect(fault.message).toBe(problem);
  });
});
