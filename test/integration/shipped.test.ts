import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderDiagnostics } from '../../dsl/index.ts';
import {
  askedInPlan,
  diskFiles,
  load,
  makePlan,
  misfits,
  planSummary,
} from '../../engine/index.ts';
import { runnerKinds } from '../../runners/index.ts';
import { shippedFolder as folder, shippedWorkflows as workflows } from '../shipped.ts';

/** Parameters without a default. */
const given: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'examples/06-reprocess.braid': [
    ['visits', '[{"visit": 1, "band": "g"}, {"visit": 2, "band": "r"}]'],
  ],
};

test('the shipped workflows are found', () => {
  expect(workflows).toContain('cosmology/cosmology.braid');
  expect(workflows.length).toBeGreaterThan(9);
});

test.each(workflows)('%s is checked and planned', async (name) => {
  const loaded = await load(join(folder, name), { files: diskFiles(), set: given[name] ?? [] });
  const planned = makePlan(loaded.value);
  const said = [...loaded.diagnostics, ...planned.diagnostics].filter(
    ({ severity }) => severity !== 'note',
  );
  expect(renderDiagnostics(said, { color: false })).toBe('');
  expect(planSummary(planned.value).instances.min).toBeGreaterThan(0);
});

test.each(workflows)('%s says first what it does and what it needs', (name) => {
  const comment = readFileSync(join(folder, name), 'utf8').split(/^[^#]/m)[0] ?? '';
  expect(comment.trim().length).toBeGreaterThan(40);
});

test.each(['twinkles/twinkles.braid', 'dc2-coadd/dc2-coadd.braid'])(
  '%s fits the site of SLAC',
  async (name) => {
    const path = join(folder, 'sites/slac.site');
    const site = { path, name: 'slac', kinds: runnerKinds, home: undefined };
    const loaded = await load(join(folder, name), { files: diskFiles(), site });
    const { value: plan, diagnostics } = makePlan(loaded.value);
    const unfit = plan.site ? misfits(plan.program, plan.site, askedInPlan(plan)) : [];
    const said = [...loaded.diagnostics, ...diagnostics, ...unfit];
    expect(said.map(({ message }) => message)).toEqual([]);
  },
);
