import type { ClosedType, Type } from '../check/type.ts';
import type { CallSyntax, Expression } from '../syntax/tree.ts';
import type { ReaderName } from './builtins.ts';
import type { Value } from './value.ts';

/** What an expression is evaluated in. A closed type's name stands for the list of its strings. */
export interface Scope {
  /** The value of a name; `null` if it is absent, undefined if it has none here. */
  lookup(name: string): Value | undefined;
  /** Values of nodes that stand for reads of other steps, by identity; undefined: evaluate the node. */
  node?(expression: Expression): Value | undefined;
  /** The value of a file; throws `NeedFile` if it must be fetched first. */
  reader?(name: ReaderName, path: string, call: CallSyntax): Value;
  /** Needed only where order or overflow depends on the type: closed strings, ints. */
  typeOf?(expression: Expression): Type | undefined;
}

/**
 * Thrown by a scope's reader, passed on by `evaluate`: the engine reads the file and evaluates again.
 * Not an `Error`: it is control flow, and a stack costs more than the rest.
 */
export class NeedFile {
  readonly path: string;
  readonly reader: ReaderName;

  constructor(path: string, reader: ReaderName) {
    this.path = path;
    this.reader = reader;
  }
}

/** The value of a name of the file; `null` if it is absent there, undefined if nothing is called so. */
export function globalValue(
  name: string,
  globals: ReadonlyMap<string, Value>,
  types: ReadonlyMap<string, ClosedType>,
): Value | undefined {
  const value = globals.get(name);
  return value === undefined ? types.get(name)?.values : value;
}
