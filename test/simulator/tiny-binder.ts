import type { Diagnostic } from '../../dsl/index.ts';
import type { Binder, Binding, RetryAdvice, Standings } from '../../engine/bind/binding.ts';
import { instanceAt, locate, numberOf } from '../../engine/plan/instance.ts';
import type { OpenRow, Plan, PlannedStep } from '../../engine/plan/plan.ts';
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
  /**
   * How many a row is expanded to, by its keys and the number of the attempt that made its source. Undefined:
   * the source is of no use.
   */
  readonly expands: (row: OpenRow, attempt: number) => number | undefined;
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
  expands: ({ keys }) => [...keys.values()].reduce<number>((sum, key) => sum + Number(key), 1) % 4,
};

const useless: Diagnostic = {
  ...{ code: 'E0702', severity: 'error', message: 'of no use' },
  span: { source: { name: '', text: '' }, start: 0, end: 0 },
};

/** A binder for tiny plans: an absent element-wise input blocks, whatever a gather has is taken. */
export function tinyBinder(tiny: Tiny, behaviour: Partial<Behaviour> = {}): Binder {
  let plan: Plan = tiny.plan;
  let current: Standings | undefined;
  const how = { ...plainBehaviour, ...behaviour };
  const stepOf = (instance: number) => locate(plan, instance).step;
  const name = (instance: number) => {
    const { step, ordinal } = locate(plan, instance);
    const keys = step.keys.map((key) => `${key.dimension}=${key.values[key.codes[ordinal] ?? 0]}`);
    return `${step.step.name}[${keys.join(', ')}]`;
  };
  return {
    name,
    secrets: () => ({}),
    follow(growing, standings) {
      plan = growing;
      current = standings;
    },
    expand(row) {
      const stage = plan.steps[row.step]?.fan?.stages[row.stage];
      const length = how.expands(row, current ? madeBy(plan, current, row) : 1);
      if (length === undefined) return { kind: 'invalid', diagnostic: useless };
      const at = Array.from({ length }, (_, n) => n);
      const dimensions = stage?.generator?.dimensions ?? [];
      return { kind: 'rows', dimensions, keys: [at], at };
    },
    bind(instance, standings) {
      if (how.skips(instance)) return { kind: 'skipped' };
      const { step, ordinal } = locate(plan, instance);
      const inputs: string[] = [];
      for (const read of step.reads) {
        const producer = plan.steps[read.producer]!;
        const seen = inputsOf(standings, read.relation, ordinal, producer, read.read.kind);
        if (seen === 'unknown') return { kind: 'unknown', because: `${read.input} is open` };
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

/** The number of the attempt whose result a row is expanded from: another try may make another table. */
function madeBy(plan: Plan, standings: Standings, row: OpenRow): number {
  const source = plan.steps[row.step]?.fan?.stages[row.stage]?.reads[0]?.step;
  const producer = plan.steps.find(({ step }) => step.name === source);
  if (!producer) return 1;
  const keys = producer.step.dimensions.map(({ name }) => row.keys.get(name) ?? 0);
  const instance = instanceAt(plan, producer.step.name, keys);
  const standing = instance === undefined ? undefined : standings.of(instance);
  if (standing?.kind !== 'result') return 1;
  return Number(standing.result.directory.split('/').at(-2));
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

/** Undefined: an element-wise one is absent. Unknown: it was bound too soon. */
function inputsOf(
  standings: Standings,
  relation: Parameters<typeof forEachProducer>[0],
  ordinal: number,
  from: PlannedStep,
  kind: 'match' | 'gather' | 'previous',
): string[] | 'unknown' | undefined {
  const seen: string[] = [];
  let missing = false;
  let unknown = false;
  forEachProducer(relation, ordinal, (producer) => {
    const partner = numberOf(from, producer);
    const standing = standings.of(partner);
    unknown ||= standing.kind === 'unknown' && kind !== 'previous';
    if (standing.kind === 'result') seen.push(String(partner));
    else if (kind === 'match' && relation.kind !== 'groups') missing = true;
  });
  if (relation.kind === 'grown' && kind === 'match') missing ||= seen.length === 0;
  if (unknown) return 'unknown';
  return missing ? undefined : seen;
}
