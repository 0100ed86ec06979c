import type { Expression, Let, Program, Scope, Type, Value } from '../../dsl/index.ts';
import type { FanValues } from './fan-values.ts';
import type { Frame } from './frame.ts';
import { compute, Unsettled } from './unsettled.ts';

/** How an `out` reads in an expression: its path, and what that counts as. */
export type OutputValue = (index: number) => Value;

/**
 * The names of one instance at a time: globals, keys, rows, inputs, lets, outs. Moved along the
 * instances of a step (`enter`), since a fresh one for each of a million would cost more than its use.
 */
export class InstanceScope implements Scope {
  readonly frame: Frame;
  ordinal = -1;
  /** By index of `step.inputs`; an `Unsettled` one is thrown when an expression touches it. */
  inputs: (Value | Unsettled)[] = [];
  /** Names that stand before all others: what a condition or an escalation adds. */
  extra: ReadonlyMap<string, Value> | undefined;
  /** Values of nodes that read other steps; undefined where none is expected. */
  nodeValue: ((expression: Expression) => Value | undefined) | undefined;
  outputValue: OutputValue = () => null;
  readonly #globals: ReadonlyMap<string, Value>;
  readonly #program: Program;
  /** Files read when planning; absent where none were. */
  readonly reader?: NonNullable<Scope['reader']>;
  #lets: (Value | undefined)[] = [];
  /** Absent while no step has grown. */
  readonly #fan: FanValues | undefined;

  constructor(
    frame: Frame,
    globals: ReadonlyMap<string, Value>,
    program: Program,
    reader: Scope['reader'],
    fan?: FanValues,
  ) {
    this.#fan = fan;
    if (reader !== undefined) this.reader = reader;
    this.frame = frame;
    this.#globals = globals;
    this.#program = program;
  }

  enter(ordinal: number): void {
    this.ordinal = ordinal;
    this.inputs.length = 0;
    this.extra = undefined;
    this.nodeValue = undefined;
    this.forgetLets();
  }

  /** For when inputs or outputs come to mean something else: lets may hang on them. */
  forgetLets(): void {
    if (this.frame.planned.step.lets.length > 0) this.#lets = [];
  }

  lookup(name: string): Value | undefined {
    const extra = this.extra?.get(name);
    if (extra !== undefined) return extra;
    const meaning = this.frame.names.get(name);
    if (meaning === undefined) return this.#globals.get(name);
    const { planned } = this.frame;
    switch (meaning.kind) {
      case 'key': {
        const column = planned.keys[meaning.column];
        return column?.values[column.codes[this.ordinal] ?? 0];
      }
      case 'variable':
        return this.#variable(meaning.column);
      case 'input': {
        const value = this.inputs[meaning.index];
        if (value instanceof Unsettled) throw value;
        return value;
      }
      case 'let':
        return this.#let(meaning.index);
      case 'output':
        return this.outputValue(meaning.index);
    }
  }

  node(expression: Expression): Value | undefined {
    return this.nodeValue?.(expression);
  }

  typeOf(expression: Expression): Type | undefined {
    return this.#program.typeOf(expression);
  }

  #variable(column: number): Value | undefined {
    const variable = this.frame.planned.variables[column];
    if (variable === undefined) return undefined;
    const index = variable.codes[this.ordinal] ?? 0;
    const { source } = variable;
    if ('table' in source) return { kind: 'row', table: source.table, index };
    if ('list' in source) return source.list[index];
    return this.#fan?.variable(this.frame.planned, this.ordinal, source.stage);
  }

  #let(index: number): Value {
    let value = this.#lets[index];
    if (value === undefined) {
      value = compute((this.frame.planned.step.lets[index] as Let).value, this);
      this.#lets[index] = value;
    }
    return value;
  }
}
