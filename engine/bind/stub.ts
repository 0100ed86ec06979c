import { dirname } from 'node:path';
import type { Output, Program, Scope } from '../../dsl/index.ts';
import { locate } from '../plan/instance.ts';
import type { Plan } from '../plan/plan.ts';
import type { Resources } from '../ports.ts';
import type { AttemptRequest, Binder, Binding, PreparedAttempt } from './binding.ts';
import { frameOf } from './frame.ts';
import { placedGlobals } from './globals.ts';
import { digestOf } from './identity.ts';
import { InstanceScope } from './instance-scope.ts';
import { type StubValues, stubValues } from './stub-values.ts';
import { compute, Invalid, Unsettled } from './unsettled.ts';

/** What a stubbed attempt asks for, whatever its step does: it fits everywhere. */
const STUB_RESOURCES: Resources = {
  cpus: 1,
  memoryBytes: undefined,
  timeMs: undefined,
  diskBytes: undefined,
  gpus: 0,
};

/**
 * A program as a stub run plans it: conditions on values that only a real run has (`for each ... where
 * s.nsources > 0`, `gather ... where calibrate.seeing <= 1.2`) leave nothing out, since zeros would say
 * nothing; `when`s stay. Steps are pinned to no site.
 */
export function stubProgram(program: Program): Program {
  const planned = <T extends { readonly where: Program['steps'][number]['where'] }>(one: T): T =>
    one.where?.phase === 'run' ? { ...one, where: undefined } : one;
  const steps = program.steps.map((step) => ({
    ...planned(step),
    inputs: step.inputs.map((input) => ({ ...input, reads: input.reads.map(planned) })),
    pin: undefined,
  }));
  return { ...program, steps };
}

/**
 * A binder under which no script runs: an attempt makes every declared file empty, and values are the
 * zeros of their types, with as many rows as `expect` says at least (1 where it says nothing). Fingerprints
 * are of a domain of their own, so that nothing real is ever taken for a stub's result, nor the other way
 * round. Environments, resources and retries are left aside.
 */
export function stubBinder(inner: Binder, plan: Plan, reader: Scope['reader']): Binder {
  const globals = placedGlobals(plan);
  const valuesOf = (instance: number): StubValues => {
    const { step: planned, ordinal } = locate(plan, instance);
    const scope = new InstanceScope(frameOf(planned), globals, plan.program, reader);
    scope.enter(ordinal);
    return stubValues(plan, planned, (output) => expectedCount(output, scope));
  };
  return {
    ...inner,
    bind: (instance, standings) => stubbed(inner.bind(instance, standings)),
    prepare: (request, standings) =>
      stubAttempt(inner.prepare(request, standings), request, valuesOf(request.instance)),
    retry: () => ({ kind: 'give up' }),
    collect: async (instance) => ({ kind: 'values', values: valuesOf(instance).values }),
  };
}

// --- Internal helpers ---

function stubbed(binding: Binding): Binding {
  if (binding.kind !== 'ready') return binding;
  return {
    kind: 'ready',
    fingerprint: digestOf(`stub ${binding.fingerprint}`),
    get components() {
      return binding.components;
    },
    resources: STUB_RESOURCES,
    priority: binding.priority,
    environment: undefined,
  };
}

/** `expect`'s minimum; undefined where it is not said, or hangs on what is not known here. */
function expectedCount({ expect }: Output, scope: InstanceScope): number | undefined {
  if (!expect) return undefined;
  try {
    const least = compute(expect.min, scope);
    return typeof least === 'number' ? Math.max(0, Math.ceil(least)) : undefined;
  } catch (problem) {
    if (problem instanceof Invalid || problem instanceof Unsettled) return undefined;
    throw problem;
  }
}

/** The attempt with a script that makes what is declared, and nothing else. */
function stubAttempt(
  { file }: PreparedAttempt,
  request: AttemptRequest,
  { files }: StubValues,
): PreparedAttempt {
  const directories = new Set<string>();
  const empty = new Set<string>(files);
  for (const { path, kind } of file.outputs) (kind === 'dir' ? directories : empty).add(path);
  for (const path of empty) if (dirname(path) !== '.') directories.add(dirname(path));
  const lines = [
    ...(directories.size > 0 ? [`mkdir -p -- ${[...directories].map(quoted).join(' ')}`] : []),
    ...[...empty].map((path) => `: >${quoted(path)}`),
  ];
  return {
    file: {
      ...file,
      command: ['/bin/sh', '../script'],
      environment: {},
      setup: [],
      links: [],
      resources: request.resources,
    },
    script: `${['set -e', ...lines].join('\n')}\n`,
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
