import { describe, expect, it } from 'vitest';
import { jsonValue } from '../../../../dsl/evaluate/columns.ts';
import type { Value } from '../../../../dsl/evaluate/value.ts';
import { renderScript } from '../../../../dsl/script/render.ts';
import { bodyOf, compiled, compiledItem, problemsOf } from './compiled.ts';

describe('a value in python', () => {
  it.each<[string, Value, string]>([
    ['@{s}', "it's", '"it\'s"'],
    ['@{s}', 'a"b', "'a\"b'"],
    ['@{s}', '\'"', "'\\'\"'"],
    ['@{s}', 'a\nb\\\u0000\u2028', "'a\\nb\\\\\\x00\\u2028'"],
    ['@{s}', '\ud800', "'\\ud800'"],
    ['@{s}', 'ñ🌊', "'ñ🌊'"],
    ['@{n}', 42, '42'],
    ['@{n}', -1, '(-1)'],
    ['@{f}', 1, '1.0'],
    ['@{f}', 1e21, '1e+21'],
    ['@{f}', Number.NaN, "float('nan')"],
    ['@{f}', -0, '(-0.0)'],
    ['@{b}', true, 'True'],
    ['@{maybe}', null, 'None'],
    ['@{file}', { kind: 'file', path: '/a b' }, "'/a b'"],
    ['@{xs}', ['a', "b'"], "['a', \"b'\"]"],
    ['@{fs}', [1, -2], '[1.0, -2.0]'],
    ['@{j}', jsonValue({ a: [1, null], b: false }), "{'a': [1, None], 'b': False}"],
  ])('%s of %j', (body, value, text) => expect(bodyOf('python', body, [value])).toBe(text));

  it('leaves the body as it is otherwise', () => {
    const body = "def f(x):\n    '''@@{x}'''\n    return x  # @{s} and \"\nf(@{n})";
    expect(bodyOf('python', body, [1])).toBe(
      "def f(x):\n    '''@{x}'''\n    return x  # @{s} and \"\nf(1)",
    );
  });

  it('runs python3 on the script without a prelude', () => {
    const { script } = compiled('python', 'x = @{n}');
    expect(renderScript(script, [1], { listFile: String })).toEqual({
      text: 'x = 1\n',
      command: ['python3'],
      preludeLines: 0,
    });
  });

  it.each([
    ['x = "a @{s}"', 'E0605 1:8 @{s}'],
    ["x = f'{@{s}}'", 'E0605 1:8 @{s}'],
    ["x = '''\n@{s}\n'''", 'E0605 2:1 @{s}'],
    ["x = '\\'' + @{s}", undefined],
    ['x = @{wait}', 'E0601 1:5 @{wait}'],
    ['x = @{token}', 'E0603 1:7 token'],
    ['x = @{row}', 'E0604 1:5 @{row}'],
  ])('%s', (body, problem) => {
    expect(problemsOf('python', body)).toEqual(problem === undefined ? [] : [problem]);
  });
});

describe('other forms', () => {
  it('makes an argv of exec, with lists as several arguments', () => {
    const { script, diagnostics } = compiledItem('script exec ["prog", "n=@{n}", xs]');
    expect(diagnostics).toEqual([]);
    const { command, text } = renderScript(script, ['prog', 'n=1', ['a b', '-c']], {
      listFile: String,
    });
    expect(text).toBe('');
    expect(command).toEqual(['prog', 'n=1', 'a b', '-c']);
  });

  it('puts the file and its arguments behind the interpreter', () => {
    const { script } = compiledItem('script bash file "bin/run.sh" args [n, xs]');
    const paths = { listFile: String, scriptFile: '/w/bin/run.sh' };
    expect(renderScript(script, [3, ['a']], paths).command).toEqual([
      'bash',
      '/w/bin/run.sh',
      '3',
      'a',
    ]);
  });

  it('checks arguments as values in scripts', () => {
    const { diagnostics } = compiledItem('script exec ["prog", wait, row, token, raw(s)]');
    expect(diagnostics.map((d) => d.code)).toEqual(['E0601', 'E0604', 'E0603', 'E0607']);
  });

  it('gives other interpreters no values but raw ones', () => {
    expect(problemsOf('Rscript', 'x <- @{n}')).toEqual(['E0606 1:6 @{n}']);
    expect(bodyOf('Rscript', 'x <- @{raw(n)}', [3])).toBe('x <- 3');
  });
});
