import { expect, test } from 'vitest';
import { examine } from '../../fuzz/examine.ts';
import { inputOf } from '../../fuzz/inputs.ts';
import { bigText, checkSeconds, pathological } from '../../fuzz/sizes.ts';
import { sourcesUnder } from '../dsl/syntax/corpus.ts';

const corpus = sourcesUnder('workflows/examples');

test('100 generated and damaged texts: none throws, each message has its place and its page', async () => {
  const reached = { faulty: 0, checked: 0, planned: 0 };
  for (let index = 0; index < 100; index++) {
    const { name, text } = inputOf(1, index, corpus);
    try {
      reached[await examine(name, text)]++;
    } catch (error) {
      throw new Error(`input ${index} of seed 1:\n${text}`, { cause: error });
    }
  }
  // A fuzzer whose programs never check would test the parser alone.
  expect(reached.planned).toBeGreaterThan(10);
  expect(reached.faulty).toBeGreaterThan(30);
});

const forms = [
  ['generated declarations', (characters: number) => bigText(characters, 7)] as const,
  ...pathological.filter(([what]) =>
    /unknown names|chains|interpolations|one name|may be calls/.test(what),
  ),
];

test.each(forms)(
  '%s: a text that is four times as long takes about four times as long',
  (_what, make) => {
    const [small, large] = [1 << 13, 1 << 15].map(make);
    checkSeconds(small ?? '');
    const seconds = [small, large].map((text) => checkSeconds(text ?? ''));
    // Quadratic growth would be a factor of sixteen; the noise of a busy machine stays below ten.
    expect((seconds[1] ?? 0) / Math.max(seconds[0] ?? 0, 0.05)).toBeLessThan(10);
  },
);
