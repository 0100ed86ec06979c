import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { failpointNames } from '../../../engine/failpoint/names.ts';
import { failpointsPage } from '../../../engine/failpoint/page.ts';

test('docs/failpoints.md is what the table says', () => {
  const path = new URL('../../../docs/failpoints.md', import.meta.url);
  if (process.env.UPDATE === '1') writeFileSync(path, failpointsPage());
  expect(readFileSync(path, 'utf8')).toBe(failpointsPage());
  expect(failpointNames.length).toBeGreaterThan(60);
});
