import type { Phase, Program, Read } from '../program.ts';
import type {
  Expression,
  FieldSyntax,
  Name,
  SelectSyntax,
  SourceSyntax,
  StepItem,
} from '../syntax/tree.ts';
import type { Span } from '../text/source.ts';
import type { Report } from './report.ts';
import type { ClosedType, RecordType, Type } from './type.ts';

/** A name that stands for a value. Types of lets are found when first asked for. */
export interface Binding {
  readonly name: string;
  readonly kind:
    | 'param'
    | 'let'
    | 'location'
    | 'secret'
    | 'scatter'
    | 'input'
    | 'output'
    | 'item'
    | 'resource';
  readonly type: Type;
  readonly phase: Phase;
  readonly span: Span;
  /** Where the type is optional although nobody wrote `?`: the reason, for people. */
  readonly whyAbsent?: string | undefined;
}

/** Names by block, innermost first. */
export interface Scope {
  readonly names: ReadonlyMap<string, Binding>;
  readonly outer: Scope | undefined;
}

export type OutSyntax = Extract<StepItem, { kind: 'out' }>;

export interface StepOutput {
  readonly name: string;
  readonly type: Type;
  readonly span: Span;
  /** Absent for an output of a call. */
  readonly syntax: OutSyntax | undefined;
  /**
   * For an output of a call: how a step inside is read for it, with the step's name as it is in this file;
   * undefined if it is more than one read.
   */
  readonly inner?: Read | undefined;
}

/** A dimension of a step, and the place that introduced it. */
export interface ScatterDimension {
  readonly name: string;
  readonly type: Type;
  readonly positional: boolean;
  readonly dynamic: boolean;
  readonly span: Span;
}

/** What other steps may know of a step or a call. */
export interface StepNames {
  readonly name: string;
  readonly span: Span;
  /** Absent for a call of a library that cannot be read or has errors: then anything may be its. */
  readonly outputs: ReadonlyMap<string, StepOutput> | undefined;
  /** Found when first asked for, since one step may scatter over what another one makes. */
  readonly dimensions: readonly ScatterDimension[];
  /** False if its `for each` has errors: then nothing is said about its dimensions. */
  readonly dimensionsKnown: boolean;
  /** Why instances of it may be skipped; undefined if they are not. */
  readonly conditional: string | undefined;
  /** The text of the generator that introduces a dimension, for hints. */
  generatorText(dimension: string): string | undefined;
  /** The steps inside of a call, with its name in front. */
  readonly inside?: readonly string[];
}

/** A workflow that another one uses. */
export interface Library {
  readonly program: Program;
  /** Its file. */
  readonly name: string;
  /** It has no errors. */
  readonly sound: boolean;
  /** Where its relative paths start, from the directory of the file that uses it. */
  readonly directory: string;
}

/** All that one file declares. */
export interface FileNames {
  readonly values: Map<string, Binding>;
  readonly types: Map<string, ClosedType>;
  readonly records: Map<string, RecordType>;
  readonly steps: Map<string, StepNames>;
  /** Lists that are written out as the value of a `let` or the default of a param. */
  readonly lists: Map<string, Extract<Expression, { kind: 'list' }>>;
  readonly imports: Map<string, Span>;
  /** Those of the imports that could be read. */
  readonly libraries: Map<string, Library>;
  readonly environments: Map<string, Span>;
  /** Names of declarations that could not be parsed: nothing follows from using them. */
  readonly broken: Set<string>;
  /** True if such a declaration has no readable name: then any unknown name may be its. */
  readonly unnamedBroken: boolean;
}

/** Nothing is declared yet. */
export function noNames(): FileNames {
  return {
    values: new Map(),
    types: new Map(),
    records: new Map(),
    steps: new Map(),
    lists: new Map(),
    imports: new Map(),
    libraries: new Map(),
    environments: new Map(),
    broken: new Set(),
    unnamedBroken: false,
  };
}

/** A place `step.output`, `step[d = e].output` or `step.dimension` in an expression. */
export interface StepReference {
  readonly node: FieldSyntax;
  readonly step: StepNames;
  readonly stepName: Name;
  readonly selectors: SelectSyntax['selectors'];
  readonly field: Name;
  /** A `??` stands behind it. */
  readonly allowsAbsent: boolean;
}

/** What surrounds an expression while its type is inferred. */
export interface Context {
  readonly file: FileNames;
  readonly report: Report;
  readonly scope: Scope;
  readonly types: Map<SourceSyntax, Type>;
  /** Names that cannot be `none` here, since a condition has tested them. */
  readonly present: ReadonlySet<string>;
  /** The operand of `??`: absent values are welcome. */
  readonly allowsAbsent: boolean;
  /** How a step's output is read here; undefined where no step may be read. */
  readonly read: ((reference: StepReference, context: Context) => Type) | undefined;
  /** False if names are missing from the scope because of an error: then no name is unknown. */
  readonly namesKnown: boolean;
  /** Where we are, for E0213: `a script`, `a condition`, ... */
  readonly place: string;
  /** Names for which E0403 has been said. */
  readonly absentNames: Set<string>;
  /** The dispatcher over all kinds of expression; here so that its parts need not import it. */
  readonly infer: (node: Expression, context: Context, wanted?: Type) => Type;
}

export function lookUp(scope: Scope | undefined, name: string): Binding | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function namesInScope(scope: Scope | undefined): string[] {
  const found: string[] = [];
  for (let at = scope; at !== undefined; at = at.outer) {
    for (const name of at.names.keys()) found.push(name);
  }
  return found;
}

export function inner(scope: Scope, names: Iterable<Binding>): Scope {
  return { names: new Map([...names].map((n) => [n.name, n])), outer: scope };
}
