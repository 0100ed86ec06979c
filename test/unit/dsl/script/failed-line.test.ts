import { describe, expect, it } from 'vitest';
import { failedLine } from '../../../../dsl/script/failed-line.ts';
import { compiled, compiledItem } from './compiled.ts';

// The body's first line is line 4 of the workflow.
const bash = compiled('bash', 'one\ntwo\nthree').script;
const python = compiled('python', 'one()\ntwo()').script;
const prelude = { preludeLines: 5 };

function traces(
  stderr: string,
  noted?: string,
): { failedLine: string | undefined; stderr: string } {
  return { failedLine: noted, stderr };
}

describe('failedLine', () => {
  it('takes what the ERR trap wrote', () => {
    expect(failedLine(bash, prelude, traces('', '7\n'))).toBe(5);
    expect(
      failedLine(bash, prelude, traces('../script: line 6: nope: command not found', '6')),
    ).toBe(4);
  });

  it('takes the complaint of bash that ended the script without the trap', () => {
    const stderr = '../script: line 8: x: unbound variable\n';
    expect(failedLine(bash, prelude, traces(stderr))).toBe(6);
    expect(failedLine(bash, prelude, traces(stderr, '6'))).toBe(6);
  });

  it('takes the last frame of the traceback that is in the script', () => {
    const stderr = [
      'Traceback (most recent call last):',
      '  File "/runs/1/script", line 2, in <module>',
      '    two()',
      '  File "/usr/lib/python3/json/__init__.py", line 346, in loads',
      'ValueError: no',
    ].join('\n');
    expect(failedLine(python, { preludeLines: 0 }, traces(stderr))).toBe(5);
  });

  it('says nothing where nothing tells', () => {
    expect(failedLine(bash, prelude, traces('Killed', ''))).toBeUndefined();
    expect(failedLine(bash, prelude, traces('', '3'))).toBeUndefined();
    expect(failedLine(bash, prelude, traces('', '99'))).toBeUndefined();
    const { script } = compiledItem('script exec ["a"]');
    expect(failedLine(script, { preludeLines: 0 }, traces('script: line 3: no'))).toBeUndefined();
  });
});
