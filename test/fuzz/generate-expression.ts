/** Expressions by the type that they should have; now and then one of another type. */

export type Random = (below: number) => number;

/** What a value may be in a generated program. */
export type Kind = 'int' | 'float' | 'bool' | 'string' | 'duration' | 'size' | 'ints' | 'strings';

/** Names by kind, as they are in scope where an expression stands. */
export type Names = ReadonlyMap<string, Kind>;

export interface Growing {
  readonly random: Random;
  /** One in so many choices goes astray: an expression of another type, a word too much. */
  readonly slips: number;
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)] as T;
}

const kinds: readonly Kind[] = [
  'int',
  'float',
  'bool',
  'string',
  'duration',
  'size',
  'ints',
  'strings',
];

/** An expression that has, most often, the type `kind`; `depth` bounds how it nests. */
export function expression(growing: Growing, kind: Kind, names: Names, depth: number): string {
  const { random, slips } = growing;
  const meant = slips > 0 && random(slips) === 0 ? pick(random, kinds) : kind;
  const known = [...names].filter(([, each]) => each === meant).map(([name]) => name);
  if (known.length > 0 && random(3) === 0) return pick(random, known);
  if (depth <= 0) return leaf(random, meant);
  const of = (inner: Kind, scope = names) => expression(growing, inner, scope, depth - 1);
  if (random(12) === 0) return `(${of(meant)})`;
  if (random(14) === 0) return `(if ${of('bool')} then ${of(meant)} else ${of(meant)})`;
  return random(4) === 0 ? leaf(random, meant) : compound(growing, meant, names, of);
}

function leaf(random: Random, kind: Kind): string {
  const number = pick(random, ['0', '1', '2', '7', '1_000', '230']);
  switch (kind) {
    case 'int':
      return number;
    case 'float':
      return pick(random, ['0.5', '1.0', '2.5e-3', '-1.5', '1e6']);
    case 'bool':
      return pick(random, ['true', 'false']);
    case 'string':
      return pick(random, [
        '"a"',
        '"R22_S11"',
        '""',
        '"é漢😀"',
        '"a b"',
        '"\\"\\\\\\u00e9"',
        '"@@{x}"',
      ]);
    case 'duration':
      return pick(random, ['90 s', '30 min', '1 d 12 h', '2 wk']);
    case 'size':
      return pick(random, ['4 GB', '512 MiB', '1 TB']);
    case 'ints':
      return pick(random, ['[]', '[1, 2, 3]', '1..4', '[230, 250,]', '1..9 by 3']);
    case 'strings':
      return pick(random, ['["u", "g"]', '[]', '["a",\n  "b",\n]', 'lines("names.txt")']);
  }
}

function compound(
  growing: Growing,
  kind: Kind,
  names: Names,
  of: (kind: Kind, scope?: Names) => string,
): string {
  const { random } = growing;
  const item = pick(random, ['x', 'y', 'row']);
  const inside = (element: Kind) => new Map([...names, [item, element]]);
  switch (kind) {
    case 'int':
      return pick(random, [
        () => `${of('int')} ${pick(random, ['+', '-', '*'])} ${of('int')}`,
        () => `len(${of(pick(random, ['ints', 'strings']))})`,
        () => `${pick(random, ['min', 'max'])}(${of('int')}, ${of('int')})`,
        () => `${pick(random, ['ceil', 'floor', 'round'])}(${of('float')})`,
        () => `mod(${of('int')}, 7)`,
        () => `sum(${of('ints')})`,
        () => `[1, 2, 3][${of('int')}]`,
        () => `-${of('int')}`,
      ])();
    case 'float':
      return pick(random, [
        () => `${of('int')} / ${of('int')}`,
        () => `${of('float')} * ${of('float')}`,
        () => `${of('duration')} / ${of('duration')}`,
        () => `(${of('size')}) to GB`,
        () => `abs(${of('float')})`,
      ])();
    case 'bool':
      return pick(random, [
        () => `${of('int')} ${pick(random, ['<', '<=', '==', '!=', '>', '>='])} ${of('int')}`,
        () => `${of('bool')} ${pick(random, ['and', 'or'])} ${of('bool')}`,
        () => `not ${of('bool')}`,
        () => `${of('string')} ${pick(random, ['in', 'not in'])} ${of('strings')}`,
        () => `matches(${of('string')}, "a*")`,
      ])();
    case 'string':
      return pick(random, [
        () => `"x_@{${of('int')}}_@{ ${of('string')} }"`.replaceAll('\n', ' '),
        () => `${of('string')} + ${of('string')}`,
        () => `str(${of('int')})`,
        () => `basename(${of('string')})`,
      ])();
    case 'duration':
    case 'size':
      return pick(random, [
        () => `${of(kind)} ${pick(random, ['+', '-'])} ${of(kind)}`,
        () => `${of(kind)} * ${of('int')}`,
        () => `max(${of(kind)}, ${of(kind)})`,
      ])();
    case 'ints':
      return pick(random, [
        () => `[${of('int')}, ${of('int')}]`,
        () => `[${of('int', inside('int'))} for ${item} in ${of('ints')}]`,
        () => `[${item} for ${item} in ${of('ints')} where ${of('bool', inside('int'))}]`,
        () => `sorted(${of('ints')})`,
        () => `1..${of('int')}`,
      ])();
    case 'strings':
      return pick(random, [
        () => `[${of('string')}, ${of('string')}]`,
        () => `[${of('string', inside('int'))} for ${item} in ${of('ints')}]`,
        () => `sorted(${of('strings')})`,
      ])();
  }
}
