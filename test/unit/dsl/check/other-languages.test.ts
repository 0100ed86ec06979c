import { describe, expect, test } from 'vitest';
import { check, linked, rendered } from './check.ts';

/** The hints, in the order of the text. */
function hints(text: string): (string | undefined)[] {
  return linked(`workflow w\n${text}\n`).diagnostics.map((d) => d.hint);
}

function step(...items: string[]): string {
  return `step a {\n${items.join('\n')}\nscript bash """true"""\n}`;
}

describe('what other languages would write gets a hint that can be typed in', () => {
  test.each([
    ['let x = True', 'write `true`'],
    ['param x: bool = no', 'write `false`'],
    ['let x = [1, null]', 'write `none`'],
    ['let x = range(3)', 'a range has both ends: `1..3`'],
    ['let x = length([1])', '`len(xs)`'],
    ['let xs = [1]\nlet x = xs.length', '`len(xs)`'],
    ['param x: dict<string> = 3', 'there are no maps: declare a `record`'],
    ['param x: string = 3', 'in quotes: `"3"`'],
    ['param x: size = "4 GB"', 'without quotes: `4 GB`'],
    ['param x: duration = "01:30:00"', '`1 h 30 min`'],
    ['let x = 1:30:00', 'a time is written `1 h 30 min`'],
    ['step a foreach i in 1..3 {\n}', '`for each NAME in LIST`'],
    [step('if 3 > 2'), 'in Braid this is `when CONDITION`'],
    [step('retry 3 {\non exit 3 { attempts = 1 }\n}'), '`exit(3)`'],
    [
      step('retry 3 { on oom { wait = 1 s } on lost }'),
      'begin a new line before it, or put a `,` between',
    ],
    [step('out x: file = image.fits'), 'a file name stands in quotes: `"image.fits"`'],
    [
      step('out x: file = "../x.txt"'),
      '`"x.txt"`; where results are kept is said by `output ... publish`',
    ],
    [
      step('out x: file = "/tmp/"'),
      '`"tmp"`; where results are kept is said by `output ... publish`',
    ],
    [`let i = 3\n${step('out x: file = "x_{i}"')}`, '`@{i}`'],
  ])('%s', (text, hint) => {
    expect(hints(text)).toEqual([hint]);
  });

  test('braces around what is no name, and paths that come back, are left alone', () => {
    expect(hints(step('out x: file = "x_{j}_@@{i}"', 'out y: file = "a/../b"'))).toEqual([]);
  });

  test('a state that is none is said once', () => {
    const text = `workflow w\nstep b {\nscript bash """true"""\n}\n${step('after b done')}\n`;
    expect(check(text)).toEqual(['E0105 6:9 `done` is not a way in which an instance can end']);
  });
});

describe('names that every JavaScript object has are words like others', () => {
  const names = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__'];
  const places: readonly ((name: string) => string)[] = [
    (name) => `param x: ${name} = 3`,
    (name) => `${name} a {\n}`,
    (name) => `let x = ${name}(3)`,
    (name) => `let x = ${name}`,
    (name) => `let x = 3 ${name}`,
    (name) => `let x = 3 h to ${name}`,
    (name) => step(`${name} x`),
    (name) => step(`${name} = x`),
    (name) => step(`resources { ${name} = 3 }`),
    (name) => step(`resources { ${name} }`),
    (name) => step(`after a ${name}`),
    (name) => step(`retry 3 { on ${name} }`),
    (name) => `env e { ${name} = "x" }`,
    (name) => `policy { ${name} = "x" }`,
  ];

  test.each(names)('%s', (name) => {
    for (const place of places) {
      const text = `workflow w\n${place(name)}\n`;
      expect(check(text)).not.toEqual([]);
      expect(rendered(text)).not.toContain('native code');
    }
  });

  test.each(names)('%s as a name', (name) => {
    const text = `workflow w\nlet ${name} = 3\nlet y = ${name} + 1\n`;
    expect(check(text).filter((line) => !line.startsWith('W'))).toEqual([]);
  });
});
