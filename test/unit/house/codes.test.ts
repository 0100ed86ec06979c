import { expect, test } from 'vitest';
import { explainedCodes, explainPages } from '../../../dsl/explain/index.ts';
import { breachesOfPages, emittedCodes } from './codes.ts';
import { sources } from './sources.ts';

test('every code that a floor emits has a page, and every page a code that is emitted', () => {
  const emitted = emittedCodes(sources());
  expect(emitted.size).toBeGreaterThan(80);
  expect(breachesOfPages(emitted, explainedCodes())).toEqual([]);
});

test('pages are whole: a title in one line without a full stop, a text, both examples or none', () => {
  for (const { code, title, text, wrong, right } of explainPages) {
    expect(title, code).toMatch(/^[a-z`@].*[^.\n]$/);
    expect(title, code).not.toContain('\n');
    expect(text.trim().length, code).toBeGreaterThan(60);
    if (wrong !== '') expect(right, code).not.toBe('');
    expect(right === '' || right !== wrong, code).toBe(true);
  }
});

test('the check can fail', () => {
  const text = "add({ code: 'E0301' });\n// 'E0302' is gone\n/** 'E0303' too */\nadd('W0801');";
  const emitted = emittedCodes(
    new Map([
      ['engine/x.ts', text],
      ['dsl/explain/e03.ts', "code: 'E0304'"],
    ]),
  );
  expect([...emitted]).toEqual(['E0301', 'W0801']);
  expect(breachesOfPages(emitted, ['E0301', 'E0304', 'E0304'])).toEqual([
    'W0801 is emitted, but `braid explain W0801` has no page',
    'E0304 has a page, but nothing emits it',
    'E0304 has two pages',
  ]);
});
