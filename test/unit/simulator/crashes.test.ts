import { describe, expect, test } from 'vitest';
import { singles } from '../../simulator/crashes.ts';

/** All: `node test/simulator/crashes.ts`. */
describe('all is made, once', () => {
  test.each([
    { how: 'crash', every: 1 },
    { how: 'pause', every: 4 },
  ] as const)('whichever await an engine meets a $how at', async ({ how, every }) => {
    let tried = 0;
    for await (const { where, faults } of singles(1, how, { every })) {
      expect(faults, `${where}; node test/simulator/crashes.ts`).toEqual([]);
      tried++;
    }
    expect(tried * every).toBeGreaterThan(250);
  });

  test('by the grace alone, where nobody takes claims but accepts come within it', async () => {
    const breakage = { claim: 'off' } as const;
    for await (const { where, faults } of singles(2, 'crash', { breakage, every: 5 })) {
      expect(faults, `${where}; node test/simulator/crashes.ts --unclaimed`).toEqual([]);
    }
  });
});
