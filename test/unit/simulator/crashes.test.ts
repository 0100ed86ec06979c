import { describe, expect, test } from 'vitest';
import { singles } from '../../simulator/crashes.ts';

describe('an engine that is stopped or paused at any one of its awaits', () => {
  test.each(['crash', 'pause'] as const)('%s: all is made, once', async (how) => {
    let tried = 0;
    for await (const { where, faults } of singles(1, how)) {
      expect(faults, `${where}; node test/simulator/crashes.ts`).toEqual([]);
      tried++;
    }
    expect(tried).toBeGreaterThan(250);
  });
});
