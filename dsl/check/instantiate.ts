import type { Environment, Let, Param, Phase, Program, Step } from '../program.ts';
import type { Expression } from '../syntax/tree.ts';
import type { LinkedCall } from './call.ts';
import { levelsOf, localNames } from './call-levels.ts';
import { ownValues, qualified } from './call-outputs.ts';
import { stepInside } from './call-step.ts';
import { type Calling, mustBeConstant } from './calling.ts';
import type { Context } from './context.ts';
import { type Copier, createCopier } from './rename.ts';
import { listOf } from './type-relation.ts';

/**
 * What a call adds to the Program of its file: its steps, and the values that they name. Locations and
 * secrets of one name with those of the file are one: a site fills them once.
 */
export type Instantiated = Pick<
  Program,
  'steps' | 'params' | 'lets' | 'types' | 'environments' | 'locations' | 'secrets'
>;

/**
 * Puts the steps of a library in the place of a call: once each, with the call's dimensions before their own
 * and the call's name before all names of the library, so that everything after the checker sees one flat
 * Program. A param or let of the library that is the same for all of the call's instances stays a value of
 * the file; one that hangs on the call's key becomes a `let` of each step that names it; a param given by
 * what steps make becomes an `in` of those. (E0316, E0317)
 */
export function instantiate(call: LinkedCall, context: Context): Instantiated {
  const { program } = call.library;
  const hidden = new Set(program.steps.flatMap((s) => [...localNames(s)]));
  reportClashes(call, context);
  const aliases = new Map<string, Let>();
  const outside = outsideCopier(call, hidden, aliases, context);
  const scatter = new Set(call.scatter.names.keys());
  const dynamic =
    call.scatter.dimensions.some((d) => d.dynamic) || call.scatter.where?.phase === 'run';
  const phase: Phase = dynamic ? 'run' : 'plan';
  const levels = levelsOf(program, call.arguments, scatter, phase);
  const none = new Set<string>();
  const calling: Calling = {
    call,
    levels,
    context,
    program,
    outside,
    inside: (found) => insideCopier(call, found, context),
    generators: call.scatter.generators.map((g) =>
      renamedVariable(outside.copy(g, none), call, hidden),
    ),
    where: outside.copy(call.scatter.where, none),
    when: outside.copy(call.when, none),
  };
  const steps = program.steps.map((step) => stepInside(step, calling));
  const copier = calling.inside(() => {});
  const name = (own: string): string => qualified(call.name, own);
  const environments = new Map<string, Environment>();
  for (const [key, environment] of program.environments) {
    for (const field of environment.fields.values()) mustBeConstant(field, calling);
    environments.set(name(key), copier.copy(environment, none));
  }
  const types = new Map([...program.types].map(([key, type]) => [name(key), type] as const));
  return {
    steps,
    params: program.params
      .filter((p) => levels.of(p.name) === 'constant')
      .map((p) => paramInside(p, calling, copier)),
    lets: [
      ...aliases.values(),
      ...program.lets
        .filter((l) => levels.of(l.name) === 'constant')
        .map((l) => ({ ...copier.copy(l, none), name: name(l.name) })),
    ],
    types,
    environments,
    locations: program.locations,
    secrets: program.secrets,
  };
}

/** A param that is the same for all instances of the call; the argument stands as its default. */
function paramInside(param: Param, calling: Calling, copier: Copier): Param {
  const argument = calling.call.arguments.get(param.name);
  const own = copier.copy(param, new Set());
  const given = argument && calling.outside.copy(argument.source, new Set());
  return {
    ...own,
    name: qualified(calling.call.name, param.name),
    default: given === undefined ? own.default : (given as Expression),
  };
}

/** E0316: dimensions are the one kind of name that a call and its library share. */
function reportClashes(call: LinkedCall, { report }: Context): void {
  const { program } = call.library;
  for (const { name, span } of call.scatter.dimensions) {
    const step = program.steps.find((s) => localNames(s).has(name));
    const place = [...program.locations.filter((l) => l.name === name)];
    if (step === undefined && place.length === 0 && !program.secrets.includes(name)) continue;
    const where = step?.span ?? place[0]?.span;
    report.error('E0316', span, `\`${name}\` is also a name inside of \`${program.name}\``, {
      label: `a dimension of call \`${call.name}\``,
      labels: where && [{ span: where, text: `\`${name}\` is used here` }],
      hint: 'give the dimension another name in `for each`, or the name in the library',
    });
  }
}

/** Copies the caller's text; what a name of the library would hide goes by `call[name]`. */
function outsideCopier(
  call: LinkedCall,
  hidden: ReadonlySet<string>,
  aliases: Map<string, Let>,
  { file, types }: Context,
): Copier {
  return createCopier({
    value(name) {
      if (!hidden.has(name)) return undefined;
      const alias = `${call.name}[${name}]`;
      if (call.scatter.names.has(name)) return alias;
      const known = file.values.get(name);
      const closed = file.types.get(name);
      const type = known?.type ?? (closed && listOf(closed));
      if (type === undefined) return undefined;
      if (aliases.has(alias)) return alias;
      const span = known?.span ?? call.span;
      const value: Expression = { kind: 'name', name: { text: name, span }, span };
      types.set(value, type);
      aliases.set(alias, { name: alias, type, value, phase: 'plan', span });
      return alias;
    },
    step: () => undefined,
    copied(from, to) {
      const type = types.get(from);
      if (type !== undefined) types.set(to, type);
    },
  });
}

function renamedVariable(
  generator: Step['generators'][number],
  call: LinkedCall,
  hidden: ReadonlySet<string>,
): Step['generators'][number] {
  const { variable } = generator;
  if (variable === undefined || !hidden.has(variable)) return generator;
  return { ...generator, variable: `${call.name}[${variable}]` };
}

function insideCopier(call: LinkedCall, found: (name: string) => void, context: Context): Copier {
  const { program } = call.library;
  const values = ownValues(program);
  const steps = new Set(program.steps.map((s) => s.name));
  return createCopier({
    value(name) {
      if (!values.has(name)) return undefined;
      found(name);
      return qualified(call.name, name);
    },
    step: (name) => (steps.has(name) ? qualified(call.name, name) : undefined),
    copied: (from, to) => context.types.set(to, program.typeOf(from)),
  });
}
