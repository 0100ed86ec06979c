import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lacks } from '../setup/needs.ts';
import { braid, braidJson, root, scratch, start, until } from './braid.ts';

/** Packages for the environment come from PyPI: only where the tests' own set-up may install. */
const mayInstall = process.env.BRAID_TEST_SETUP === '1' && !lacks('python3 -m venv');
const workflow = join(root, 'workflows/twinkles-mini/twinkles-mini.braid');

/** The first two visits of each of three bands, on the supernova's sensor only. */
function smallSurvey(): string {
  const table = readFileSync(join(root, 'workflows/twinkles-mini/visits.csv'), 'utf8');
  const [head = '', ...lines] = table.trim().split('\n');
  const names = head.split(',');
  const rows = lines.map((line) =>
    Object.fromEntries(
      line.split(',').map((cell, i) => [names[i], names[i] === 'band' ? cell : Number(cell)]),
    ),
  );
  const visits = ['g', 'r', 'i'].flatMap((band) =>
    rows.filter((row) => row.band === band).slice(0, 2),
  );
  return JSON.stringify({ visits, sensors: ['R22_S11'] });
}

test.skipIf(!mayInstall)(
  'twinkles-mini, small: killed with -9 in the middle and resumed, its products are byte for byte the same',
  async () => {
    const dir = scratch({ 'small.json': smallSurvey() });
    const args = ['run', '-j', '2', workflow, '--params', 'small.json'];
    const products = () =>
      [
        'light-curve.csv',
        'light-curve.png',
        'quality.png',
        'coadds/sensor=R22_S11/coadd-color.png',
      ].map((name) => readFileSync(join(dir, 'results', name)));

    const engine = start(dir, args);
    await until(
      'a calibrated image',
      () => {
        const status = braid(dir, ['status', 'last', '--json']);
        if (status.code !== 0) return false;
        const steps = JSON.parse(status.stdout).steps;
        return steps.find((s: { name: string }) => s.name === 'calibrate').succeeded > 0;
      },
      200_000,
    );
    engine.process.kill('SIGKILL');
    await engine.ended;
    expect(braidJson(dir, ['status', 'last']).state).toBe('interrupted');
    const resumed = braid(dir, ['resume', 'last', '-j', '2']);
    expect(resumed.code, resumed.stderr).toBe(0);
    const first = products();

    expect(braid(dir, ['clean', 'last', '--yes']).code).toBe(0);
    const again = braid(dir, args);
    expect(again.code, again.stderr).toBe(0);
    const status = braidJson(dir, ['status', 'last']);
    expect(status.steps.every((step: { reused: number }) => step.reused === 0)).toBe(true);
    expect(products().map((bytes, i) => bytes.equals(first[i] as Buffer))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  },
);
