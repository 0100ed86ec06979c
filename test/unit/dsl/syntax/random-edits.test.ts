import { expect, test } from 'vitest';
import { parseAny, sourcesUnder } from './corpus.ts';
import { editOnce, randomFrom } from './random-edit.ts';

const edits = 200;

test('of random slips none throws, each error has its place, and few get the bare fallback', () => {
  const sources = sourcesUnder('workflows/examples');
  const random = randomFrom(20);
  let fallbacks = 0;
  let faulty = 0;
  for (let edit = 0; edit < edits; edit++) {
    const source = sources[random(sources.length)];
    if (!source) throw new Error('no examples');
    const text = editOnce(source, random);
    const { diagnostics } = parseAny({ name: source.name, text });
    for (const { span, message } of diagnostics) {
      expect(span, message).toBeDefined();
      expect(span?.start).toBeGreaterThanOrEqual(0);
      expect(span?.end).toBeGreaterThanOrEqual(span?.start ?? 0);
      expect(span?.end).toBeLessThanOrEqual(text.length);
    }
    if (diagnostics.length > 0) faulty++;
    if (diagnostics.some(({ code }) => code === 'E0100')) fallbacks++;
  }
  expect(faulty).toBeGreaterThan(edits / 5);
  expect(fallbacks).toBeLessThanOrEqual(edits * 0.02);
});

test('a text of nothing but signs, or cut off anywhere, does not throw', () => {
  const random = randomFrom(7);
  const signs = [...'{}()[]"@#=.:,;?|<>+-*/\\\n\t x1é漢😀\u0000'];
  for (let round = 0; round < 60; round++) {
    const text = Array.from({ length: 60 }, () => signs[random(signs.length)]).join('');
    expect(() => parseAny({ name: 'x.braid', text })).not.toThrow();
    expect(() => parseAny({ name: 'x.site', text: `site a {${text}` })).not.toThrow();
  }
  const example = sourcesUnder('workflows/examples').find(({ name }) => name.startsWith('04'));
  for (let round = 0; round < 20; round++) {
    const text = example?.text.slice(0, random(example.text.length)) ?? '';
    expect(() => parseAny({ name: 'x.braid', text })).not.toThrow();
  }
});
