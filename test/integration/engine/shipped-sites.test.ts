import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { askedInPlan, diskFiles, load, makePlan, misfits } from '../../../engine/index.ts';
import { runnerKinds } from '../../../runners/index.ts';

const root = join(import.meta.dirname, '../../..');
const shipped = join(root, 'workflows/sites');

test.each(readdirSync(shipped))('02-twinkles fits %s', async (name) => {
  const path = join(shipped, name);
  const site = { path, name: undefined, kinds: runnerKinds, home: '/home/me' };
  const workflow = join(root, 'workflows/examples/02-twinkles.braid');
  const loaded = await load(workflow, { files: diskFiles(), site });
  expect(loaded.diagnostics).toEqual([]);
  const { value: plan, diagnostics } = makePlan(loaded.value);
  expect(diagnostics).toEqual([]);
  expect(plan.instances.min).toBe(729);
  if (!plan.site) throw new Error('no site');
  expect([...plan.site.locations.keys()]).toEqual(['opsim', 'refcats']);
  // What a laptop has depends on the machine; that of the others is written.
  const lacks = misfits(plan.program, plan.site, askedInPlan(plan));
  expect(name === 'laptop.site' ? [] : lacks).toEqual([]);
});
