import type { Binder, Binding, RetryAdvice, Standings } from '../../engine/bind/binding.ts';
import { forEachProducer } from '../../engine/plan/relation.ts';
import { attemptId, type Resources } from '../../engine/ports.ts';
import type { Tiny } from './tiny-plan.ts';

export interface Behaviour {
  /** Further attempts after a failure that counts. */
  readonly retries: number;
  readonly waitMs: number;
  readonly resources: Resources;
  /** Its run-time `when` is false. */
  readonly skips: (instance: number) => boolean;
  readonly priority: (instance: number) => number;
  readonly environment: string | undefined;
}

export const smallShape: Resources = {
  cpus: 1,
  memoryBytes: 1e9,
  timeMs: undefined,
  diskBytes: undefined,
  gpus: 0,
};

export const plainBehaviour: Behaviour = {
  retries: 0,
  waitMs: 0,
  resources: smallShape,
  skips: () => false,
  priority: () => 0,
  environment: undefined,
};

/** A binder for tiny plans: an absent element-wise input blocks, whatever a gather has is taken. */
export function tinyBinder({ plan }: Tiny, behaviour: Partial<Behaviour> = {}): Binder {
  const how = { ...plainBehaviour, ...behaviour };
  const stepOf = (instance: number) =>
    plan.steps.findLast((step) => step.count > 0 && step.first <= instance)!;
  const name = (instance: number) => {
    const step = stepOf(instance);
    const ordinal = instance - step.first;
    const keys = step.keys.map((key) => `${key.dimension}=${key.values[key.codes[ordinal] ?? 0]}`);
    return `${step.step.name}[${keys.join(', ')}]`;
  };
  return {
    name,
    secrets: () => ({}),
    bind(instance, standings) {
      if (how.skips(instance)) return { kind: 'skipped' };
      const step = stepOf(instance);
      const inputs: string[] = [];
      for (const read of step.reads) {
        const first = plan.steps[read.producer]?.first ?? 0;
        const seen = inputsOf(standings, read.relation, instance - step.first, first);
        if (seen === undefined) return { kind: 'blocked', reason: `${read.input} is absent` };
        inputs.push(...seen);
      }
      return ready(how, instance, inputs);
    },
    prepare: (request) => ({
      file: {
        format: 1,
        run: request.run,
        attempt: attemptId(request.instance, request.number),
        submission: request.submission,
        epoch: request.epoch,
        step: stepOf(request.instance).step.name,
        instance: name(request.instance),
        command: ['true'],
        environment: {},
        setup: request.setup,
        resources: request.resources,
        links: [],
        outputs: [],
        ...(request.undo ? { undo: true as const } : {}),
      },
      script: undefined,
    }),
    retry(_instance, { cause, resources, charged }): RetryAdvice {
      const free = ['lost', 'preempted', 'infrastructure'].includes(cause.kind);
      if (!free && charged > how.retries) return { kind: 'give up' };
      return { kind: 'retry', resources, waitMs: how.waitMs };
    },
    collect: async () => ({ kind: 'values', values: {} }),
  };
}

function ready(how: Behaviour, instance: number, inputs: readonly string[]): Binding {
  return {
    kind: 'ready',
    fingerprint: `${instance}(${inputs.length > 3 ? `${inputs[0]}..${inputs.length}` : inputs.join()})`,
    components: [],
    resources: how.resources,
    priority: how.priority(instance),
    environment: how.environment,
  };
}

/** Undefined: an element-wise one is absent. */
function inputsOf(
  standings: Standings,
  relation: Parameters<typeof forEachProducer>[0],
  ordinal: number,
  first: number,
): string[] | undefined {
  const seen: string[] = [];
  let missing = false;
  forEachProducer(relation, ordinal, (producer) => {
    const standing = standings.of(first + producer);
    if (standing.kind === 'result') seen.push(String(first + producer));
    else if (relation.kind !== 'groups' && relation.kind !== 'previous') missing = true;
  });
  return missing ? undefined : seen;
}
