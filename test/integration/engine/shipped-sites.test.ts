import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linkSites, linkUserChannels, parseSite } from '../../../dsl/index.ts';
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

test('the sites that are shown in docs/sites.md and the README are right', () => {
  const page = readFileSync(join(root, 'docs/sites.md'), 'utf8');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const blocks = (text: string, language: string) =>
    [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, word, block = '']) =>
      word === language ? [block] : [],
    );
  const [site = '', own = ''] = blocks(page, 'braid');
  const [shown = ''] = blocks(readme, 'site');
  for (const text of [site, shown]) {
    const module = parseSite({ name: 'shown.site', text });
    const linked = linkSites(module.value, runnerKinds);
    expect([...module.diagnostics, ...linked.diagnostics]).toEqual([]);
    expect(linked.value.map(({ name }) => name)).toEqual(['laptop']);
  }
  const channels = linkUserChannels(parseSite({ name: 'config.site', text: own }).value);
  expect(channels.diagnostics).toEqual([]);
  expect([...channels.value.keys()]).toEqual(['any', 'slac']);
});

test('docs/sites.md tells all fields of every runner', () => {
  const page = readFileSync(join(root, 'docs/sites.md'), 'utf8');
  for (const [kind, { fields }] of runnerKinds) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${kind}\` |`)) ?? '';
    const told = [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name).slice(1);
    expect(told.sort()).toEqual(Object.keys(fields).sort());
  }
});
