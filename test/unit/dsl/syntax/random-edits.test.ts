import { expect, test } from 'vitest';
import { parseAny, sourcesUnder } from './corpus.ts';
import { editOnce, randomFrom } from './random-edit.ts';

/** Two declarations at a time, which is all that a slip can touch: the parser cuts a text at each of them. */
const windows = sourcesUnder('workflows/examples').flatMap(({ name, text }) => {
  const declarations = text.split(/\n(?=[a-z])/);
  return declarations.slice(1).map((declaration, index) => ({
    name,
    text: `${declarations[index]}\n${declaration}\n`,
  }));
});

const edits = 500;

test.each([20, 21, 22])(
  'of 500 random slips (seed %i) none throws, each error has its place, at most one in fifty gets the bare fallback',
  (seed) => {
    const random = randomFrom(seed);
    const fallbacks: string[] = [];
    let faulty = 0;
    for (let edit = 0; edit < edits; edit++) {
      const source = windows[random(windows.length)];
      if (!source) throw new Error('no examples');
      const text = editOnce(source, random);
      const { diagnostics } = parseAny({ name: source.name, text });
      for (const { span, message } of diagnostics) {
        expect(span, message).toBeDefined();
        expect(span?.start).toBeGreaterThanOrEqual(0);
        expect(span?.end).toBeGreaterThanOrEqual(span?.start ?? 0);
        expect(span?.end).toBeLessThanOrEqual(text.length);
      }
      if (diagnostics.some(({ code }) => code !== 'E0111')) faulty++;
      if (diagnostics.some(({ code }) => code === 'E0100')) fallbacks.push(text);
    }
    expect(faulty).toBeGreaterThan(edits / 4);
    expect(fallbacks.length, fallbacks.join('\n---\n')).toBeLessThanOrEqual(edits * 0.02);
  },
);

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
