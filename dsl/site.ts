import type { Type } from './check/type.ts';
import type { Value } from './evaluate/value.ts';
import type { Retry } from './program.ts';
import type { Expression, Name, SourceSyntax } from './syntax/tree.ts';
import type { SourceText, Span } from './text/source.ts';

/**
 * A checked `site NAME { ... }`: what a place provides and how its work is tuned. It says nothing of
 * any one workflow: what of it counts for a workflow is found when the two meet (`tuneProgram`, and
 * the engine, which fills locations). Values are constants: a site file reads no name of a workflow.
 */
export interface Site {
  readonly name: string;
  /** The text that says it; for the built-in site, an empty one of that name. */
  readonly source: SourceText;
  /** Of its name. */
  readonly span: Span;
  readonly runner: SiteRunner;
  /** Where attempts work and where results are published, as written (`~/` and relative paths too). */
  readonly storage: ReadonlyMap<StorageName, SiteText>;
  readonly locations: ReadonlyMap<string, SiteValue>;
  /** Values of params, weaker than the command line's. They may be readers (`csv("v.csv")`). */
  readonly params: ReadonlyMap<string, { readonly expression: Expression; readonly span: Span }>;
  /** How the environment of this name is had here. */
  readonly environments: ReadonlyMap<string, SiteEnvironment>;
  /** In the order of the text; a later one tunes what an earlier one left. */
  readonly tunes: readonly Tune[];
  readonly channels: ReadonlyMap<string, Channel>;
  /** Types of the expressions in tunes. */
  readonly typeOf: (node: SourceSyntax) => Type;
}

export type StorageName = 'work' | 'publish';

export interface SiteText {
  readonly text: string;
  readonly span: Span;
}

export interface SiteValue {
  readonly value: Value;
  readonly span: Span;
}

export interface SiteRunner {
  /** `local`, `slurm`, `panda`. */
  readonly kind: string;
  readonly fields: ReadonlyMap<string, SiteValue>;
  /** Of the kind's name. */
  readonly span: Span;
}

export interface SiteEnvironment {
  readonly runtime: string | undefined;
  /** Shell lines and variables that come before those of the workflow. */
  readonly lines: ReadonlyMap<'setup' | 'vars' | 'options', readonly string[]>;
  readonly span: Span;
}

export interface Tune {
  /** Of step names; `*` stands for any characters. */
  readonly patterns: readonly Name[];
  /** Over the step's own: `memory` in them is what the step asks for. */
  readonly resources: ReadonlyMap<string, Expression>;
  readonly retry: Retry | undefined;
  readonly limit: { readonly count: Expression; readonly per: readonly Name[] } | undefined;
  readonly bundle: { readonly count: Expression; readonly by: readonly Name[] } | undefined;
  readonly priority: Expression | undefined;
  /** For the runner, in place of the fields of the same name in `runner KIND { }`. */
  readonly batch: ReadonlyMap<string, SiteValue>;
  readonly span: Span;
}

/** Where `notify` delivers to, under the name that the workflow uses. */
export type Channel = {
  /** `desc-ops` */
  readonly name: string;
  readonly span: Span;
} & ChannelTarget;

export type ChannelTarget =
  /** A program with its arguments; `command:TEXT` is `/bin/sh -c TEXT`. */
  | { readonly kind: 'command'; readonly command: readonly string[] }
  /** An `http` or `https` address that takes a POST. */
  | { readonly kind: 'webhook'; readonly url: string }
  | { readonly kind: 'mail'; readonly address: string };

/** A field of `runner KIND { }` or of `batch { }`. */
export interface RunnerField {
  readonly type: 'int' | 'string' | 'strings' | 'bool' | 'size' | 'duration';
  readonly about: string;
  /** It is the most of this resource that one instance may ask for. */
  readonly maximumOf?: 'cpus' | 'memory' | 'time' | 'disk' | 'gpus';
  /** `tune ... { batch { } }` may set it as well. */
  readonly isBatch?: boolean;
  /** A site without it is an error. */
  readonly isRequired?: boolean;
}

/** What site files may say of one kind of runner; each runner exports its own. */
export interface RunnerKind {
  readonly fields: Readonly<Record<string, RunnerField>>;
  /** What `env NAME { runtime = "..." }` may be at such a site. */
  readonly runtimes: readonly string[];
  /** Kinds of storage that it can use: a directory of a file system, or an address such as `davs://`. */
  readonly storage: 'directories' | 'directories and addresses';
  /** False for a kind that this version checks and plans for, but cannot run. */
  readonly isBuilt: boolean;
  /** What there is, where no site says less: of this machine. */
  readonly capacity?: { readonly cpus: number; readonly memoryBytes: number };
}

export type RunnerKinds = ReadonlyMap<string, RunnerKind>;
