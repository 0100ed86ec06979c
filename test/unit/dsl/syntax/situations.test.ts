import { expect, test } from 'vitest';
import { parse, parseSite } from '../../../../dsl/syntax/parse.ts';
import { positionAt } from '../../../../dsl/text/source.ts';

/** `CODE line:column message` of each error, the first line being the header. */
function errors(text: string): string[] {
  const { diagnostics } = parse({ name: 'x.braid', text: `workflow w\n${text}` });
  return diagnostics.map(({ code, message, span }) => {
    const at = span && positionAt(span.source, span.start);
    return `${code} ${at?.line}:${at?.column} ${message}`;
  });
}

const cases: readonly (readonly [text: string, ...expected: string[]])[] = [
  ['let x = 3 +', 'E0103 2:12 a value is missing after `+`'],
  ['let x = (1 + * 2)', 'E0103 2:13 a value is missing between `+` and `*`'],
  ['let x = f(1, , 2)', 'E0103 2:12 something is missing between `,` and `,`'],
  ['let x = [,]', 'E0103 2:10 a value is missing before `,`'],
  ['let x = "@{}"', 'E0103 2:12 a value is missing between `@{` and `}`'],
  ['step {\n}', 'E0104 2:5 a name is missing after `step`'],
  ['step "a" {\n}', 'E0104 2:6 a name is written without quotes'],
  ['step a for b in c {\n}', 'E0104 2:11 `each` is missing after `for`'],
  ['step a for each b c {\n}', 'E0104 2:18 `in` is missing after `b`'],
  ['step a {\n  in b c.d\n}', 'E0104 3:7 `=` is missing after `b`'],
  ['step a {\n  out b = "f"\n}', 'E0104 3:8 the type of `b` is missing'],
  ['step a {\n  out b: file "f"\n}', 'E0104 3:14 `=` is missing after `file`'],
  ['step a {\n  script """\n  x\n  """\n}', 'E0104 3:9 the language is missing after `script`'],
  ['step a\n  script bash """\n  x\n  """\n}', 'E0104 2:7 `{` is missing at the end of this line'],
  ['param x = 3', 'E0104 2:8 the type of `x` is missing'],
  ['let x = if a then 3', 'E0104 2:20 `else` is missing in this `if`'],
  ['use "a.braid"', 'E0104 2:14 `as` is missing after `"a.braid"`'],
  ['type T = a', 'E0104 2:10 the values of a `type` are strings'],
  ['stpe a {\n}', 'E0105 2:1 `stpe` is not something a workflow file can contain'],
  ['step a {\n  x = b.c\n}', 'E0105 3:3 `x` is not something a step can contain'],
  ['step a {\n  after b done\n}', 'E0105 3:11 `done` is not a way in which an instance can end'],
  ['call a as b {\n  in c = d.e\n}', 'E0105 3:3 `in` is not something a call can contain'],
  ['defaults {\n  limit 4\n}', 'E0105 3:3 `limit` is not something `defaults` can contain'],
  ['step a {\n  retry 3 { oom }\n}', 'E0105 3:13 `oom` is not something `retry` can contain'],
  ['step my-step {\n}', 'E0106 2:8 a name cannot contain `-`'],
  ['let x = y to foo', 'E0107 2:14 unknown unit `foo`'],
  ['let x = 3\n}', 'E0108 3:1 this `}` closes nothing'],
  ['let x = [1)', 'E0108 2:11 `)` does not close `[`'],
  ['let x = a && b', 'E0109 2:11 `&&` is not a sign of Braid'],
  ['let x = a = b', 'E0109 2:11 `=` gives a value; to compare two, write `==`'],
  [
    'step a {\n  resources { cpus: 4 }\n}',
    'E0109 3:19 `:` stands before a type; to give a value, write `=`',
  ],
  ['// a comment', 'E0109 2:1 `//` is not a sign of Braid'],
  ['let x = 3 // three', 'E0109 2:11 `//` is not a sign of Braid'],
  ['let x = n + 1 /* more */', 'E0109 2:15 `/*` is not a sign of Braid'],
  ['step a {\n  // a comment\n}', 'E0109 3:3 `//` is not a sign of Braid'],
  ['let x = a > 3 ? 1 : 2', 'E0109 2:15 `?` is not a sign of Braid'],
  ['param x: list[int] = [1]', 'E0109 2:14 what a type is made of stands in `<...>`'],
  ['step a {\n  in x: "b"\n}', 'E0109 3:7 `:` stands before a type; to give a value, write `=`'],
  ['param x: csv("v.csv")', 'E0104 2:10 `:` stands before a type, and `csv(...)` is a value'],
  ['let x = a b', 'E0112 2:11 `b` does not belong here'],
  ['step a {\n  in b = c.d in e = f.g\n}', 'E0112 3:14 `in` does not belong here'],
  ['let x = "\\q"', 'E0116 2:10 `\\q` is not an escape'],
  ['let x = 5.', 'E0117 2:10 digits are missing after the point'],
  ['let x = @{y}', 'E0118 2:9 `@` stands only in `@{...}` inside strings'],
  // One error for each declaration, and none that follows from another.
  [
    'let x = \nlet y = 3 4\nlet z = 5',
    'E0103 2:8 a value is missing after `=`',
    'E0112 3:11 `4` does not belong here',
  ],
  [
    'step a {\n  script bash ""\n    echo\n  """\n}\nlet x = 3',
    'E0101 3:15 the text of this script is never opened',
  ],
  ['step a {\n  script bash """\n    echo\n}\nlet x = 3', 'E0101 3:15 this `"""` is never closed'],
  [
    'step a {\n  resources { cpus = 1\n  out b: file = "f"\n}\nlet x = 3',
    'E0102 3:13 this block is never closed',
  ],
  ['let x = "a @{b"', 'E0102 2:12 this `@{` is never closed'],
];

