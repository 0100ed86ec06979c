import { dirname } from 'node:path';
import type { Output, Program, Scope, Step } from '../../dsl/index.ts';
import { locate } from '../plan/instance.ts';
import type { Plan } from '../plan/plan.ts';
import type { Binder, Binding, PreparedAttempt } from './binding.ts';
import { frameOf } from './frame.ts';
import { placedGlobals } from './globals.ts';
import { digestOf } from './identity.ts';
import { InstanceScope } from './instance-scope.ts';
import { type StubValues, stubValues } from './stub-values.ts';
import { compute, Invalid, Unsettled } from './unsettled.ts';

/**
 * A program as a stub run plans it: nothing of it needs more than this machine or has an effect outside of
 * the run. Scripts, environments, resources, retries, secrets, locations, `undo`, `register`, `notify` and
 * `publish` are left out. Conditions on values that only a real run has (`for each ... where
 * s.nsources > 0`, `gather ... where calibrate.seeing <= 1.2`) leave nothing out, since zeros would say
 * nothing; `when`s stay.
 */
export function stubProgram(program: Program): Program {
  return {
    ...program,
    locations: [],
    secrets: [],
    environments: new Map(),
    notifications: [],
    outputs: program.outputs.map((output) => ({ ...output, publish: undefined })),
    steps: program.steps.map((step) => ({
      ...whole(step),
      inputs: step.inputs.map((input) => ({ ...input, reads: input.reads.map(whole) })),
      environment: undefined,
      vars: new Map(),
      resources: new Map(),
      retry: undefined,
      pin: undefined,
      script: { form: 'exec', arguments: [] },
      undo: undefined,
      registers: [],
    })),
  };
}

/**
 * A binder under which no script runs: an attempt makes every declared file empty, and values are the
 * zeros of their types, with as many rows as `expect` says at least (1 where it says nothing). Fingerprints
 * are of a domain of their own, so that nothing real is ever taken for a stub's result, nor the other way
 * round. `plan` is of a `stubProgram`.
 */
export function stubBinder(inner: Binder, planned: Plan, reader: Scope['reader']): Binder {
  const globals = placedGlobals(planned);
  let plan = planned;
  const valuesOf = (instance: number): StubValues => {
    const { step: planned, ordinal } = locate(plan, instance);
    const scope = new InstanceScope(frameOf(planned), globals, plan.program, reader);
    scope.enter(ordinal);
    return stubValues(plan, planned, (output) => expectedCount(output, scope));
  };
  return {
    ...inner,
    follow(growing, standings) {
      plan = growing;
      inner.follow?.(growing, standings);
    },
    bind: (instance, standings) => stubbed(inner.bind(instance, standings)),
    prepare: (request, standings) =>
      stubAttempt(inner.prepare(request, standings), valuesOf(request.instance)),
    collect: async (instance) => ({ kind: 'values', values: valuesOf(instance).values }),
  };
}

// --- Internal helpers ---

function whole<T extends { readonly where: Pick<NonNullable<Step['where']>, 'phase'> | undefined }>(
  one: T,
): T {
  return one.where?.phase === 'run' ? { ...one, where: undefined } : one;
}

function stubbed(binding: Binding): Binding {
  if (binding.kind !== 'ready') return binding;
  const { kind, fingerprint, resources, priority, environment } = binding;
  return {
    kind,
    fingerprint: digestOf(`stub ${fingerprint}`),
    get components() {
      return binding.components;
    },
    resources,
    priority,
    environment,
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
function stubAttempt({ file }: PreparedAttempt, { files }: StubValues): PreparedAttempt {
  const directories = new Set<string>();
  const empty = new Set<string>(files);
  for (const { path, kind } of file.outputs) (kind === 'dir' ? directories : empty).add(path);
  for (const path of empty) if (dirname(path) !== '.') directories.add(dirname(path));
  const lines = [
    ...(directories.size > 0 ? [`mkdir -p -- ${[...directories].map(quoted).join(' ')}`] : []),
    ...[...empty].map((path) => `: >${quoted(path)}`),
  ];
  return {
    file: { ...file, command: ['/bin/sh', '../script'], environment: {}, links: [] },
    script: `${['set -e', ...lines].join('\n')}\n`,
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
