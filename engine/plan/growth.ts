import type { Key, Read } from '../../dsl/index.ts';
import type {
  Fan,
  KeyColumn,
  OpenRow,
  Plan,
  PlanGrowth,
  PlannedRead,
  PlannedStep,
  VariableColumn,
} from './plan.ts';
import { keyAt } from './rows.ts';

/**
 * The plan of one run: a copy in which the dynamic steps get their instances one expansion after another.
 * Only the fold of the run's journal adds to it. Instances are numbered in the order in which they come,
 * after those of the plan; nothing is ever taken away or numbered anew.
 */
export interface GrowingPlan {
  readonly plan: Plan;
  /** Rows that a dynamic step begins with have the first ids, in the order of steps. */
  readonly rows: readonly OpenRow[];
  /**
   * Gives a row its children: new ones get the next numbers in the order given, those that it had keep
   * theirs. `gone` are the children that are no longer named.
   */
  expand(row: number, made: string, children: Children): Expanded;
}

/** New keys by dimension (`keys[d][n]`), and which element each is. */
export interface Children {
  readonly dimensions: readonly string[];
  readonly keys: readonly (readonly Key[])[];
  readonly at: readonly number[];
}

export interface Expanded {
  /** Ids of rows, or numbers of instances at the last stage. */
  readonly fresh: readonly number[];
  readonly kept: readonly number[];
  readonly gone: readonly number[];
}

/**
 * The ordinals of `producer` that an ordinal of the step `consumer` reads (undefined: an output of the
 * workflow does), in key order; undefined while they are not all known.
 */
export type Members = (
  read: Read,
  producer: number,
  consumer: number | undefined,
  ordinal: number,
) => readonly number[] | undefined;

/** Undefined for a plan without dynamic steps: it is complete as it is. */
export function growingPlan(plan: Plan, members: Members): GrowingPlan | undefined {
  if (!plan.steps.some((step) => step.fan)) return undefined;
  const first = plan.steps.reduce((sum, step) => Math.max(sum, step.first + step.count), 0);
  const rows: Row[] = [];
  const stepOf = column();
  const ordinalOf = column();
  const steps = plan.steps.map((step) => {
    const reads = step.reads.map((read) => grownRead(read, step.index, members));
    return step.fan ? new GrowingStep({ ...step, reads }, step.fan) : { ...step, reads };
  });
  const outputs = plan.outputs.map((output) => ({
    ...output,
    reads: output.reads.map((read) => grownRead(read, undefined, members)),
  }));
  const growth: PlanGrowth = {
    first,
    rows,
    get count() {
      return stepOf.size;
    },
    get stepOf() {
      return stepOf.values;
    },
    get ordinalOf() {
      return ordinalOf.values;
    },
  };
  for (const step of steps)
    if (step instanceof GrowingStep) rows.push(...baseRows(step, rows.length));
  const child = (parent: Row, step: GrowingStep, keys: ReadonlyMap<string, Key>, at: number) => {
    if (parent.stage + 1 < step.fan.stages.length) {
      const id = rows.length;
      rows.push({ ...parent, id, stage: parent.stage + 1, parent, at, keys, ...noChildren() });
      return id;
    }
    const number = first + stepOf.size;
    stepOf.push(step.index);
    ordinalOf.push(step.add(number, keys, { row: parent, at }));
    return number;
  };
  /** Its key may stand at another place of the list by now. */
  const moveChild = (parent: Row, step: GrowingStep, known: number, at: number) => {
    if (parent.stage + 1 < step.fan.stages.length) rows[known]!.at = at;
    else step.move(ordinalOf.values[known - first]!, at);
  };
  return {
    plan: { ...plan, steps, outputs, growth },
    rows,
    expand(id, made, children) {
      const row = rows[id];
      const step = row && steps[row.step];
      if (!row || !(step instanceof GrowingStep)) throw new Error(`no row ${id} to expand`);
      row.made = made;
      return adoptChildren(row, children, {
        make: (keys, at) => child(row, step, keys, at),
        move: (known, at) => moveChild(row, step, known, at),
      });
    },
  };
}

/** Keys as one text: equal for equal keys, and only for them. */
export function keysAsText(keys: readonly Key[]): string {
  return JSON.stringify(keys);
}

// --- Internal helpers ---

/** Keeps the children of a row that have the same keys as before, and makes the others. */
function adoptChildren(
  row: Row,
  { dimensions, keys, at }: Children,
  {
    make,
    move,
  }: {
    readonly make: (keys: ReadonlyMap<string, Key>, at: number) => number;
    readonly move: (known: number, at: number) => void;
  },
): Expanded {
  const fresh: number[] = [];
  const kept: number[] = [];
  const left = new Map(row.children);
  row.gone.clear();
  at.forEach((element, n) => {
    const own = keys.map((one) => one[n]!);
    const text = keysAsText(own);
    left.delete(text);
    const known = row.children.get(text);
    if (known !== undefined) {
      kept.push(known);
      move(known, element);
      return;
    }
    const all = new Map(row.keys);
    dimensions.forEach((dimension, d) => {
      all.set(dimension, own[d]!);
    });
    const number = make(all, element);
    row.children.set(text, number);
    fresh.push(number);
  });
  for (const child of left.values()) row.gone.add(child);
  return { fresh, kept, gone: [...left.values()] };
}

