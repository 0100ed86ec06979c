type Random = (below: number) => number;

/**
 * A random program of the whole grammar, on few lines and without comments. It has no syntax errors;
 * its names mean nothing.
 */
export function randomProgram(random: Random): string {
  const declarations = Array.from({ length: 1 + random(6) }, () => declaration(random));
  return `workflow w version "1"\n${declarations.join('\n')}\n`;
}

function pick<T>(random: Random, from: readonly T[]): T {
  const found = from[random(from.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

function some(random: Random, most: number, make: () => string, separator = ', '): string {
  return Array.from({ length: 1 + random(most) }, make).join(separator);
}

function maybe(random: Random, make: () => string): string {
  return random(2) === 0 ? '' : make();
}

function name(random: Random): string {
  return pick(random, [
    'a',
    'bb',
    'visit',
    'longerName',
    'resources',
    'é',
    'veryLongNameOfSomething',
  ]);
}

function type(random: Random): string {
  const plain = pick(random, ['int', 'file', 'file<fits>', 'list<list<int>>', 'table<Row>']);
  return plain + maybe(random, () => '?');
}

function text(random: Random): string {
  return pick(random, [
    '"x"',
    '"a@{b + "c@{d}"}"',
    '"\\" @@{ # no"',
    '""',
    '"a b c d e f g h i j k"',
  ]);
}

function block(random: Random): string {
  return pick(random, [
    '"""\n      echo # no\n        @{x} "y"\n\n      z\n    """',
    '"""one"""',
    '"""\n\techo\n\t  b"""',
    '"""\n"""',
    '"""first\n  second\n    third\n"""',
    '"""\r\n  a @{if b\n  then 1 else 2} c\r\n   d\r\n"""',
    '"""\n  a\n \n   """',
    '"""\n@{x}\n  b\n"""',
  ]);
}

function expression(random: Random, depth = 3): string {
  const inner = () => expression(random, depth - 1);
  if (depth === 0)
    return pick(random, ['1', '2.5e-3', '4 GB', '1 d 12 h', '5%', 'true', 'none', 'a']);
  return pick(random, [
    () => name(random),
    () => text(random),
    () => `${inner()} ${pick(random, ['+', '-', '*', '/', 'and', 'or', '??'])} ${inner()}`,
    () => `(${inner()} ${pick(random, ['==', '<', '>=', 'in', 'not in', '<'])} ${inner()})`,
    () => `(-${name(random)})`,
    () => `(not ${name(random)})`,
    () => `[${some(random, 4, inner)}${maybe(random, () => ',')}]`,
    () => `[${inner()} for x in ${name(random)} where (${inner()})]`,
    () => `{ ${name(random)}: ${name(random)}, "k" = 2 }`,
    () => `f(${some(random, 3, inner)}, n = ${inner()})`,
    () => `(if ${inner()} then ${inner()} else ${inner()})`,
    () => `${name(random)}.${name(random)}[${inner()}]`,
    () => `p[d = ${inner()}].x to min`,
    () => '(1..n by 2)',
    () => '[]',
  ])();
}

function source(random: Random): string {
  return pick(random, [
    () => expression(random),
    () => {
      const over = maybe(random, () => ` over ${some(random, 3, () => name(random))}`);
      const via = maybe(random, () => ` via ${name(random)}`);
      const where = maybe(random, () => ` where (${expression(random)})`);
      return `gather a.b${over}${via}${where}${maybe(random, () => ' ?? []')}`;
    },
    () => `previous a.b over ${name(random)}${maybe(random, () => ` ?? ${expression(random)}`)}`,
  ])();
}

function fields(random: Random): string {
  return `{ ${some(random, 3, () => `${name(random)} = ${expression(random, 2)}`)} }`;
}

function scatter(random: Random): string {
  return maybe(random, () => {
    const generator = () =>
      `${pick(random, [name(random), `(${name(random)}, b)`])} in ${expression(random, 1)}`;
    const where = maybe(random, () => ` where ${expression(random, 1)}`);
    return ` for each ${some(random, 3, generator)}${where}`;
  });
}

function script(random: Random): string {
  return pick(random, [
    () => `bash ${block(random)}`,
    () => `python file "x.py" args [${some(random, 4, () => text(random))}]`,
    () => `exec ["a", ${expression(random, 1)}]`,
  ])();
}

function item(random: Random): string {
  return pick(random, [
    () => `in ${name(random)}${maybe(random, () => `: ${type(random)}`)} = ${source(random)}`,
    () => `out ${name(random)}: ${type(random)} = ${expression(random)}`,
    () => `out ${name(random)}: ${type(random)} = csv("x") expect 1..9`,
    () => `out ${name(random)}: marker`,
    () => `let ${name(random)} = ${expression(random)}`,
    () => `when ${expression(random)}`,
    () => 'after any s failed | blocked',
    () => `vars ${fields(random)}`,
    () => `resources ${fields(random)}`,
    () => `retry 2 { on oom | exit(1, 2) ${fields(random)}; on lost }`,
    () => 'tolerate 2%',
    () => `limit 2 per a, b`,
    () => 'bundle 3 by a',
    () => `register x as "y" at ${text(random)} ${fields(random)}`,
    () => `script ${script(random)}`,
    () => `undo ${script(random)}`,
  ])();
}

function declaration(random: Random): string {
  const items = () => some(random, 5, () => item(random), pick(random, ['\n ', ';', '\n\n\t']));
  return pick(random, [
    () => 'use "lib.braid" version "1.4" as lib',
    () => `type T = ${some(random, 5, () => '"some string"', ' | ')}`,
    () => `record R key a { a: int, bb: ${type(random)} }`,
    () =>
      `param ${name(random)}: ${type(random)} = ${expression(random)} where ${expression(random)}`,
    () => `secret ${name(random)}`,
    () => `location ${name(random)}: ${type(random)}`,
    () => `let ${name(random)} = ${pick(random, [expression(random), block(random)])}`,
    () => `env ${name(random)} ${fields(random)}`,
    () => 'defaults { env e\nretry 3 { on exit(75) { wait = 1 min } } }',
    () => 'policy { failure = "stop" }',
    () => 'notify "c" on failed, finished',
    () => `step ${name(random)}${scatter(random)} {${items()}}`,
    () => `step ${name(random)}${scatter(random)} {\n ${items()}\n}`,
    () =>
      `call lib as ${name(random)}${scatter(random)} { ${name(random)} = ${source(random)}\n limit 2 }`,
    () => `output ${name(random)} = ${source(random)} publish ${text(random)}`,
  ])();
}
