import type { After, Read, Step } from '../../dsl/index.ts';
import type { Fan, KeyColumn, Plan, PlannedStep, Relation } from '../../engine/plan/plan.ts';
import type { StepRules } from '../../engine/run/rules.ts';

/** A step in as few words as a test needs. */
export interface TinyStep {
  readonly name: string;
  readonly count: number;
  readonly reads?: readonly TinyRead[];
  readonly after?: readonly Pick<After, 'target' | 'quantifier' | 'statuses'>[];
  /** Dimensions and their sizes, last fastest; their product is `count`. Absent: one of that size. */
  readonly dimensions?: Readonly<Record<string, number>>;
  readonly rules?: Partial<StepRules>;
  readonly skipped?: readonly number[];
  /**
   * Steps whose results say at run time how many there are, one after another: each adds the dimension
   * `of_NAME`. The dimensions of the first are what is known; `count` is 0.
   */
  readonly fan?: readonly string[];
  /** It has an `undo`. */
  readonly undo?: boolean;
}

export interface TinyRead {
  readonly from: string;
  readonly relation: Relation;
  /** Where one of the two grows: all that agree on the dimensions of both are read. */
  readonly gathers?: boolean;
}

/** `notify CHANNEL on ENDS` */
export interface TinyNotice {
  readonly channel: string;
  readonly on: readonly string[];
}

/** Of a read where one of the two grows. */
export const grown: Relation = { kind: 'unknown' };

/** One group of all members for all consumers. */
export function gatherAll(members: number): Relation {
  const all = Uint32Array.from({ length: members }, (_, i) => i);
  return { kind: 'groups', groupOf: undefined, offsets: Uint32Array.of(0, members), members: all };
}

/** Consumer `i` gathers `lists[i]`. */
export function gatherEach(lists: readonly (readonly number[])[]): Relation {
  const offsets = new Uint32Array(lists.length + 1);
  lists.forEach((list, i) => {
    offsets[i + 1] = offsets[i]! + list.length;
  });
  const groupOf = Int32Array.from(lists, (_, i) => i);
  return { kind: 'groups', groupOf, offsets, members: Uint32Array.from(lists.flat()) };
}

/** A chain: each looks at the one before. */
export function chain(length: number): Relation {
  const back = Int32Array.from({ length }, (_, i) => i - 1);
  return { kind: 'previous', to: back, before: back.slice() };
}

export const identity: Relation = { kind: 'identity' };

export interface Tiny {
  readonly plan: Plan;
  readonly rules: readonly StepRules[];
}

export function tinyPlan(steps: readonly TinyStep[], notices: readonly TinyNotice[] = []): Tiny {
  let first = 0;
  const dimensions = dimensionsOf(steps);
  const planned = steps.map((tiny, index): PlannedStep => {
    const { count } = tiny;
    const step = {
      step: stepOf(tiny, dimensions.get(tiny.name) ?? []),
      index,
      first,
      count,
      bounds: { min: count, max: count },
      dynamic: tiny.fan !== undefined,
      keys: keysOf(tiny),
      variables: [],
      reads: (tiny.reads ?? []).map(({ from, relation, gathers = false }) => ({
        read:
          relation.kind === 'unknown'
            ? readOf(dimensions, from, tiny.name, gathers)
            : { kind: relation.kind === 'previous' ? 'previous' : 'match' },
        input: from,
        producer: steps.findIndex((other) => other.name === from),
        relation,
        perInstance: { min: 0, max: 0 },
      })) as unknown as PlannedStep['reads'],
      skipped: skippedOf(tiny),
      ...(tiny.fan ? { fan: fanOf(steps, dimensions, tiny, tiny.fan) } : {}),
    };
    first += count;
    return step;
  });
  const plan = {
    program: {
      name: 'tiny',
      notifications: notices.map(({ channel, on }) => ({
        channel: { kind: 'string', parts: [{ kind: 'text', text: channel }] },
        on,
      })),
      steps: planned.map(({ step }) => step),
    } as unknown as Plan['program'],
    globals: new Map(),
    steps: planned,
    order: steps.map((_, index) => index),
    instances: { min: first, max: first },
    edges: { min: 0, max: 0 },
    outputs: [],
    fingerprint: 'tiny',
  } as Plan;
  const none = { tolerate: 0, limit: undefined, bundle: undefined, pin: undefined };
  return { plan, rules: steps.map((tiny) => ({ ...none, ...tiny.rules })) };
}

type Dimensions = ReadonlyMap<string, readonly string[]>;

function dimensionsOf(steps: readonly TinyStep[]): Dimensions {
  const known = new Map<string, readonly string[]>();
  for (const { name, count, dimensions, fan } of steps) {
    const base = fan
      ? (known.get(fan[0] ?? '') ?? [])
      : Object.keys(dimensions ?? { [name]: count });
    known.set(name, [...base, ...(fan ?? []).map((from) => `of_${from}`)]);
  }
  return known;
}

function readOf(dimensions: Dimensions, from: string, reader: string, gathers: boolean): Read {
  const theirs = dimensions.get(from) ?? [];
  const ours = dimensions.get(reader) ?? [];
  return {
    kind: gathers ? 'gather' : 'match',
    step: from,
    output: 'x',
    isKey: false,
    selectors: [],
    matched: theirs.filter((name) => ours.includes(name)),
    over: theirs.filter((name) => !ours.includes(name)),
    via: undefined,
    where: undefined,
    allowsAbsent: false,
    allowsEmpty: gathers,
  } as unknown as Read;
}

function fanOf(
  steps: readonly TinyStep[],
  dimensions: Dimensions,
  tiny: TinyStep,
  fan: readonly string[],
): Fan {
  const first = steps.find(({ name }) => name === fan[0])!;
  const keys = keysOf(first);
  return {
    base: { count: first.count, keys, variables: [] },
    stages: fan.map((from) => ({
      generator: { dimensions: [`of_${from}`], variable: undefined } as unknown as NonNullable<
        Fan['stages'][number]['generator']
      >,
      where: undefined,
      reads: [readOf(dimensions, from, tiny.name, false)],
    })),
  };
}

function stepOf(tiny: TinyStep, dimensions: readonly string[]): Step {
  return {
    name: tiny.name,
    dimensions: dimensions.map((name) => ({ name, type: { kind: 'int' } })),
    lets: [],
    after: tiny.after ?? [],
    outputs: [],
    registers: [],
    ...(tiny.undo ? { undo: { form: 'exec', arguments: [] } } : {}),
  } as unknown as Step;
}

function skippedOf(tiny: TinyStep): Uint8Array | undefined {
  if (!tiny.skipped) return undefined;
  const column = new Uint8Array(tiny.count);
  for (const ordinal of tiny.skipped) column[ordinal] = 1;
  return column;
}

function keysOf(tiny: TinyStep): KeyColumn[] {
  const sizes = Object.entries(tiny.dimensions ?? { [tiny.name]: tiny.count });
  let repeat = tiny.count;
  return sizes.map(([dimension, size]) => {
    repeat /= size;
    const codes = Uint32Array.from({ length: tiny.count }, (_, i) => Math.floor(i / repeat) % size);
    return { dimension, values: Array.from({ length: size }, (_, i) => i), codes };
  });
}