test.each(cases)('%j', (text, ...expected) => {
  expect(errors(text)).toEqual(expected);
});

test('a file without a header, or with two', () => {
  const codes = (text: string) =>
    parse({ name: 'x.braid', text }).diagnostics.map(({ code }) => code);
  expect(codes('let x = 3')).toEqual(['E0111']);
  expect(codes('')).toEqual(['E0111']);
  expect(codes('workflow a\nworkflow b')).toEqual(['E0111']);
  expect(codes('let x = 3\nworkflow a')).toEqual(['E0111']);
});

test('a site file holds sites', () => {
  const messages = (text: string) =>
    parseSite({ name: 'x.site', text }).diagnostics.map(({ code, hint }) => [code, hint]);
  expect(messages('site a {\n  runer slurm\n}')).toEqual([['E0105', 'did you mean `runner`?']]);
  expect(messages('runner slurm {\n}')).toEqual([['E0105', 'put it inside `site NAME { ... }`']]);
});

test('what is too long or too deep is said so', () => {
  const codes = (text: string) => errors(text).map((error) => error.slice(0, 5));
  expect(codes(`let x = "${'a'.repeat(1 << 20)}"`)).toEqual(['E0113']);
  expect(codes(`let x = [${'1,'.repeat(17_000)}]`)).toEqual(['E0114']);
  expect(codes(`let x = ${'('.repeat(65)}1${')'.repeat(65)}`)).toEqual(['E0115']);
  expect(codes(`let x = ${'('.repeat(64)}1${')'.repeat(64)}`)).toEqual([]);
  expect(codes(`let x = 1${' + 1'.repeat(201)}`)).toEqual(['E0115']);
  expect(codes(`let x = ${'-'.repeat(20_000)}1`)).toEqual(['E0115']);
});

test('strings that open strings without end are looked through in linear time', () => {
  const started = performance.now();
  errors(`let x = "${'@{a"'.repeat(100_000)}`);
  errors(`let x = """${'@{a"'.repeat(100_000)}"""`);
  errors(`let x = ${'{'.repeat(200_000)}`);
  expect(performance.now() - started).toBeLessThan(10_000);
});
