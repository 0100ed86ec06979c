import { expect, test } from 'vitest';
import { causeText, failureSummary, oneLine, plainText } from '../../../../cli/view/failure.ts';

test('a cause in words, with what is known more', () => {
  expect(failureSummary({ kind: 'exit', code: 3 }, 'disk is full')).toBe('exit 3: disk is full');
  expect(failureSummary({ kind: 'signal', signal: 11 }, undefined)).toBe('signal 11');
  expect(failureSummary({ kind: 'timeout' }, '')).toBe('timeout');
  expect(failureSummary({ kind: 'missing' }, '`x`')).toBe('an output is missing: `x`');
});

test('an exit 137, which may be a lack of memory (the runner says so), is told from one that certainly is', () => {
  expect(causeText({ kind: 'oom' })).toBe('out of memory');
  expect(causeText({ kind: 'exit', code: 137 })).toBe('exit 137');
});

test("a payload's or user's words cannot steer the terminal", () => {
  const words = '\u001b[2J\u009b1mred\u0007\r\tbéta →';
  expect(plainText(words)).toBe('?[2J?1mred??\tbéta →');
  expect(plainText('two\nlines')).toBe('two\nlines');
});

test('words of several lines can be made one', () => {
  expect(oneLine('one \n\n  two\r\nthree\u001b')).toBe('one two three?');
});
