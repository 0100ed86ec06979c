import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { statesPage } from '../../../engine/run/states-page.ts';

test('docs/states.md is what the tables say', () => {
  const path = new URL('../../../docs/states.md', import.meta.url);
  if (process.env.UPDATE === '1') writeFileSync(path, statesPage());
  expect(readFileSync(path, 'utf8')).toBe(statesPage());
});
