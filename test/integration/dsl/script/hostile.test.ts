import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Value } from '../../../../dsl/evaluate/value.ts';
import { failedLine } from '../../../../dsl/script/failed-line.ts';
import { renderScript } from '../../../../dsl/script/render.ts';
import { compiled } from '../../../unit/dsl/script/compiled.ts';

/** Texts that would do something if any of them were read as code, split or expanded. */
const hostile = [
  '',
  ' ',
  ' a  b ',
  "it's",
  '"',
  '\'"\'"',
  '$(touch owned)',
  '`touch owned`',
  '${HOME}',
  '$HOME',
  '; touch owned;',
  '&& touch owned',
  '| touch owned',
  "'; touch owned; '",
  '"; touch owned; "',
  ')\ntouch owned\n(',
  'a\nb\n',
  'EOF',
  'a\nEOF\ntouch owned\n',
  '-rf',
  '--help',
  '*',
  '~',
  '[a-z]?',
  '{a,b}',
  '!x',
  '#x',
  '\\',
  'a\\',
  '\\n',
  '%s%d',
  '=',
  'ñ🌊\u2028',
  '\t',
  '\r\n',
  '@{x}',
  '<(touch owned)',
  '> owned',
  '$((touch))',
  '\u0001\u007f',
];

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'braid-script-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface Run {
  readonly out: string;
  readonly err: string;
  readonly status: number | null;
  readonly line: number | undefined;
}

/** Renders, writes and runs a body as an attempt does: `../script` from an empty directory. */
function run(language: string, body: string, values: readonly Value[]): Run {
  const { script } = compiled(language, body);
  const rendered = renderScript(script, values, { listFile: String });
  const work = mkdtempSync(join(directory, 'attempt-'));
  writeFileSync(join(work, 'script'), rendered.text);
  const noted = join(work, 'failed-line');
  const scratch = mkdtempSync(join(work, 'work-'));
  const [program = '', ...first] = rendered.command;
  const { stdout, stderr, status } = spawnSync(program, [...first, '../script'], {
    cwd: scratch,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', BRAID_FAILED_LINE: noted },
    maxBuffer: 1 << 28,
  });
  let failed: string | undefined;
  try {
    failed = readFileSync(noted, 'utf8');
  } catch {
    failed = undefined;
  }
  const line = failedLine(script, rendered, { failedLine: failed, stderr });
  const left = spawnSync('ls', ['-A', scratch], { encoding: 'utf8' }).stdout;
  expect(left).toBe('');
  return { out: stdout, err: stderr, status, line };
}

/** Ways in which a value can stand in a script; each prints it once, ended by NUL. */
const contexts = [
  "printf '%s\\0' @{s}",
  'printf \'%s\\0\' "@{s}"',
  'printf \'%s\\0\' "a"@{s}"b"',
  'x=@{s}; printf \'%s\\0\' "$x"',
  'x=$(printf %s. @{s}); printf \'%s\\0\' "${x%.}"',
  'x="$(printf %s. "@{s}")"; printf \'%s\\0\' "${x%.}"',
  'x=`printf %s. @{s}`; printf \'%s\\0\' "${x%.}"',
  'printf \'%s\\0\' "${nothing:-@{s}}"',
  "printf '%s\\0' ${nothing:-@{s}}",
  'f() { printf \'%s\\0\' "$1"; }; f @{s}',
  'bash -c \'printf "%s\\0" "$1"\' _ @{s}',
  "(cd . && printf '%s\\0' @{s})",
  "case @{s} in @{s}) printf '%s\\0' @{s} ;; esac",
  "[[ @{s} == @{s} ]] && printf '%s\\0' @{s}",
  "cat <<EOF\n@{s}\nEOF\nprintf '\\0'",
  "cat <(printf '%s\\0' @{s})",
  'printf \'%s\\0\' \\@{s}$@{s}"\\@{s}$@{s}"',
] as const;

function expectedIn(context: string, value: string): string {
  if (context.includes('"a"@{s}')) return `a${value}b`;
  if (context.startsWith('cat <<')) return `${value}\n`;
  if (context.includes('\\@{s}')) return `\\${value}$${value}`.repeat(2);
  return value;
}

