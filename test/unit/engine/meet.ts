import { hasErrors } from '../../../dsl/index.ts';
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

type Scratch = Readonly<Record<string, string>>;

/** What the scripts of examples leave in their scratch directories: of the wrong one, of the right one. */
export const left: Readonly<Record<string, readonly [Scratch, Scratch]>> = {
  E0702: [
    { 'sensors.csv': 'sensor,nsources\nR22_S11,412\n' },
    { 'sensors.csv': 'sensor,sources\nR22_S11,412\n' },
  ],
  E0703: [{ 'n.txt': '9 /etc/hosts\n' }, { 'n.txt': '9\n' }],
  E0714: [{ 'sensors.csv': 'sensor\nR22_S11\n' }, { 'sensors.csv': 'sensor\nR22_S11\n' }],
  E0712: [{ 'count.txt': '12\n' }, { 'count.txt': '12\n' }],
};

/** What someone meets who checks, plans and runs this workflow. */
export async function meet(text: string, scratch: Scratch = {}): Promise<readonly Diagnostic[]> {
  const files = memoryFiles({ ...beside, 'w.braid': text });
  const loaded = await load('w.braid', { files, set: [] });
  const diagnostics: Diagnostic[] = [...loaded.diagnostics];
  if (hasErrors(diagnostics)) return diagnostics;
  const planned = makePlan(loaded.value);
  const plan = planned.value;
  const scripts = await readScripts(plan, files, '.');
  diagnostics.push(...planned.diagnostics, ...notRunnable(plan), ...scripts.diagnostics);
  if (hasErrors(diagnostics)) return diagnostics;
  const binder = makeBinder(plan, { reader: loaded.value.reader, scripts: scripts.value });
  diagnostics.push(...(await ran(plan, binder, scratch)));
  return diagnostics;
}

/** Runs all instances, as if each script left these files; what is wrong with any, and with what is published. */
async function ran(plan: Plan, binder: Binder, scratch: Scratch): Promise<readonly Diagnostic[]> {
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
