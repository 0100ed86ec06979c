import { type Expression, freeNames, type Input, type Value } from '../../dsl/index.ts';
import { numberOf } from '../plan/instance.ts';
import type { Plan, PlannedRead, PlannedStep } from '../plan/plan.ts';
import type { Standings } from './binding.ts';
import type { Gatherer, MemberTest } from './gathering.ts';
import type { InstanceScope } from './instance-scope.ts';
import { keyOf, type Reader } from './reading.ts';
import { compute, Invalid, Unsettled } from './unsettled.ts';

/** Gives the value of one `in` of the instance that the scope has entered. */
export type InputReader = (
  input: Input,
  scope: InstanceScope,
  standings: Standings,
) => Value | Unsettled;

/** Reads inputs: by match, gather or `previous`, with their fallbacks. Throws `Invalid`. */
export function makeInputReader(plan: Plan, reader: Reader, gatherer: Gatherer): InputReader {
  const readsOf = new WeakMap<Input, readonly PlannedRead[]>();
  return (input, scope, standings) => {
    let reads = readsOf.get(input);
    if (reads === undefined) {
      reads = scope.frame.planned.reads.filter((read) => read.input === input.name);
      readsOf.set(input, reads);
    }
    const read = (part: PlannedRead): Value | Unsettled => {
      switch (part.read.kind) {
        case 'gather':
          return gather(plan, { reader, gatherer }, part, scope, standings);
        case 'previous':
          return previous(plan, reader, part, scope.ordinal, standings);
        case 'match':
          return match(reader, part, scope, standings);
      }
    };
    return inputValue(input, reads, read, scope);
  };
}

// --- Internal helpers ---

type ReadPart = (part: PlannedRead) => Value | Unsettled;

function inputValue(
  input: Input,
  reads: readonly PlannedRead[],
  read: ReadPart,
  scope: InstanceScope,
): Value | Unsettled {
  const { source } = input;
  const whole = reads.find((part) => part.read.node === source);
  if (source.kind !== 'gather' && source.kind !== 'previous') {
    if (whole === undefined) return withReads(source, reads, read, scope);
    const got = read(whole);
    return isAbsent(got) && whole.read.allowsAbsent ? null : got;
  }
  const got = whole === undefined ? null : read(whole);
  const nothing = source.kind === 'gather' && Array.isArray(got) && got.length === 0;
  if (!nothing && !isAbsent(got)) return got;
  if (source.fallback !== undefined) return withReads(source.fallback, reads, read, scope);
  if (source.kind === 'previous') return whole?.read.allowsAbsent ? null : got;
  return whole?.read.allowsEmpty
    ? []
    : new Unsettled('absent', `nothing to gather for \`${input.name}\``);
}

/** Evaluates an expression in which nodes that read other steps stand for what they read. */
function withReads(
  expression: Expression,
  reads: readonly PlannedRead[],
  read: ReadPart,
  scope: InstanceScope,
): Value | Unsettled {
  let missing: Unsettled | undefined;
  scope.nodeValue = (node) => {
    const part = reads.find((candidate) => candidate.read.node === node);
    if (part === undefined) return undefined;
    const got = read(part);
    if (!(got instanceof Unsettled)) return got;
    if (got.kind === 'unknown') throw got;
    if (!part.read.allowsAbsent) missing ??= got;
    return null;
  };
  try {
    return compute(expression, scope) ?? missing ?? null;
  } catch (error) {
    if (error instanceof Unsettled) return error;
    // `a.x + 1` of an absent `x` is no error of its own.
    if (missing !== undefined && error instanceof Invalid) return missing;
    throw error;
  } finally {
    scope.nodeValue = undefined;
  }
}

function isAbsent(got: Value | Unsettled): boolean {
  return got instanceof Unsettled && got.kind === 'absent';
}

function match(
  reader: Reader,
  read: PlannedRead,
  scope: InstanceScope,
  standings: Standings,
): Value | Unsettled {
  const { relation } = read;
  const { step, output } = read.read;
  switch (relation.kind) {
    case 'identity':
      return reader.partner(read, scope.ordinal, standings);
    case 'constant':
      return reader.partner(read, relation.to, standings);
    case 'map': {
      const to = relation.to[scope.ordinal] ?? -1;
      return to < 0
        ? new Unsettled('absent', `no instance of \`${step}\` matches \`${step}.${output}\``)
        : reader.partner(read, to, standings);
    }
    case 'grown':
      return matchGrown(reader, read, relation, scope, standings);
    default:
      return new Unsettled('unknown', `which \`${step}.${output}\` this is, is not known yet`);
  }
}

