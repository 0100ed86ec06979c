import {
  type Diagnostic,
  type Evaluated,
  type Expression,
  evaluate,
  freeNames,
  type Generator,
  globalValue,
  type Key,
  type Let,
  NeedFile,
  type Program,
  type Scope,
  type SourceSyntax,
  type Type,
  type Value,
} from '../../dsl/index.ts';
import type { Elements } from './elements.ts';
import type { Report } from './report.ts';
import type { Rows } from './rows.ts';
import type { Side } from './side.ts';

/** What every part of planning shares. */
export interface Context {
  readonly program: Program;
  readonly globals: ReadonlyMap<string, Value>;
  readonly report: Report;
  /** Values of the files that were read; throws `NeedFile` for another one. */
  readonly reader: NonNullable<Scope['reader']>;
  /** Elements of generators that depend on globals alone, by the meaning of their text. */
  readonly elements: Map<string, Elements>;
  /** The same by generator, without those that conditions on it alone leave out. */
  readonly filtered: Map<Generator, Rows>;
  /** Rows of whole `for each` clauses, by the meaning of their text. */
  readonly clauses: Map<string, Rows>;
  /** A step as one end of a relation, enumerated when first asked for. */
  readonly side: (step: string) => Side | undefined;
  /** Keys of each dimension met so far: equal ones are kept once and need no translation. */
  readonly domains: Map<string, (readonly Key[])[]>;
}

/** Gives a name's value, or undefined where it has none. */
export type Lookup = (name: string) => Value | undefined;

/**
 * A function that evaluates `expression` where `lookup` stands then; undefined after a problem, which
 * is reported once.
 */
export function evaluator(
  context: Context,
  expression: Expression,
  lookup: Lookup,
  lets: readonly Let[] = [],
): () => Value | undefined {
  const { report, globals, program, reader } = context;
  const letOf = new Map(lets.map((l) => [l.name, l.value]));
  const scope: Scope = {
    lookup(name) {
      const found = lookup(name);
      if (found !== undefined) return found;
      const inner = letOf.get(name);
      if (inner) return demand(evaluate(inner, scope));
      return globalValue(name, globals, program.types);
    },
    reader,
    typeOf: program.typeOf,
  };
  return () => {
    try {
      return demand(evaluate(expression, scope));
    } catch (problem) {
      if (problem instanceof NeedFile) report.add(unreadFile(problem, expression));
      else if (problem instanceof NoValue) report.add(problem.diagnostic);
      else throw problem;
      return undefined;
    }
  };
}

/** Leaves the evaluation of whatever mentions a let that has no value. */
class NoValue {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    this.diagnostic = diagnostic;
  }
}

function demand(evaluated: Evaluated): Value {
  if (evaluated.ok) return evaluated.value;
  throw new NoValue(evaluated.diagnostic);
}

function unreadFile({ path, reader }: NeedFile, { span }: Expression): Diagnostic {
  return {
    code: 'E0709',
    severity: 'error',
    message: `the file of \`${reader}("${path}")\` is another one for each instance`,
    span,
    hint: `name it in a \`param\` or \`let\``,
  };
}

/** Names that an expression depends on, those inside the lets that it mentions included. */
export function namesIn(expression: SourceSyntax, lets: readonly Let[]): ReadonlySet<string> {
  const names = new Set(freeNames(expression));
  for (const name of names) {
    const inner = lets.find((l) => l.name === name);
    if (inner) for (const other of freeNames(inner.value)) names.add(other);
  }
  return names;
}

/** The text of an expression without places: equal for equal meaning within one program. */
export function meaningOf(node: unknown): string {
  return JSON.stringify(node, (key, value) => (key === 'span' ? undefined : value));
}

/** The type of a step's dimension. */
export function dimensionType(program: Program, step: string, name: string): Type {
  const dimensions = program.steps.find((s) => s.name === step)?.dimensions;
  return dimensions?.find((d) => d.name === name)?.type ?? { kind: 'string' };
}
