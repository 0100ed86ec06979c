import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shippedFolder as folder, shippedWorkflows as workflows } from '../shipped.ts';
import { type Ended, scratch, start } from './braid.ts';

/** Slices of what is large, and parameters without a default. */
const slices: Readonly<Record<string, readonly string[]>> = {
  'cosmology/cosmology.braid': ['--sample', 'chain=2'],
  'cosmology/coverage.braid': ['--sample', 'trial=1'],
  'dc2-coadd/dc2-coadd.braid': ['--only', 'objects.mergeMeasurements[tract=3828, patch=0]'],
  'examples/02-twinkles.braid': ['--sample', 'visit=2', '--sample', 'sensor=2'],
  'examples/03-dc2-coadd.braid': ['--only', 'coadd[tract=3828, patch=0, band=g]'],
  'examples/04-dynamic-fanout.braid': ['--set', 'visits=[{"visit": 1, "nsnap": 1}]'],
  'examples/05-cosmology-sweep.braid': ['--sample', 's8=1', '--sample', 'chain=2'],
  'examples/06-reprocess.braid': [
    '--set',
    'visits=[{"visit": 1, "band": "g"}, {"visit": 2, "band": "r"}]',
  ],
  'twinkles-mini/twinkles-mini.braid': ['--sample', 'visit=4', '--sample', 'sensor=1'],
  'twinkles/twinkles.braid': ['--sample', 'visit=3'],
};

test('every shipped workflow runs as a stub, in slices where it is large', async () => {
  const dir = scratch();
  const ended = new Map<string, Ended>();
  const waiting = [...workflows];
  const work = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      const args = ['run', '--stub', '-j', '2', ...(slices[name] ?? []), join(folder, name)];
      ended.set(name, await start(dir, args).ended);
    }
  };
  await Promise.all([work(), work()]);
  for (const [name, { code, stderr }] of ended) {
    expect(code, `${name}: ${stderr}`).toBe(0);
  }
  expect(ended.get('twinkles/twinkles.braid')?.stdout).toMatch(/succeeded in .*: 1\d ran/);
  expect(ended.size).toBe(workflows.length);
});
