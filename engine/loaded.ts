import type { Channel, Program, Scope, Value } from '../dsl/index.ts';
import type { BoundSite } from './site/bound-site.ts';

/** A workflow with its parameters and tables: all that a plan is made from, and no file is read again. */
export interface Loaded {
  /** As its site tunes it, where there is one. */
  readonly program: Program;
  readonly site?: BoundSite | undefined;
  /** Values of params, plan-time lets and locations, by name. */
  readonly globals: ReadonlyMap<string, Value>;
  /** Every file that was read, in the order of reading: a run keeps copies of them. */
  readonly files: readonly LoadedFile[];
  /** Gives the value of a file that was read; throws `NeedFile` for any other. */
  readonly reader: NonNullable<Scope['reader']>;
  /** Where `notify` may deliver to, by name: what the site and the user's own file say. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** A digest of the meaning: source, parameters, tables. Hex. */
  readonly fingerprint: string;
}

export interface LoadedFile {
  /** As it was opened: relative to where the command was given, or absolute. */
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
  readonly bytes: Uint8Array;
}
