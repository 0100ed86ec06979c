import type { Phase, Program, Step } from '../program.ts';
import type { Expression, SourceSyntax } from '../syntax/tree.ts';
import type { Argument } from './call.ts';
import { freeNames } from './walk.ts';

/**
 * On what a value of a library hangs in a call: on nothing that varies; on the key of the call's instance;
 * on what a step makes.
 */
export type Level = 'constant' | 'keyed' | 'run';

/** What binds names in a step. */
export type Binds = Pick<Step, 'dimensions' | 'generators' | 'inputs' | 'outputs' | 'lets'>;

const order: readonly Level[] = ['constant', 'keyed', 'run'];

/** How the names of a library stand in one call. */
export interface Levels {
  /** Of a param or let of the library; `constant` for any other name. */
  of(name: string): Level;
  /** Names that a value of the library mentions, and the values behind them, in turn. */
  behind(names: Iterable<string>): ReadonlySet<string>;
  /** Of an expression in a step of the library, through its lets and inputs. */
  inStep(expression: SourceSyntax, step: Binds): Level;
  /** The param that an expression is, by its name or that of lets that only pass it on. */
  passedOn(expression: Expression): string | undefined;
}

/** `scatter`: the names that the call's `for each` binds; `phase`: whether all its keys are known. */
export function levelsOf(
  program: Program,
  given: ReadonlyMap<string, Argument>,
  scatter: ReadonlySet<string>,
  phase: Phase,
): Levels {
  const values = new Map<string, Expression | undefined>([
    ...program.params.map((p) => [p.name, given.has(p.name) ? undefined : p.default] as const),
    ...program.lets.map((l) => [l.name, l.value] as const),
  ]);
  const known = new Map<string, Level>();

  const ofArgument = ({ source, reads }: Argument): Level => {
    if (reads.length > 0) return 'run';
    const varies = [...freeNames(source)].some((name) => scatter.has(name));
    return varies ? (phase === 'run' ? 'run' : 'keyed') : 'constant';
  };
  const of = (name: string): Level => {
    const found = known.get(name);
    if (found !== undefined) return found;
    known.set(name, 'constant');
    const argument = given.get(name);
    const value = values.get(name);
    const level =
      argument !== undefined
        ? ofArgument(argument)
        : highest(value === undefined ? [] : [...freeNames(value)].map(of));
    known.set(name, level);
    return level;
  };
  return {
    of,
    inStep: (expression, step) => levelInStep(expression, step, of),
    behind(names) {
      const all = new Set(names);
      for (const name of all) {
        const value = values.get(name);
        if (value !== undefined) for (const other of freeNames(value)) all.add(other);
      }
      return all;
    },
    passedOn(expression) {
      let at: Expression | undefined = expression;
      for (let left = values.size + 1; at?.kind === 'name' && left > 0; left--) {
        const { text } = at.name;
        if (given.has(text)) return text;
        at = values.get(text);
      }
      return undefined;
    },
  };
}

/** Of an expression in a step, through its lets and inputs; `of`: of the names of the file. */
function levelInStep(expression: SourceSyntax, step: Binds, of: (name: string) => Level): Level {
  const seen = new Set<string>();
  const local = (name: string): Level | undefined => {
    const inner = step.lets.find((l) => l.name === name);
    if (inner !== undefined) return visit(inner.value);
    const input = step.inputs.find((i) => i.name === name);
    if (input !== undefined) return input.reads.length > 0 ? 'run' : visit(input.source);
    const binds = step.generators.find((g) => g.variable === name || g.dimensions.includes(name));
    if (binds !== undefined) {
      // Its keys are known when planning, or are refused; its elements may not be.
      return highest([...freeNames(binds.source)].map(of)) === 'run' ? 'run' : 'constant';
    }
    return localNames(step).has(name) ? 'constant' : undefined;
  };
  const visit = (node: SourceSyntax): Level => {
    let level: Level = 'constant';
    for (const name of freeNames(node)) {
      if (seen.has(name)) continue;
      seen.add(name);
      level = highest([level, local(name) ?? of(name)]);
    }
    return level;
  };
  return visit(expression);
}

/** Names that a step binds itself. */
export function localNames(step: Binds): ReadonlySet<string> {
  return new Set([
    ...step.dimensions.map((d) => d.name),
    ...step.generators.flatMap((g) => (g.variable === undefined ? [] : [g.variable])),
    ...[...step.inputs, ...step.outputs, ...step.lets].map(({ name }) => name),
  ]);
}

function highest(levels: readonly Level[]): Level {
  return levels.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'constant');
}
