import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Type } from '../../../../dsl/check/type.ts';
import { compareKeys, instanceName } from '../../../../dsl/evaluate/keys.ts';
import { parseSelector } from '../../../../dsl/evaluate/parse-selector.ts';
import { matchesSelector } from '../../../../dsl/evaluate/selector.ts';
import type { Key } from '../../../../dsl/evaluate/value.ts';

function sorted(keys: Key[], type: Type): Key[] {
  return [...keys].sort(compareKeys(type));
}

describe('the order of keys', () => {
  it('is by value, by code point, by declaration', () => {
    expect(sorted([10, 9, -1], { kind: 'int' })).toEqual([-1, 9, 10]);
    expect(sorted(['b', 'a', 'B', '\u{1F30A}', '\uFFFD'], { kind: 'string' })).toEqual([
      'B',
      'a',
      'b',
      '\uFFFD',
      '\u{1F30A}',
    ]);
    const band: Type = { kind: 'closed', name: 'Band', values: ['u', 'g', 'r'] };
    expect(sorted(['r', 'u', 'g'], band)).toEqual(['u', 'g', 'r']);
    expect(sorted([true, false], { kind: 'bool' })).toEqual([false, true]);
  });

  it('orders strings as their code points', () => {
    const codePoints = (text: string): number[] => [...text].map((c) => c.codePointAt(0) as number);
    const compare = compareKeys({ kind: 'string' });
    const text = fc.string({ unit: 'binary', maxLength: 4 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [x, y] = [codePoints(a), codePoints(b)];
        const at = x.findIndex((c, i) => c !== y[i]);
        const expected = at < 0 ? x.length - y.length : (x[at] as number) - (y[at] ?? -1);
        expect(Math.sign(compare(a, b))).toBe(Math.sign(expected));
      }),
    );
  });
});

describe('names of instances', () => {
  it.each<[string[], Key[], string]>([
    [[], [], 'phosim'],
    [['visit', 'sensor'], [230, 'R22_S11'], 'phosim[visit=230, sensor=R22_S11]'],
    [['s8'], [0.75], 'phosim[s8=0.75]'],
    [['on'], [false], 'phosim[on=false]'],
    [['name'], ['DESC\'s "cat"'], 'phosim[name="DESC\'s \\"cat\\""]'],
    [['name'], [''], 'phosim[name=""]'],
    [['name'], ['a\nb'], 'phosim[name="a\\nb"]'],
  ])('%j %j', (dimensions, keys, name) => {
    expect(instanceName('phosim', dimensions, keys)).toBe(name);
  });

  it('can be pasted back as a selector of that instance alone', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.double({ noNaN: true }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(key, key, (a, b) => {
        const { value, diagnostics } = parseSelector(instanceName('s', ['d', 'e'], [a, b]));
        expect(diagnostics).toEqual([]);
        const instance = (d: Key, e: Key) => ({
          step: 's',
          keys: new Map<string, Key>([
            ['d', d],
            ['e', e],
          ]),
          state: 'failed',
        });
        expect(matchesSelector(value, instance(a, b))).toBe(true);
        expect(matchesSelector(value, instance(`${a}x`, b))).toBe(false);
      }),
    );
  });
});

const instance = {
  step: 'coadd',
  keys: new Map<string, Key>([
    ['tract', 3828],
    ['band', 'g'],
  ]),
  state: 'failed',
};

describe('selectors', () => {
  it.each([
    ['coadd', true],
    ['coa*', true],
    ['*a*d', true],
    ['c*x*', false],
    ['coad', false],
    ['coadd[band=g]', true],
    ['coadd[band="g", tract=3828]', true],
    ['coadd[band=r]', false],
    ['tract=3828', true],
    ['tract=3828.0', true],
    ['tract="3828"', false],
    ['visit=1', false],
    [':failed', true],
    ['coadd:running', false],
    ['tract=3828 & band in (g, r) & :failed', true],
    ['coadd[band=r] | forced:running', false],
    ['forced | coadd[band=g]', true],
    ['(forced | coadd) & :blocked', false],
  ])('%s', (text, matches) => {
    const { value, diagnostics } = parseSelector(text);
    expect(diagnostics).toEqual([]);
    expect(matchesSelector(value, instance)).toBe(matches);
  });

  it('reads the steps of a call, with keys at either place', () => {
    const measure = { ...instance, step: 'objects.measure' };
    for (const text of [
      'objects',
      'objects.measure',
      'objects[tract=3828].measure[band=g]',
      '*.measure',
    ]) {
      expect(matchesSelector(parseSelector(text).value, measure)).toBe(true);
    }
    expect(matchesSelector(parseSelector('object').value, measure)).toBe(false);
  });

  it.each([
    ['', 'a step, a dimension or a state is missing here'],
    ['coadd[', 'a key is written `dimension=value`'],
    ['coadd[3]', 'a key is written `dimension=value`'],
    ['coadd[band=g', '`]` is missing here'],
    [':faild', 'there is no state `faild`'],
    ['band in (g', '`)` is missing here'],
    ['a b', '`b` is not expected here'],
    ['band=', 'a value is missing here'],
  ])('tells what is wrong with `%s`', (text, message) => {
    expect(parseSelector(text).diagnostics).toMatchObject([{ code: 'E1003', message }]);
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      'a',
      '[',
      ']',
      '=',
      '"',
      '\\',
      '(',
      ')',
      '&',
      '|',
      ':',
      'in',
      '*',
      ',',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        parseSelector(pieces.join(''));
      }),
    );
  });
});
