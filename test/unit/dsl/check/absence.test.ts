import { describe, expect, test } from 'vitest';
import { check, codes, program } from './check.ts';

const steps = `workflow w
param deep: bool = true
step plain {
  out file: file = "p"
  script bash """
    make > @{file}
  """
}
step rare {
  out file: file = "r"
  out value: float = text("v")
  when deep
  script bash """
    make > @{file}
  """
}
step some {
  out file: file? = "s"
  script bash """
    make @{file}
  """
}
`;

function reader(lines: string, script = 'use @{x}', language = 'bash'): string {
  return `${steps}step reader {
  ${lines}
  script ${language} """
    ${script}
  """
}`;
}

describe('what may be absent', () => {
  test.each([
    ['a skipped step', 'in x = rare.file', 'use @{x}'],
    ['an optional output', 'in x = some.file', 'use @{x}'],
    ['a fallback that may be absent', 'in x = some.file ?? rare.file', 'use @{x}'],
    ['`none` in a shell', 'in x = rare.file ?? none', 'use @{x}'],
    ['a value in a condition', 'in x = rare.value\n  when x > 1', 'use @{x}'],
    ['a value in a sum', 'in x = rare.value + 1', 'use @{x}'],
    ['a test in the script alone', 'in x = rare.file', '@{if x == none then "no" else "yes"}'],
    ['one branch of an `or`', 'in x = rare.value\n  when x != none or deep', 'use @{x}'],
    ['an unused input', 'in x = rare.file', 'true'],
    ['a path', 'in x = rare.value\n  out y: file = "y_@{x}"', 'use @{y}'],
    ['the first of all', 'in x = previous rare.value over i', 'use @{x}'],
  ])('%s is E0403', (_, lines, script) => {
    const text = reader(lines, script).replace(
      'step rare {',
      lines.includes('previous') ? 'step rare for each i in 1..3 {' : 'step rare {',
    );
    expect(codes(text)).toEqual(['E0403']);
  });

  test.each([
    ['a fallback', 'in x = rare.file ?? plain.file', 'use @{x}'],
    ['a chain of fallbacks', 'in x = some.file ?? rare.file ?? plain.file', 'use @{x}'],
    ['a tested input', 'in x = rare.file\n  when x != none', 'use @{x}'],
    ['a tested value', 'in x = rare.value\n  when x != none and x > 1', 'use @{x}'],
    ['a test of several', 'in x = rare.file\n  when deep and not (x == none)', 'use @{x}'],
    [
      'a test in the script',
      'in x = rare.file ?? none',
      '@{if x == none then "no" else basename(x)}',
    ],
  ])('%s is fine', (_, lines, script) => {
    expect(check(reader(lines, script))).toEqual([]);
  });

  test('python knows None, if it was asked for', () => {
    expect(check(reader('in x = rare.file ?? none', 'print(@{x})', 'python'))).toEqual([]);
    expect(codes(reader('in x = rare.file', 'print(@{x})', 'python'))).toEqual(['E0403']);
  });

  test('a gather leaves absent ones out', () => {
    const text = steps.replace('step rare {', 'step rare for each i in 1..3 {');
    expect(
      check(`${text}step all {
  in  xs = gather rare.file over i
  script bash """
    use @{xs}
  """
}`),
    ).toEqual([]);
  });

  test('an output of the workflow says `?`', () => {
    expect(codes(`${steps}output a: file = rare.file`)).toEqual(['E0403']);
    expect(check(`${steps}output a: file? = rare.file\noutput b = rare.file`)).toEqual([]);
  });
});

describe('absence in the Program', () => {
  const inputOf = (lines: string, script?: string) =>
    program(reader(lines, script)).steps.at(-1)?.inputs[0];

  test('a fallback allows the first read only', () => {
    const input = inputOf('in x = rare.file ?? plain.file');
    expect(input?.reads.map((r) => [r.step, r.allowsAbsent])).toEqual([
      ['rare', true],
      ['plain', false],
    ]);
    expect(input).toMatchObject({ mayBeAbsent: false, type: { kind: 'file' } });
  });

  test('a tested input is present in the script, and its read may be absent', () => {
    const input = inputOf('in x = rare.file\n  when x != none');
    expect(input).toMatchObject({ mayBeAbsent: false, type: { kind: 'file' } });
    expect(input?.reads[0]?.allowsAbsent).toBe(true);
  });

  test('`?? none` leaves it optional', () => {
    expect(inputOf('in x = rare.file ?? none', 'true')).toMatchObject({
      mayBeAbsent: true,
      type: { kind: 'optional' },
    });
  });
});
