import { describe, expect, test } from 'vitest';
import { bugs } from '../../bugs/list.ts';
import { sourceOf, textWith } from '../../bugs/try.ts';

describe('known mistakes', () => {
  test('there are twenty and more, each by one name', () => {
    expect(bugs.length).toBeGreaterThanOrEqual(20);
    expect(new Set(bugs.map(({ name }) => name)).size).toBe(bugs.length);
  });

  // Where it does not: the code was changed, and the record has to say how the mistake looks now.
  test.each(bugs)('$name can be made again at one place', async (bug) => {
    const text = await sourceOf(bug.file);
    expect(textWith(bug, text)).not.toBe(text);
  });
});
