import { expect, test } from 'vitest';
import { examine } from '../../fuzz/examine.ts';
import { inputOf } from '../../fuzz/inputs.ts';
import { sourcesUnder } from '../dsl/syntax/corpus.ts';

const corpus = sourcesUnder('workflows/examples');

test('300 generated and damaged texts: none throws, each message has its place and its page', async () => {
  const reached = { faulty: 0, checked: 0, planned: 0 };
  for (let index = 0; index < 300; index++) {
    const { name, text } = inputOf(1, index, corpus);
    try {
      reached[await examine(name, text)]++;
    } catch (error) {
      throw new Error(`input ${index} of seed 1:\n${text}`, { cause: error });
    }
  }
  // A fuzzer whose programs never check would test the parser alone.
  expect(reached.planned).toBeGreaterThan(30);
  expect(reached.faulty).toBeGreaterThan(100);
});
