import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lacks } from '../setup/needs.ts';
import { braid, braidJson, root, scratch } from './braid.ts';

/** Packages for the environment come from PyPI: only where the tests' own set-up may install. */
const mayInstall = process.env.BRAID_TEST_SETUP === '1' && !lacks('python3 -m venv');
const workflow = join(root, 'workflows/cosmology/cosmology.braid');

test.skipIf(!mayInstall)(
  'cosmology, small: chains that are too short go on, and the posteriors hold the truth',
  () => {
    const dir = scratch();
    const settings = [
      'models=["LCDM", "wCDM"]',
      'priors=["lss"]',
      'chains=2',
      'steps=40',
      'minEss=60',
    ];
    const set = settings.flatMap((setting) => ['--set', setting]);
    const run = braid(dir, ['run', '-j', '2', workflow, ...set]);
    expect(run.code, run.stderr).toBe(0);

    const table = readFileSync(join(dir, 'results/posteriors.csv'), 'utf8').trim().split('\n');
    const [head = '', ...rows] = table.map((line) => line.split(','));
    const column = (name: string) => rows.map((row) => row[head.indexOf(name)]);
    expect(column('parameter')).toEqual(['Om', 'Om', 'w0']);
    expect(column('converged')).toEqual(['yes', 'yes', 'yes']);
    for (const pull of column('pull')) expect(Math.abs(Number(pull))).toBeLessThan(4);

    const { steps } = braidJson(dir, ['status', 'last']);
    const extend = steps.find((step: { name: string }) => step.name === 'extend');
    expect(extend.succeeded + extend.skipped).toBe(4);
    const png = readFileSync(join(dir, 'results/corners/model=wCDM/corner.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  },
);
