import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../../dsl/evaluate/pattern.ts';
import { cpuMs } from '../../cpu-time.ts';

function matches(pattern: string, text: string): boolean | string {
  const compiled = compilePattern(pattern);
  return typeof compiled === 'string' ? compiled : compiled.matches(text);
}

describe('matches', () => {
  it.each([
    ['w_[0-9]{4}_[0-9]{2}', 'w_2018_07', true],
    ['w_[0-9]{4}_[0-9]{2}', 'w_2018_07x', false],
    ['(a|bc)*d?', 'abcbca', true],
    ['[^a-c]+', 'xyz', true],
    ['[^a-c]+', 'xbz', false],
    ['\\d+\\.\\w*', '12.fits', true],
    ['a{2,}', 'a', false],
    ['a{2,3}', 'aaaa', false],
    ['.🌊.', 'a🌊b', true],
    ['', '', true],
    ['[]a]+', ']a', true],
    ['[a-]+', 'a-', true],
  ])('%s on %s', (pattern, text, expected) => expect(matches(pattern, text)).toBe(expected));

  it.each([
    ['(a', 'a `(` is never closed'],
    ['a)', 'a `)` without its `(`'],
    ['*a', '`*` has nothing to repeat'],
    ['[a', 'a `[` is never closed'],
    ['^a$', '`^` is not needed: the whole text must match'],
    ['(((a{999}){999}){999})', 'the pattern is too large'],
  ])('says what is wrong with %s', (pattern, problem) =>
    expect(matches(pattern, 'a')).toBe(problem),
  );

  it('needs time in proportion to the text where backtracking would never end', () => {
    const ms = cpuMs(() => {
      expect(matches('(a*)*(a|a)*(a|aa)*b', 'a'.repeat(5000))).toBe(false);
    });
    expect(ms).toBeLessThan(10_000);
  });

  it('agrees with the regular expressions of the host', () => {
    const piece = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|b)', '(ab)', '\\d');
    const repeat = fc.constantFrom('', '*', '+', '?', '{2}', '{1,2}', '{0,}');
    const pattern = fc.array(fc.tuple(piece, repeat), { maxLength: 5 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (pieces, input) => {
        const written = pieces.flat().join('');
        expect(matches(written, input)).toBe(new RegExp(`^(?:${written})$`, 's').test(input));
      }),
    );
  });
});
