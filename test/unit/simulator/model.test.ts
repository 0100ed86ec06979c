import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commands, difference, shapes } from '../../simulator/model/commands.ts';

test('the engine does what the reference does, whatever happens to it', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, commands, async (shape, list) => {
      expect(await difference(shape, list)).toBeUndefined();
    }),
    { numRuns: 60, seed: 1 },
  );
});
