import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, braidJson, root, scratch } from './braid.ts';

const faulty = join(root, 'test/faulty');
const examples = join(root, 'workflows/examples');

/** The codes that each faulty file must give, in order of place. */
const codes: Readonly<Record<string, readonly string[]>> = {
  '01-unterminated.braid': ['E0101'],
  '02-missing-value.braid': ['E0103'],
  '03-misspelt-item.braid': ['E0105', 'E0105'],
  '04-unclosed-block.braid': ['E0102'],
  '05-unit.braid': ['E0107', 'E0107'],
  '06-ungathered.braid': ['E0301'],
  '07-wrong-dimension.braid': ['E0302'],
  '08-enum.braid': ['E0402', 'E0402'],
  '09-cycle.braid': ['E0501'],
  '10-dynamic-unbound.braid': ['E0306'],
  '11-maybe-absent.braid': ['E0403'],
  '12-script.braid': ['E0601', 'E0602', 'E0603', 'W0110', 'W0604'],
  '14-dimension-type.braid': ['E0305'],
};

interface Item {
  readonly code: string;
  readonly file: string;
  readonly line: number;
}

test('check of the faulty files gives codes and places, never a stack', () => {
  const names = readdirSync(faulty);
  const shown = braid(faulty, ['check', ...names]);
  expect(shown.code).toBe(1);
  expect(shown.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
  const items: Item[] = braidJson(faulty, ['check', ...names]).items;
  for (const name of names) {
    const mine = items.filter((item) => item.file === name);
    for (const item of mine) expect(item.line).toBeGreaterThan(0);
    const found = mine.map((item) => item.code);
    const errors = found.filter((code) => code.startsWith('E'));
    expect(errors.length > 0, name).toBe(name !== '17-plan-missing.braid');
    for (const code of codes[name] ?? []) expect(found, name).toContain(code);
  }
  const plan = braid(faulty, ['plan', '17-plan-missing.braid']);
  expect(plan.code).toBe(1);
  expect(plan.stderr).toContain('E0311');
  const page = braid(faulty, ['explain', 'e0301']);
  expect(page.code).toBe(0);
  expect(page.stdout).toContain('E0301');
});

test('check of the examples says nothing and exits 0', () => {
  const names = readdirSync(examples).filter((name) => name.endsWith('.braid'));
  const items: Item[] = braidJson(examples, ['check', ...names]).items;
  expect(items).toEqual([]);
  expect(braid(examples, ['check', ...names]).code).toBe(0);
});

test('plan of 02-twinkles counts 729 instances', () => {
  const plan = braidJson(examples, ['plan', '02-twinkles.braid']);
  expect(plan.instances).toEqual({ min: 729, max: 729 });
  const counts = plan.steps.map((step: { instances: { min: number } }) => step.instances.min);
  expect(counts).toEqual([60, 540, 60, 1, 6, 1, 60, 1]);
});

test('plan of 07-nightly counts 51, of 04-dynamic-fanout 612 to 2 402', () => {
  expect(braidJson(examples, ['plan', '07-nightly.braid']).instances).toEqual({ min: 51, max: 51 });
  const plan = braidJson(examples, ['plan', '04-dynamic-fanout.braid']);
  expect(plan.instances).toEqual({ min: 612, max: 2402 });
});

test('graph as svg and json', () => {
  const svg = braid(examples, ['graph', '02-twinkles.braid']);
  expect(svg.stdout).toMatch(/^<svg[\s\S]*phosim[\s\S]*<\/svg>\s*$/);
  const json = JSON.parse(
    braid(examples, ['graph', '02-twinkles.braid', '--format', 'json']).stdout,
  );
  expect(json.nodes.length).toBe(8);
  expect(json.edges).toContainEqual(expect.objectContaining({ from: 'phosim', to: 'calibrate' }));
  const all = braid(examples, ['graph', '02-twinkles.braid', '--format', 'json', '--instances']);
  expect(JSON.parse(all.stdout).nodes.length).toBe(729);
});

test('wrong usage exits 2, in one or two lines', () => {
  for (const args of [['chekc'], ['explain', 'E9999'], ['status'], ['run', 'x.braid', '-j', '0']]) {
    const ended = braid(scratch(), args);
    expect(ended.code, args.join(' ')).toBe(2);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  }
});

test('a missing file is a diagnostic', () => {
  const ended = braid(scratch(), ['check', 'nowhere.braid']);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('nowhere.braid');
});