/** E0704: a partner that run-time fan-out did not make, where nothing copes with that. */
function matchGrown(
  reader: Reader,
  read: PlannedRead,
  relation: Extract<PlannedRead['relation'], { kind: 'grown' }>,
  scope: InstanceScope,
  standings: Standings,
): Value | Unsettled {
  const { step, output, allowsAbsent, span } = read.read;
  const members = relation.members(scope.ordinal);
  const [partner] = members ?? [];
  if (partner !== undefined) return reader.partner(read, partner, standings);
  if (members === undefined) {
    return new Unsettled('unknown', `which \`${step}.${output}\` this is, is not known yet`);
  }
  if (allowsAbsent) return new Unsettled('absent', `\`${step}\` has no such instance`);
  throw new Invalid({
    code: 'E0704',
    severity: 'error',
    message: `no instance of \`${step}\` has the keys of this one`,
    span,
    label: `\`${step}.${output}\` is read here`,
    hint: `read it as \`${step}.${output} ?? ...\`, or leave these out with \`where\``,
  });
}

/** At the greatest earlier key that is not absent. */
function previous(
  plan: Plan,
  reader: Reader,
  read: PlannedRead,
  ordinal: number,
  standings: Standings,
): Value | Unsettled {
  const { relation } = read;
  const { step, output } = read.read;
  if (relation.kind !== 'previous') {
    return new Unsettled('unknown', `which \`${step}.${output}\` comes before is not known yet`);
  }
  for (let at = relation.to[ordinal] ?? -1; at >= 0; at = relation.before[at] ?? -1) {
    const value = reader.partner(read, at, standings);
    if (!isAbsent(value)) return value;
  }
  const producer = plan.steps[read.producer] as PlannedStep;
  return new Unsettled('absent', `nothing of \`${producer.step.name}\` comes before`);
}

function gather(
  plan: Plan,
  from: { readonly reader: Reader; readonly gatherer: Gatherer },
  read: PlannedRead,
  scope: InstanceScope,
  standings: Standings,
): readonly Value[] | Unsettled {
  const { where } = read.read;
  if (where === undefined || where.phase === 'plan') {
    return from.gatherer.list(read, scope.ordinal, standings, undefined, true);
  }
  const producer = plan.steps[read.producer] as PlannedStep;
  const test = memberTest(from.reader, read, producer, where.expression, scope, standings);
  return from.gatherer.list(
    read,
    scope.ordinal,
    standings,
    test,
    isShared(read, where.expression, scope),
  );
}

/** Whether a condition says the same for all instances of a group: it names nothing of the reader's own. */
function isShared(read: PlannedRead, condition: Expression, scope: InstanceScope): boolean {
  const own = new Set([read.read.step, ...memberNames(read).keys()]);
  return [...freeNames(condition)].every((name) => own.has(name) || !scope.frame.names.has(name));
}

/** The names that `over` gives a member's keys, and the dimensions they are of. */
function memberNames(read: PlannedRead): ReadonlyMap<string, string> {
  const names = new Map(read.read.over.map((name) => [name, name]));
  for (const { dimension, bound } of read.read.selectors) {
    if (bound !== undefined) names.set(bound, dimension);
  }
  return names;
}

function memberTest(
  reader: Reader,
  read: PlannedRead,
  producer: PlannedStep,
  condition: Expression,
  scope: InstanceScope,
  standings: Standings,
): MemberTest {
  const names = memberNames(read);
  return (member) => {
    const standing = standings.of(numberOf(producer, member));
    if (standing.kind === 'absent') return false;
    const keys = new Map<string, Value>();
    for (const [name, dimension] of names) keys.set(name, keyOf(producer, member, dimension));
    const before = scope.nodeValue;
    scope.extra = keys;
    scope.nodeValue = (node) => {
      if (node.kind !== 'field' || node.object.kind !== 'name') return undefined;
      if (node.object.name.text !== producer.step.name) return undefined;
      const value = reader.output(producer, member, node.field.text, standing);
      if (!(value instanceof Unsettled)) return value;
      if (value.kind === 'unknown') throw value;
      return null;
    };
    try {
      return compute(condition, scope) === true;
    } catch (error) {
      if (error instanceof Unsettled) return error;
      throw error;
    } finally {
      scope.extra = undefined;
      scope.nodeValue = before;
    }
  };
}
