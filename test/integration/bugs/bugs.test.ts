import { afterAll, beforeAll, expect, test } from 'vitest';
import { bugs } from '../../bugs/list.ts';
import { type Copy, commandOf, makeCopy } from '../../bugs/try.ts';

/** Quick ones; all: `node test/bugs/run.ts`. */
const names = ['gather-closes-early', 'half-an-exit-file', 'expanded-twice'];

let copy: Copy;

beforeAll(async () => {
  copy = await makeCopy();
});

afterAll(async () => {
  await copy.remove();
});

test.each(names)('%s is found', async (name) => {
  const bug = bugs.find((one) => one.name === name);
  expect(bug).toBeDefined();
  if (!bug) return;
  expect(await copy.with(bug, () => copy.run(commandOf(bug.caughtBy)))).not.toBe(0);
});
