import { expect, test } from 'vitest';
import { linked } from './check.ts';

/** What someone who knows other systems writes first, and what is said to it. */
function hints(text: string): (string | undefined)[] {
  return linked(`workflow w\n${text}`).diagnostics.map(({ code, hint }) => `${code} ${hint}`);
}

const script = '  script bash """\n    true\n  """\n}\n';

test('a forgotten `for each` over a table that has the column', () => {
  const step = (body: string) => `record Visit key visit {
  visit: int
  band: string
}
param visits: table<Visit>
step a {
  out x: file = "x_@{${body}}"
${script}`;
  expect(hints(step('visit'))).toEqual([
    'E0201 one instance for each row: `for each v in visits` behind the name of the step; then it is `visit`',
  ]);
  expect(hints(step('band'))).toEqual([
    'E0201 one instance for each row: `for each v in visits` behind the name of the step; then it is `v.band`',
  ]);
  const row = (name: string) =>
    `E0201 one instance for each row: \`for each ${name} in visits\` behind the name of the step`;
  expect(hints(step('vis.band'))).toEqual([row('vis')]);
  expect(hints(step('v'))).toEqual([row('v')]);
  expect(hints(step('visits2'))).toEqual(['E0201 did you mean `visits`?']);
});

test('a file where a string is needed', () => {
  const file = `step a {\n  out x: file = "x"\n${script}`;
  const use = (line: string) => hints(`${file}step b {\n  in x = a.x\n  ${line}\n${script}`);
  expect(use('let s: string = x')).toEqual(['E0401 its path is a string: `"@{x}"`']);
  expect(use('let s = x + ".bak"')).toEqual(['E0405 the path in a string: `"@{x}.bak"`']);
  expect(use('let s = "to " + x')).toEqual(['E0405 the path in a string: `"to @{x}"`']);
  expect(use('let s = "@{x}.bak"')).toEqual([]);
});

test.each([
  ['retry 3 on oom', 'E0112 causes stand in a block: `retry 3 { on oom }`'],
  ['after b.done', 'E0106 `after b`, or `after b failed`, `finished`, `succeeded`'],
  ['in  y = b', 'E0201 it gives nothing; to wait for it, write `after b`'],
])('%s', (line, hint) => {
  expect(hints(`step b {\n${script}step a {\n  ${line}\n${script}`)).toEqual([hint]);
});

test.each([
  ['param xs: [int] = [1]', 'E0104 a list is written `list<int>`'],
  ['let today = now()', 'E0210 expressions have no clock: give the date as a `param`'],
  [
    'let seed = random()',
    'E0210 expressions always give the same: give a seed as a `param`, or make one of the key',
  ],
  [
    'output x: int = 1\npublish all to "results"',
    'E0112 `output NAME: TYPE = STEP.OUTPUT publish "results"`',
  ],
])('%s', (text, hint) => {
  expect(hints(text)).toEqual([hint]);
});