/** `previous` stays as it is: its order is known when planning. */
function grownRead(
  planned: PlannedRead,
  consumer: number | undefined,
  members: Members,
): PlannedRead {
  const { read, producer, relation } = planned;
  if (relation.kind !== 'unknown' || read.kind === 'previous') return planned;
  return {
    ...planned,
    relation: {
      kind: 'grown',
      members: (ordinal) => members(read, producer, consumer, ordinal),
    },
  };
}

interface Row extends OpenRow {
  made: string | undefined;
  at: number;
  readonly children: Map<string, number>;
  readonly gone: Set<number>;
}

function noChildren(): Pick<Row, 'made' | 'children' | 'gone'> {
  return { made: undefined, children: new Map(), gone: new Set() };
}

function baseRows(step: GrowingStep, firstId: number): Row[] {
  const { base } = step.fan;
  return Array.from({ length: base.count }, (_, row) => ({
    id: firstId + row,
    step: step.index,
    stage: 0,
    base: row,
    parent: undefined,
    at: 0,
    keys: new Map(base.keys.map((key) => [key.dimension, keyAt(key, row)])),
    ...noChildren(),
  }));
}

/** A step whose columns grow; every column is one of the plan's kinds, so that readers see no difference. */
class GrowingStep implements PlannedStep {
  readonly step: PlannedStep['step'];
  readonly index: number;
  readonly first: number;
  readonly bounds: PlannedStep['bounds'];
  readonly dynamic = true;
  readonly keys: readonly KeyColumn[];
  readonly variables: readonly VariableColumn[];
  readonly reads: PlannedStep['reads'];
  readonly skipped = undefined;
  readonly fan: Fan;
  readonly origin: NonNullable<PlannedStep['origin']>;
  readonly #numbers = column();
  readonly #origins: { readonly row: OpenRow; at: number }[] = [];
  readonly #add: ((keys: ReadonlyMap<string, Key>, base: number) => void)[] = [];
  readonly #ordinals = new Map<string, number>();

  constructor(planned: PlannedStep, fan: Fan) {
    this.step = planned.step;
    this.index = planned.index;
    this.first = planned.first;
    this.bounds = planned.bounds;
    this.reads = planned.reads;
    this.fan = fan;
    this.origin = (ordinal) => this.#origins[ordinal]!;
    this.keys = planned.step.dimensions.map(({ name }) => this.#keyColumn(name));
    this.variables = [
      ...fan.base.variables.map((variable) => this.#variableColumn(variable)),
      ...fan.stages.flatMap(({ generator }, stage): VariableColumn[] =>
        generator?.variable === undefined
          ? []
          : [{ variable: generator.variable, source: { stage }, codes: new Uint32Array(0) }],
      ),
    ];
  }

  get count(): number {
    return this.#numbers.size;
  }

  get numbers(): Uint32Array {
    return this.#numbers.values;
  }

  /** The ordinal of the instance with these keys, in the order of the dimensions. */
  find(keys: readonly Key[]): number | undefined {
    return this.#ordinals.get(keysAsText(keys));
  }

  add(
    number: number,
    keys: ReadonlyMap<string, Key>,
    origin: { readonly row: OpenRow; readonly at: number },
  ): number {
    const ordinal = this.#numbers.size;
    this.#numbers.push(number);
    this.#origins.push({ ...origin });
    for (const add of this.#add) add(keys, origin.row.base);
    this.#ordinals.set(keysAsText(this.keys.map(({ dimension }) => keys.get(dimension)!)), ordinal);
    return ordinal;
  }

  /** Another element of its row's list is what this instance stands for. */
  move(ordinal: number, at: number): void {
    this.#origins[ordinal]!.at = at;
  }

  #keyColumn(dimension: string): KeyColumn {
    const values: Key[] = [];
    const codeOf = new Map<Key, number>();
    const codes = column();
    this.#add.push((keys) => {
      const key = keys.get(dimension)!;
      let code = codeOf.get(key);
      if (code === undefined) {
        code = values.push(key) - 1;
        codeOf.set(key, code);
      }
      codes.push(code);
    });
    return {
      dimension,
      values,
      get codes() {
        return codes.values;
      },
    };
  }

  #variableColumn(known: VariableColumn): VariableColumn {
    const codes = column();
    this.#add.push((_, base) => codes.push(known.codes[base] ?? 0));
    return {
      variable: known.variable,
      source: known.source,
      get codes() {
        return codes.values;
      },
    };
  }
}

/** The ordinal of a grown step's instance by its keys; undefined if there is none, or the step has not grown. */
export function grownOrdinal(step: PlannedStep, keys: readonly Key[]): number | undefined {
  return step instanceof GrowingStep ? step.find(keys) : undefined;
}

interface Column {
  readonly size: number;
  readonly values: Uint32Array;
  push(value: number): void;
}

/** Numbers that grow; room is doubled, and `values` are those that are there. */
function column(): Column {
  let room = new Uint32Array(16);
  let size = 0;
  let view = room.subarray(0, 0);
  return {
    get size() {
      return size;
    },
    get values() {
      if (view.length !== size) view = room.subarray(0, size);
      return view;
    },
    push(value) {
      if (size === room.length) {
        const bigger = new Uint32Array(size * 2);
        bigger.set(room);
        room = bigger;
      }
      room[size++] = value;
    },
  };
}
