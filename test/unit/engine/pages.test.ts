import { expect, test } from 'vitest';
import { explainPages, hasErrors, parseSelector } from '../../../dsl/index.ts';
import {
  type Binder,
  type Diagnostic,
  load,
  makeBinder,
  makePlan,
  memoryFiles,
  notRunnable,
  type Plan,
  publications,
  readScripts,
} from '../../../engine/index.ts';
import { describe, resultOf, world } from './bind/given.ts';

/** What lies beside every example. */
const beside = {
  'names.txt': 'Rubin\nFermi\n',
  'visits.csv': 'visit,band\n230,g\n250,r\n',
  'overlaps.csv': 'patch,visit\n1,230\n1,250\n',
  'bin/simulate.sh': 'echo simulated\n',
};

/** What the scripts of examples leave in their scratch directories: of the wrong one, of the right one. */
const left: Readonly<Record<string, readonly [object, object]>> = {
  E0702: [
    { 'sensors.csv': 'sensor,nsources\nR22_S11,412\n' },
    { 'sensors.csv': 'sensor,sources\nR22_S11,412\n' },
  ],
  E0703: [{ 'n.txt': '9 /etc/hosts\n' }, { 'n.txt': '9\n' }],
  E0714: [{ 'sensors.csv': 'sensor\nR22_S11\n' }, { 'sensors.csv': 'sensor\nR22_S11\n' }],
  E0712: [{ 'count.txt': '12\n' }, { 'count.txt': '12\n' }],
};

/** Codes that someone meets who checks, plans and runs this workflow, W0100 (of E0507) aside. */
async function met(text: string, scratch: Readonly<Record<string, string>>): Promise<string[]> {
  const files = memoryFiles({ ...beside, 'w.braid': text });
  const loaded = await load('w.braid', { files, set: [] });
  const diagnostics: Diagnostic[] = [...loaded.diagnostics];
  const codes = () => [...new Set(diagnostics.map((d) => d.code))].filter((c) => c !== 'W0100');
  if (hasErrors(diagnostics)) return codes();
  const planned = makePlan(loaded.value);
  const plan = planned.value;
  const scripts = await readScripts(plan, files, '.');
  diagnostics.push(...planned.diagnostics, ...notRunnable(plan), ...scripts.diagnostics);
  if (hasErrors(diagnostics)) return codes();
  const binder = makeBinder(plan, { reader: loaded.value.reader, scripts: scripts.value });
  diagnostics.push(...(await ran(plan, binder, scratch)));
  return codes();
}

/** Runs all instances, as if each script left these files; what is wrong with any, and with what is published. */
async function ran(
  plan: Plan,
  binder: Binder,
  scratch: Readonly<Record<string, string>>,
): Promise<readonly Diagnostic[]> {
  const standings = world();
  for (const step of plan.order.map((index) => plan.steps[index])) {
    for (let ordinal = 0; ordinal < (step?.count ?? 0); ordinal++) {
      const instance = (step?.first ?? 0) + ordinal;
      const binding = binder.bind(instance, standings);
      if (binding.kind === 'invalid') return [binding.diagnostic];
      if (binding.kind !== 'ready') throw new Error(describe(binding));
      const collected = await binder.collect(instance, '/scratch', async (path) => {
        const text = scratch[path];
        return text === undefined ? undefined : new TextEncoder().encode(text);
      });
      if (collected.kind !== 'values') return [collected.diagnostic];
      const given = { plan, binder, id: () => instance };
      const paths = (step?.step.outputs ?? []).map(() => 'fit.txt');
      const result = resultOf(given, instance, 'f', collected.values, paths);
      standings.set(instance, { kind: 'result', result });
    }
  }
  return publications(plan, standings).diagnostics;
}

/** Families whose examples the checker alone cannot show; those of E01 to E06 and E08 have tests of their own. */
const later = /^(E031[123]|E0414|E050[67]|E070[1239]|E071[1234]|E09[02]|E1002|W080[67])/;
const pages = explainPages.filter((page) => later.test(page.code) && page.wrong !== '');

test.each(pages.map((page) => [page.code, page] as const))(
  'the wrong example of %s gives it, the right one nothing',
  async (code, page) => {
    const [wrong = {}, right = {}] = left[code] ?? [];
    expect(await met(page.wrong, wrong as Record<string, string>)).toEqual([code]);
    expect(await met(page.right, right as Record<string, string>)).toEqual([]);
  },
);

test('the examples of selectors', () => {
  const page = explainPages.find(({ code }) => code === 'E1003');
  expect(parseSelector(page?.wrong ?? '').diagnostics.map((d) => d.code)).toEqual(['E1003']);
  expect(parseSelector(page?.right ?? '').diagnostics).toEqual([]);
});

test('every page with an example is in one of the tests', () => {
  const shown = explainPages.filter((page) => page.wrong !== '' && page.code > 'E07');
  const elsewhere = /^(E070[45678]|E0710|E091|E1003|W081[12]|W0100|W0110|W0604|W080[1358])/;
  expect(shown.filter(({ code }) => !later.test(code) && !elsewhere.test(code))).toEqual([]);
  expect(pages.length).toBeGreaterThan(15);
});
