import { expect, test } from 'vitest';
import { parse } from '../../../../dsl/syntax/parse.ts';
import { renderDiagnostics } from '../../../../dsl/text/render.ts';
import { read, sourcesUnder } from './corpus.ts';

const plain = { color: false };

function told(name: string): string {
  const { diagnostics } = parse({ name, text: read(`test/faulty/${name}`) });
  return renderDiagnostics(diagnostics, plain);
}

const expected: Readonly<Record<string, string>> = {
  '01-unterminated.braid': `
error[E0101]: this string is never closed
 --> 01-unterminated.braid:3:17
  |
3 |   out x: file = "image.fits
  |                 ^^^^^^^^^^^
  = hint: add a closing \`"\`, or use \`"""\` for text of several lines`,

  '02-missing-value.braid': `
error[E0103]: a value is missing after \`=\`
 --> 02-missing-value.braid:4:11
  |
4 |     cpus =
  |           ^
  = hint: the value goes on the same line: \`cpus = ...\``,

  '03-misspelt-item.braid': `
error[E0105]: \`resource\` is not something a step can contain
 --> 03-misspelt-item.braid:3:3
  |
3 |   resource { cpus = 4 }
  |   ^^^^^^^^
  = hint: did you mean \`resources\`?

error[E0105]: \`needs\` is not something a step can contain
  --> 03-misspelt-item.braid:10:3
   |
10 |   needs a
   |   ^^^^^
   = hint: in Braid this is \`in NAME = STEP.OUTPUT\` for data, \`after STEP\` for pure ordering`,

  '04-unclosed-block.braid': `
error[E0102]: this block is never closed
 --> 04-unclosed-block.braid:2:27
  |
2 | step a for each i in 1..4 {
  |                           ^
...
6 | step b {
  | ---- a new \`step\` starts here, at the left margin
  = hint: add \`}\` before this \`step\``,

  '05-unit.braid': `
error[E0107]: unknown unit \`gb\`
 --> 05-unit.braid:3:26
  |
3 |   resources { memory = 4 gb, time = 30 m, disk = 2 h }
  |                          ^^
  = hint: did you mean \`4 GB\`?

error[E0107]: \`m\` could be minutes, months or metres
 --> 05-unit.braid:3:40
  |
3 |   resources { memory = 4 gb, time = 30 m, disk = 2 h }
  |                                        ^
  = hint: for minutes write \`30 min\``,

  '16-arrows-keywords.braid': `
error[E0106]: \`in\` is a word of the language and cannot be a name
 --> 16-arrows-keywords.braid:2:6
  |
2 | step in {
  |      ^^
  = hint: choose another name: \`in_\`

error[E0109]: \`->\` is not a sign of Braid
 --> 16-arrows-keywords.braid:9:15
  |
9 |   out x: file -> "x"
  |               ^^
  = hint: write \`=\`: \`out x: file = ...\``,
};

test.each(Object.entries(expected))('%s', (name, text) => {
  expect(told(name)).toBe(text.slice(1));
});

test('the other faulty files have no error of syntax', () => {
  const others = sourcesUnder('test/faulty').filter(({ name }) => !(name in expected));
  expect(others.length).toBeGreaterThan(8);
  for (const { name } of others) expect(told(name)).toBe('');
});

test('the good declarations of a faulty file are kept, the names of the others known', () => {
  const { value } = parse({ name: 'x.braid', text: read('test/faulty/04-unclosed-block.braid') });
  expect(value.declarations.map(({ kind }) => kind)).toEqual(['step']);
  expect(value.broken.map(({ keyword, name }) => [keyword, name])).toEqual([['step', 'a']]);
});
