import type { Input, Let, Param, Phase, Program, Step } from '../program.ts';
import type { BinarySyntax, Expression, SourceSyntax } from '../syntax/tree.ts';
import type { Argument, LinkedCall } from './call.ts';
import type { Binds, Levels } from './call-levels.ts';
import { qualified } from './call-outputs.ts';
import type { Context } from './context.ts';
import type { Copier } from './rename.ts';
import { simple } from './type-relation.ts';
import { freeNames } from './walk.ts';

/** A call while it is put into the file that calls. */
export interface Calling {
  readonly call: LinkedCall;
  readonly levels: Levels;
  readonly context: Context;
  readonly program: Program;
  /** Copies what the caller says; names that a step of the library would hide have another one. */
  readonly outside: Copier;
  /** For the library's own text: one copier a step, since what is local to it stays. */
  inside(found: (name: string) => void): Copier;
  /** The call's `for each`, its `where` and `when`, as the steps inside have them. */
  readonly generators: Step['generators'];
  readonly where: Step['where'];
  readonly when: Step['when'];
}

/** A param whose value each step takes for itself: a `let` of the key, or an `in` of what steps make. */
export function argumentInside(
  param: Param,
  argument: Argument,
  calling: Calling,
): { readonly input: Input } | { readonly let: Let } {
  const name = qualified(calling.call.name, param.name);
  const { source, reads } = calling.outside.copy(argument, new Set());
  const { span } = source;
  if (reads.length === 0) {
    const phase: Phase = calling.levels.of(param.name) === 'run' ? 'run' : 'plan';
    return { let: { name, type: param.type, value: source as Expression, phase, span } };
  }
  const mayBeAbsent = param.type.kind === 'optional';
  return { input: { name, type: param.type, span, source, reads, mayBeAbsent } };
}

/** E0317: what is asked once a step cannot be another value for each instance. */
export function mustBeConstant(expression: Expression, calling: Calling, step?: Step): void {
  const level = calling.levels.inStep(expression, step ?? nowhere);
  if (level !== 'constant')
    reportNotKnown(expression, 'must be the same for all instances', calling);
}

/** Expressions outside of steps see no local names. */
const nowhere: Binds = { dimensions: [], generators: [], inputs: [], outputs: [], lets: [] };

/** E0317, at the text of the library; the call that makes it so is shown. */
export function reportNotKnown(
  expression: SourceSyntax,
  why: string,
  calling: Calling,
  hint?: string,
): void {
  const { call, context, levels, program } = calling;
  const asked = [...levels.behind(freeNames(expression))];
  const param = asked.find((name) => call.arguments.has(name) && levels.of(name) !== 'constant');
  const argument = param === undefined ? undefined : call.arguments.get(param);
  const gives =
    param !== undefined && levels.of(param) === 'keyed'
      ? 'gives another value in each of its instances'
      : 'gives what is known only at run time';
  context.report.error(
    'E0317',
    expression.span,
    `this ${why}, but call \`${call.name}\` ${gives}`,
    {
      labels: argument && [{ span: argument.source.span, text: `gives \`${param}\`` }],
      hint:
        hint ??
        `let \`${program.name}\` take it from a param of its own, to which the call gives a plain value`,
    },
  );
}

/** What holds if both do. */
export function both(left: Step['when'], right: Step['when'], context: Context): Step['when'] {
  if (left === undefined || right === undefined) return left ?? right;
  const expression: BinarySyntax = {
    kind: 'binary',
    operator: 'and',
    left: left.expression,
    right: right.expression,
    span: right.expression.span,
  };
  context.types.set(expression, simple('bool'));
  const phase: Phase = left.phase === 'run' || right.phase === 'run' ? 'run' : 'plan';
  return { expression, phase };
}