/** Runs all contexts with all values in one process. */
function expectAllSurvive(values: readonly string[]): void {
  const bodies = values.flatMap(() => contexts);
  const holes = values.flatMap((value) =>
    contexts.flatMap((context) => Array<string>(context.split('@{s}').length - 1).fill(value)),
  );
  const { out, err, status } = run('bash', bodies.join('\n'), holes);
  expect(err).toBe('');
  expect(status).toBe(0);
  const expected = values.flatMap((value) => contexts.map((context) => expectedIn(context, value)));
  expect(out.split('\0').slice(0, -1)).toEqual(expected);
}

describe('bash', () => {
  it('gets hostile values as they are, in every context', () => expectAllSurvive(hostile));

  it('gets lists element by element', () => {
    const body =
      'printf \'%s\\0\' @{xs}\nx=(@{xs}); printf \'%s\\0\' "${#x[@]}"\ncount() { echo -n "$#"; }; count @{xs}';
    const { out } = run('bash', body, [hostile, hostile, hostile]);
    expect(out.split('\0')).toEqual([...hostile, String(hostile.length), String(hostile.length)]);
    expect(run('bash', 'count() { echo "$#"; }; count @{xs}', [[]]).out).toBe('0\n');
    expect(run('bash', 'count() { echo "$#"; }; count @{xs}', [['']]).out).toBe('1\n');
  });

  it('gets any text whatever', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(...'\'"\\$`(){}[]<>|&;*?~#!%=-\n\t Ee'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 12,
    });
    const texts = fc.sample(text, 60).map((each) => each.replaceAll('\0', ''));
    expectAllSurvive(texts);
  });

  it.each([
    ['true\nfalse\ntrue', 1, 2],
    ['f() {\n  false\n}\ntrue\nf', 1, 2],
    ['x=1\ny=$(true\nfalse)\ntrue', 1, 3],
    ['true\nexit 7', 7, undefined],
    ['true | false | true\necho no', 1, 1],
    ['true\n\necho $nothing', 1, 3],
    ['true\nsh -c "exit 75"', 75, 2],
    ['if false; then\n  true\nfi\n! true\nfalse || true\nfalse', 1, 6],
    ['echo "\ntrue', 2, undefined],
  ])('%j ends with %d at line %s', (body, status, line) => {
    const found = run('bash', `${body}`, []);
    expect(found.status).toBe(status);
    // The body begins on line 4 of the workflow.
    if (line !== undefined) expect(found.line).toBe(line + 3);
  });

  it('keeps the line with values of several lines before it', () => {
    expect(run('bash', 'echo @{s}\nfalse', ['a\nb\nc']).line).toBe(5);
  });
});

describe('python', () => {
  it('gets hostile values as they are', () => {
    const values = [...hostile, '\0', '\ud800', '\u2028\u0085\u00ad'];
    const body = 'import json\nprint(json.dumps([@{xs}, @{s}, @{fs}, @{n}, @{b}, @{maybe}]))';
    const { out, err } = run('python', body, [values, 'a\nb', [1, -0.5, 1e300], -7, true, null]);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual([values, 'a\nb', [1, -0.5, 1e300], -7, true, null]);
  });

  it('gets any text and any number whatever', () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 20 }), 300);
    const floats = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 300);
    const body = 'import json\nprint(json.dumps([@{xs}, @{fs}, type(@{f}).__name__]))';
    const { out } = run('python', body, [texts, floats, 2]);
    const [backTexts, backFloats, type] = JSON.parse(out) as [string[], number[], string];
    expect(backTexts).toEqual(texts);
    expect(backFloats.every((each, i) => Object.is(each, floats[i]))).toBe(true);
    expect(type).toBe('float');
  });

  it.each([
    ['x = 1\nraise ValueError("no")', 2],
    ['def f():\n    return 1 / 0\n\nf()', 2],
    ['x = 1\nimport json\njson.loads("{")', 3],
    ['x = (1\ny = @{n}', 1],
  ])('%j fails at line %d', (body, line) => {
    expect(run('python', body, [1]).line).toBe(line + 3);
  });
});
