import { describe, expect, test } from 'vitest';
import { loadErrors, planOf } from '../plan/plan-of.ts';

const text = `type Band = "g" | "r"
record Visit key visit { visit: int, band: Band, seeing: float?, note: string, image: file? }
param visits: table<Visit> = csv("data/visits.csv")
step a for each v in visits {
  out o: file = "o"
}
`;

async function errors(csv: string): Promise<string> {
  return loadErrors({ text, files: { 'data/visits.csv': csv } });
}

/** The cells of the table that was read, row by row. */
async function cells(csv: string): Promise<readonly (readonly unknown[])[]> {
  const { plan } = await planOf({ text, files: { 'data/visits.csv': csv } });
  const table = plan.globals.get('visits');
  if (typeof table !== 'object' || table === null || !('cell' in table))
    throw new Error('no table');
  return Array.from({ length: table.length }, (_, row) =>
    [...table.record.fields.keys()].map((column) => table.cell(row, column)),
  );
}

describe('csv', () => {
  test.each([
    [';', 'semicolons'],
    ['\t', 'tabs'],
    [' ', 'blanks'],
  ])('cells that are parted by %j are one mistake', async (sign, word) => {
    const found = await errors(['visit', 'band', 'note'].join(sign));
    expect(found).toContain(`here by ${word}`);
    expect(found.match(/error\[/g)).toHaveLength(1);
  });

  test('columns in any order, further ones, quotes, CRLF, a byte order mark, blank lines', async () => {
    const csv =
      '\ufeffnote,visit,other,image,"band",seeing\r\n' +
      '"said ""no"", twice\r\nand left",1,x,,g,\r\n' +
      '\r\n' +
      ',-2,,"a/b.fits",r,1.25e0\r\n' +
      'z\u00e9\u2192, 3 ,,/c.fits,"r",0.5';
    expect(await cells(csv)).toEqual([
      [1, 'g', null, 'said "no", twice\r\nand left', null],
      [-2, 'r', 1.25, '', { kind: 'file', path: 'data/a/b.fits' }],
      [3, 'r', 0.5, 'z\u00e9\u2192', { kind: 'file', path: '/c.fits' }],
    ]);
  });

  test('ints beyond 32 bits and beyond what a number holds', async () => {
    const csv = (visit: string) => `visit,band,seeing,note,image\n1,g,,,\n${visit},r,,,\n`;
    expect((await cells(csv('9007199254740991')))[1]?.[0]).toBe(9007199254740991);
    expect(await errors(csv('9007199254740993'))).toContain('too large for an int');
  });

  test('each bad cell is said with its line and column', async () => {
    const csv = 'visit,band,seeing,note,image\n1,g,x,,\n2,R,0.5,,\n,r,,,\n3,r\n4,g,,,,7\n';
    expect(await errors(csv)).toMatchInlineSnapshot(`
      "error[E0701]: \`x\` is not a float
       --> data/visits.csv:2:5
        |
      2 | 1,g,x,,
        |     ^ column \`seeing\`

      error[E0701]: \`R\` is not a Band
       --> data/visits.csv:3:3
        |
      3 | 2,R,0.5,,
        |   ^ Band is "g" | "r"
        = hint: did you mean \`r\`?

      error[E0701]: a key may not be empty
       --> data/visits.csv:4:1
        |
      4 | ,r,,,
        | ^ column \`visit\`

      error[E0701]: this row has 2 cells, the header has 5
       --> data/visits.csv:5:1
        |
      5 | 3,r
        | ^^^

      error[E0701]: this row has 6 cells, the header has 5
       --> data/visits.csv:6:1
        |
      6 | 4,g,,,,7
        | ^^^^^^^^
      "
    `);
  });

  test('columns that are not there', async () => {
    expect(await errors('visit,bnd,seeing,note,image\n')).toMatchInlineSnapshot(`
      "error[E0701]: there is no column \`band\`
       --> data/visits.csv:1:1
        |
      1 | visit,bnd,seeing,note,image
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^ Visit has visit, band, seeing, note, image
        = hint: is \`bnd\` meant to be \`band\`?
      "
    `);
    expect(await errors('')).toMatchInlineSnapshot(`
      "error[E0701]: a table begins with a line of column names
       --> data/visits.csv:1:1
        |
      1 |
        | ^
      "
    `);
  });

  test('quotes that do not end', async () => {
    expect(
      await errors('visit,band,seeing,note,image\n1,"g"x,,,\n2,"r,,,\n'),
    ).toMatchInlineSnapshot(`
      "error[E0701]: after the closing quote comes a comma or the end of the line
       --> data/visits.csv:2:6
        |
      2 | 1,"g"x,,,
        |      ^

      error[E0701]: this quoted cell is never closed
       --> data/visits.csv:3:3
        |
      3 | 2,"r,,,
        |   ^^
      "
    `);
  });

  test('equal keys', async () => {
    const csv = 'visit,band,seeing,note,image\n7,g,,,\n3,g,,,\n7,r,,,\n';
    expect(await errors(csv)).toMatchInlineSnapshot(`
      "error[E0309]: two rows have the key visit=7
       --> data/visits.csv:4:1
        |
      2 | 7,g,,,
        | - an earlier one
      3 | 3,g,,,
      4 | 7,r,,,
        | ^ a key names one row of Visit
      "
    `);
  });

  test('twenty problems are shown, the others counted', async () => {
    const rows = Array.from({ length: 35 }, (_, at) => `${at},q,,,`);
    const found = await errors(['visit,band,seeing,note,image', ...rows, ''].join('\n'));
    expect(found.match(/error\[E0701\]/g)).toHaveLength(20);
    expect(found).toContain('note[E0701]: 15 more problems in data/visits.csv');
  });

  test('text that is not UTF-8, files that are not there', async () => {
    const files = { 'data/visits.csv': Uint8Array.of(118, 255, 10) };
    expect(await loadErrors({ text, files })).toContain('it is not UTF-8 text');
    expect(await loadErrors({ text })).toMatchInlineSnapshot(`
      "error[E0709]: cannot read \`data/visits.csv\`: there is no such file
       --> w.braid:4:30
        |
      4 | param visits: table<Visit> = csv("data/visits.csv")
        |                              ^^^^^^^^^^^^^^^^^^^^^^
      "
    `);
  });
});

describe('other readers', () => {
  const others = `record Visit key visit { visit: int, tags: list<string> }
param rows: table<Visit> = jsonl("v.jsonl")
param more: table<Visit> = json("v.json")
param names: list<string> = lines("names.txt")
param count: int = text("n.txt")
let raws = files("raw/*_?.fits")
step a for each r in raws {
  out o: file = "o"
}
`;
  const files = {
    'v.jsonl': '{"visit": 1, "tags": ["a"]}\n\n{"visit": 2, "tags": [], "x": 1}\n',
    'v.json': '[{"visit": 5, "tags": []}]',
    'names.txt': 'b\r\n\n  a  \n',
    'n.txt': '42\n',
    'raw/b_1.fits': '',
    'raw/a_2.fits': '',
    'raw/a_10.fits': '',
    'raw/a_3.fit': '',
  };

  test('jsonl, json, lines, text and files', async () => {
    const { plan } = await planOf({ text: others, files });
    expect(plan.globals.get('names')).toEqual(['b', 'a']);
    expect(plan.globals.get('count')).toBe(42);
    expect(plan.globals.get('raws')).toEqual([
      { kind: 'file', path: 'raw/a_2.fits' },
      { kind: 'file', path: 'raw/b_1.fits' },
    ]);
    expect(plan.globals.get('rows')).toMatchObject({ length: 2 });
    expect(plan.globals.get('more')).toMatchObject({ length: 1 });
    expect(plan.steps[0]?.count).toBe(2);
  });

  test('what does not fit is said at its line', async () => {
    const broken = {
      ...files,
      'v.jsonl': '{"visit": "1", "tags": []}\n{"visit": 2,, "tags": []}\n',
      'v.json': '[{"visit": 5, "tags": []}, {"visit": 5, "tags": []}]',
      'n.txt': 'many\n',
    };
    expect(await loadErrors({ text: others, files: broken })).toMatchInlineSnapshot(`
      "error[E0701]: this row.visit: an int is needed, not a string
       --> v.jsonl:1:1
        |
      1 | {"visit": "1", "tags": []}
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^

      error[E0701]: this is not JSON
       --> v.jsonl:2:13
        |
      2 | {"visit": 2,, "tags": []}
        |             ^ Expected double-quoted property name

      error[E0309]: two rows have the key visit=5
       --> v.json:1:1
        |
      1 | [{"visit": 5, "tags": []}, {"visit": 5, "tags": []}]
        | ^ a key names one row of Visit
        | - an earlier one

      error[E0701]: n.txt: \`many\` is not an int
       --> n.txt:1:1
        |
      1 | many
        | ^
      "
    `);
  });
});
