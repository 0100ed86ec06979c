import type {
  Binder,
  Binding,
  JsonValue,
  Result,
  Standing,
  Standings,
} from '../../../../engine/bind/binding.ts';
import { type BinderOptions, makeBinder } from '../../../../engine/bind/make-binder.ts';
import { memoryFiles } from '../../../../engine/files.ts';
import { load } from '../../../../engine/load.ts';
import { makePlan } from '../../../../engine/plan/make-plan.ts';
import type { Plan } from '../../../../engine/plan/plan.ts';
import type { Slice } from '../../../../engine/plan/slice.ts';

/** A workflow's text, planned and bound, for the tests of binding. */
export interface Given {
  readonly plan: Plan;
  readonly binder: Binder;
  /** Number of an instance by its name. */
  id(name: string): number;
}

export interface Settings extends BinderOptions {
  /** Files beside the workflow. */
  readonly files?: Readonly<Record<string, string>>;
  /** `--set` */
  readonly set?: readonly (readonly [string, string])[];
  readonly slice?: Slice;
}

/** Lines below `workflow w`; throws what the checks say, so that a test does not go on with half a plan. */
export async function given(text: string, settings: Settings = {}): Promise<Given> {
  const files = memoryFiles({ ...settings.files, 'w.braid': `workflow w\n${text}` });
  const loaded = await load('w.braid', { files, set: settings.set ?? [] });
  const { slice } = settings;
  const planned = makePlan(loaded.value, slice ? { slice } : {});
  const errors = [...loaded.diagnostics, ...planned.diagnostics].filter(
    (d) => d.severity === 'error',
  );
  if (errors.length > 0) throw new Error(errors.map((d) => `${d.code} ${d.message}`).join('\n'));
  const plan = planned.value;
  const binder = makeBinder(plan, { reader: loaded.value.reader, ...settings });
  const ids = new Map<string, number>();
  for (let i = 0; i < plan.instances.min; i++) ids.set(binder.name(i), i);
  return {
    plan,
    binder,
    id(name) {
      const id = ids.get(name);
      if (id === undefined) throw new Error(`${name} is none of ${[...ids.keys()].join(' ')}`);
      return id;
    },
  };
}

/** How instances stand, by name; whatever is not said has not run. */
export interface World extends Standings {
  set(instance: number, standing: Standing): void;
}

export function world(): World {
  const standings = new Map<number, Standing>();
  let generation = 0;
  return {
    of: (instance) => standings.get(instance) ?? { kind: 'unknown', fingerprint: undefined },
    generation: () => generation,
    set(instance, standing) {
      if (standings.has(instance)) generation++;
      standings.set(instance, standing);
    },
  };
}

/** What an instance leaves: the files that it declares, and `values`. */
export function resultOf(
  { plan, binder }: Given,
  instance: number,
  fingerprint: string,
  values: Readonly<Record<string, JsonValue>> = {},
  files: readonly string[] = [],
): Result {
  const planned = plan.steps.findLast((s) => s.first <= instance && s.count > 0);
  const declared = planned?.step.outputs.filter(({ type }) => ['file', 'dir'].includes(type.kind));
  return {
    fingerprint,
    directory: `/runs/r/${binder.name(instance)}/work`,
    values,
    files: (declared ?? []).map(({ name }, at) => ({
      name,
      path: files[at] ?? `${name}.dat`,
      size: 1,
      mtimeMs: 1,
    })),
  };
}

/** Paths of the files that an instance declares, as its attempt would be told. */
function declaredPaths({ binder }: Given, instance: number, standings: Standings): string[] {
  const resources = {
    cpus: 1,
    gpus: 0,
    memoryBytes: undefined,
    timeMs: undefined,
    diskBytes: undefined,
  };
  const request = { instance, number: 1, run: 'r', submission: 's', epoch: 1, directory: '/d' };
  const { file } = binder.prepare({ ...request, resources, setup: [] }, standings);
  return file.outputs.map(({ path }) => path);
}

type Ready = Extract<Binding, { kind: 'ready' }>;

/**
 * Runs all instances in order, as if each attempt succeeded; `outcome` may say otherwise. Gives what each
 * was bound to, by name.
 */
export function runAll(
  from: Given,
  outcome: (name: string) => 'absent' | Readonly<Record<string, JsonValue>> = () => ({}),
  results: Map<string, Result> = new Map(),
): ReadonlyMap<string, Binding> {
  const standings = world();
  const bindings = new Map<string, Binding>();
  for (const step of from.plan.order) {
    const planned = from.plan.steps[step];
    for (let i = 0; i < (planned?.count ?? 0); i++) {
      const instance = (planned?.first ?? 0) + i;
      const name = from.binder.name(instance);
      const binding = from.binder.bind(instance, standings);
      bindings.set(name, binding);
      const left = binding.kind === 'ready' ? outcome(name) : 'absent';
      if (left === 'absent' || binding.kind !== 'ready') {
        standings.set(instance, { kind: 'absent' });
        continue;
      }
      const paths = declaredPaths(from, instance, standings);
      const result = resultOf(from, instance, binding.fingerprint, left, paths);
      results.set(name, result);
      standings.set(instance, { kind: 'result', result });
    }
  }
  return bindings;
}

export function readyOf(bindings: ReadonlyMap<string, Binding>, name: string): Ready {
  const binding = bindings.get(name);
  if (binding?.kind !== 'ready') throw new Error(`${name} is ${JSON.stringify(binding)}`);
  return binding;
}

/** Fingerprints by name; an instance that is not ready stands as its kind and reason. */
export function fingerprints(bindings: ReadonlyMap<string, Binding>): Record<string, string> {
  return Object.fromEntries(
    [...bindings].map(([name, binding]) => [
      name,
      binding.kind === 'ready' ? binding.fingerprint : describe(binding),
    ]),
  );
}

export function describe(binding: Binding): string {
  switch (binding.kind) {
    case 'ready':
    case 'skipped':
      return binding.kind;
    case 'blocked':
      return `blocked: ${binding.reason}`;
    case 'invalid':
      return `invalid: ${binding.diagnostic.code} ${binding.diagnostic.message}`;
    case 'unknown':
      return `unknown: ${binding.because}`;
  }
}
