import { describe, expect, test } from 'vitest';
import { parse, parseSite } from '../../../../dsl/syntax/parse.ts';
import { bodyFirstLine, placeInText } from '../../../../dsl/syntax/read-string.ts';
import type { Expression, StepSyntax, StringSyntax } from '../../../../dsl/syntax/tree.ts';
import { spanText } from '../../../../dsl/text/source.ts';
import { parseAny, sourcesUnder } from './corpus.ts';

function declarations(text: string) {
  const { value, diagnostics } = parse({ name: 'x.braid', text: `workflow w\n${text}` });
  expect(diagnostics).toEqual([]);
  return value.declarations;
}

function expression(text: string): Expression {
  const [declared] = declarations(`let x = ${text}`);
  if (declared?.kind !== 'let') throw new Error('not a let');
  return declared.value;
}

/** An expression with all its brackets, so that precedence shows. */
function shape(e: Expression): string {
  switch (e.kind) {
    case 'number':
      return String(e.value);
    case 'name':
      return e.name.text;
    case 'binary':
      return `(${shape(e.left)} ${e.operator} ${shape(e.right)})`;
    case 'coalesce':
      return `(${shape(e.left)} ?? ${shape(e.right)})`;
    case 'unary':
      return `(${e.operator} ${shape(e.operand)})`;
    case 'range':
      return `(${shape(e.from)}..${shape(e.to)}${e.by ? ` by ${shape(e.by)}` : ''})`;
    case 'convert':
      return `(${shape(e.operand)} to ${e.unit.text})`;
    case 'field':
      return `${shape(e.object)}.${e.field.text}`;
    case 'index':
      return `${shape(e.object)}[${shape(e.index)}]`;
    case 'call':
      return `${shape(e.callee)}(${e.arguments.map((a) => shape(a.value)).join(', ')})`;
    case 'if':
      return `(if ${shape(e.condition)} then ${shape(e.consequent)} else ${shape(e.alternative)})`;
    default:
      return spanText(e.span);
  }
}

function step(body: string): StepSyntax {
  const [declared] = declarations(`step s {\n${body}\n}`);
  if (declared?.kind !== 'step') throw new Error('not a step');
  return declared;
}

function string(text: string): StringSyntax {
  const value = expression(text);
  if (value.kind !== 'string') throw new Error('not a string');
  return value;
}

const textOf = (s: StringSyntax) =>
  s.parts.map((p) => (p.kind === 'text' ? p.text : `<${spanText(p.expression.span)}>`)).join('');

test('all examples parse without a word', () => {
  const sources = sourcesUnder('workflows/examples');
  expect(sources.length).toBeGreaterThanOrEqual(9);
  for (const source of sources) {
    const { value, diagnostics } = parseAny(source);
    expect(diagnostics, source.name).toEqual([]);
    expect(value.broken).toEqual([]);
    expect(value.declarations.length + value.sites.length).toBeGreaterThan(1);
  }
});

/** Every object in a tree, by what it looks like. */
function* nodes(value: unknown): Generator<Record<string, unknown>> {
  if (Array.isArray(value)) for (const each of value) yield* nodes(each);
  else if (value !== null && typeof value === 'object') {
    yield value as Record<string, unknown>;
    for (const [key, each] of Object.entries(value)) {
      if (key !== 'span' && key !== 'source') yield* nodes(each);
      else if (key === 'source' && !('text' in (each as object))) yield* nodes(each);
    }
  }
}

test('every span is exactly what was written', () => {
  let names = 0;
  let strings = 0;
  for (const source of sourcesUnder('workflows/examples')) {
    const { value } = parseAny(source);
    for (const node of nodes([value.declarations, value.sites, value.header])) {
      const span = node.span as StringSyntax['span'] | undefined;
      if (!span || node.kind === 'text') continue;
      const text = spanText(span);
      expect(text).toBe(text.trim());
      if (node.kind === undefined && typeof node.text === 'string') {
        expect(text.replaceAll('"', '')).toBe(node.text);
        names++;
      } else if (node.kind === 'string') {
        expect(text).toMatch(node.block ? /^"""[\s\S]*"""$/ : /^"[^\n]*"$/);
        strings++;
      } else if (node.kind === 'interpolation') {
        expect(text).toMatch(/^@\{.*\}$/);
      } else if (node.kind === 'number') {
        expect(Number(text.replaceAll('_', ''))).toBe(node.value);
      }
    }
  }
  expect(names).toBeGreaterThan(800);
  expect(strings).toBeGreaterThan(150);
});

describe('expressions', () => {
  test.each([
    ['1 + 2 * 3 - 4', '((1 + (2 * 3)) - 4)'],
    ['(1 + 2) * 3', '((1 + 2) * 3)'],
    ['a or b and not c == d', '(a or (b and (not (c == d))))'],
    ['a ?? b ?? c or d', '((a ?? b) ?? (c or d))'],
    ['-a.b * c', '((- a.b) * c)'],
    ['1..n + 1 by 2', '(1..(n + 1) by 2)'],
    ['x in 2..64', '(x in (2..64))'],
    ['x not in xs and y', '((x not in xs) and y)'],
    ['a / b to s', '(a / (b to s))'],
    ['f(a)[0].b', 'f(a)[0].b'],
    ['if a then b else c + 1', '(if a then b else (c + 1))'],
    ['not (a)', '(not a)'],
    ['not (a) + b', '(not (a + b))'],
    ['notes(a)', 'notes(a)'],
    ['if_ + b', '(if_ + b)'],
    ['a + if b then 1 else 2'.slice(4), '(if b then 1 else 2)'],
  ])('%s', (text, expected) => {
    expect(shape(expression(text))).toBe(expected);
  });

  test('the span of an operator reaches from bracket to bracket', () => {
    const value = expression('(a + b) * (c)');
    expect(spanText(value.span)).toBe('(a + b) * (c)');
  });

  test('literals', () => {
    expect(expression('1_000')).toMatchObject({ kind: 'number', value: 1000, integer: true });
    expect(expression('2.5e-3')).toMatchObject({ kind: 'number', value: 0.0025, integer: false });
    expect(expression('5%')).toMatchObject({ kind: 'percent', value: 5 });
    expect(expression('1 d 12 h')).toMatchObject({
      kind: 'quantity',
      parts: [
        { value: 1, unit: { text: 'd' } },
        { value: 12, unit: { text: 'h' } },
      ],
    });
    expect(expression('true')).toMatchObject({ kind: 'boolean', value: true });
    expect(expression('none')).toMatchObject({ kind: 'none' });
    expect(expression('[]')).toMatchObject({ kind: 'list', items: [] });
    expect(expression('{a = 1, "b" = 2, in: 3}')).toMatchObject({
      kind: 'map',
      entries: [{ key: { text: 'a' } }, { key: { text: 'b' } }, { key: { text: 'in' } }],
    });
    expect(expression('[x.y for (x, z) in xs where x > 1]')).toMatchObject({
      kind: 'comprehension',
      binder: { kind: 'tuple', names: [{ text: 'x' }, { text: 'z' }] },
      where: { kind: 'binary' },
    });
    expect(expression('coadd[band = "i", patch = q].image')).toMatchObject({
      kind: 'field',
      object: { kind: 'select', selectors: [{ dimension: { text: 'band' } }, {}] },
    });
    expect(expression('f(1, name = 2,)')).toMatchObject({
      kind: 'call',
      arguments: [{ name: undefined }, { name: { text: 'name' } }],
    });
  });

  test('a word behind a number that carries on is no unit', () => {
    expect(shape(expression('1..4 by 2'))).toBe('(1..4 by 2)');
    const { items } = step('  bundle 20 by visit\n  limit 4 per tract');
    expect(items).toMatchObject([{ by: [{ text: 'visit' }] }, { per: [{ text: 'tract' }] }]);
  });
});

describe('new lines', () => {
  test('go on inside brackets, after an operator and before a clause', () => {
    expect(shape(expression('f(\n  a\n  ,\n  b,\n)'))).toBe('f(a, b)');
    expect(shape(expression('a +\n  b'))).toBe('(a + b)');
    expect(shape(expression('if a\n  then b\n  else c'))).toBe('(if a then b else c)');
    expect(shape(expression('if (a)\n  then b\n  else c'))).toBe('(if a then b else c)');
    expect(shape(expression('if -a\n  then b\n  else c'))).toBe('(if (- a) then b else c)');
    const [declared] = declarations('step s\n  for each a in b,\n    c in d\n  where a > 1 {\n}');
    expect(declared).toMatchObject({ kind: 'step', for: { generators: [{}, {}], where: {} } });
    expect(declarations('output x = gather a.b over c\n  publish "p"')).toMatchObject([
      { kind: 'output', publish: { kind: 'string' } },
    ]);
    const { items } = step('  in x = gather a.b\n    over c\n    via d where e ??\n    []');
    expect(items).toMatchObject([{ source: { kind: 'gather', over: [{}], fallback: {} } }]);
  });

  test('end a statement otherwise', () => {
    const { diagnostics } = parse({ name: 'x', text: 'workflow w\nlet x = a\n  + b' });
    expect(diagnostics.map(({ code }) => code)).toEqual(['E0112']);
  });

  test('may be written as CRLF, and after a byte order mark', () => {
    const text = '\ufeffworkflow w\r\nlet x = """\r\n  a\r\n\r\n  @{b}\r\n"""\r\nlet y = 1 # c\r\n';
    const { value, diagnostics } = parse({ name: 'x', text });
    expect(diagnostics).toEqual([]);
    const [first] = value.declarations;
    expect(first?.kind === 'let' && first.value.kind === 'string' && textOf(first.value)).toBe(
      'a\n\n<b>',
    );
  });
});

describe('strings', () => {
  test('escapes, interpolation and a literal @{', () => {
    expect(textOf(string('"a\\n\\t\\"\\\\\\u00e9 @{x + 1} @@{y} $z @"'))).toBe(
      'a\n\t"\\é <x + 1> @{y} $z @',
    );
    expect(textOf(string('"@{a["k"]}@{f("}")}"'))).toBe('<a["k"]><f("}")>');
    expect(string('""').parts).toEqual([]);
  });

  test('a block loses its first and last blank line and the common indentation', () => {
    const block = string('"""\n    a\n      b @{x}\n\n    c\n  """');
    expect(textOf(block)).toBe('a\n  b <x>\n\nc');
    expect(textOf(string('"""one"""'))).toBe('one');
    expect(textOf(string('"""\n  @{x}\n  \\n # "q" @@{y}\n"""'))).toBe('<x>\n\\n # "q" @{y}');
    expect(string('"""\n"""').parts).toEqual([]);
  });

  test('the first line of a body is known, whatever it begins with', () => {
    expect(bodyFirstLine(string('"""\n    a\n  """'))).toBe(3);
    expect(bodyFirstLine(string('"""\n    @{a}\n  """'))).toBe(3);
    expect(bodyFirstLine(string('"""\n\n    a\n  """'))).toBe(3);
    expect(bodyFirstLine(string('"""a\n  """'))).toBe(2);
  });

  test('each character of a text part is found in the source', () => {
    for (const written of ['"""\n    a\n      bc @@{d}\n    e\n  """', '"a\\tb\\\\c\\u00e9d"']) {
      const whole = string(written);
      const [part] = whole.parts;
      if (part?.kind !== 'text') throw new Error('not a text');
      for (const letter of 'abcde') {
        const index = part.text.indexOf(letter);
        if (index < 0) continue;
        expect(part.span.source.text[placeInText(whole, part, index)]).toBe(letter);
      }
    }
  });
});

describe('declarations', () => {
  test('carry the ## lines directly above', () => {
    const [first, second] = declarations('## One.\n## Two.\nlet x = 1\n## Lost\n\nlet y = 2');
    expect(first).toMatchObject({ doc: 'One.\nTwo.' });
    expect(second).toMatchObject({ doc: '' });
  });

  test('a script whose last line looks like a ## line is not their documentation', () => {
    const [, behind] = declarations('let x = """\n  ## end"""\nlet y = 2');
    expect(behind).toMatchObject({ doc: '' });
    const [, , said] = declarations(
      'let x = """\n## end"""\nlet y = "#"\n## As """ is.\nlet z = 2',
    );
    expect(said).toMatchObject({ doc: 'As """ is.' });
  });

  test('all forms', () => {
    const kinds = declarations(
      [
        'use "a.braid" version "1.0" as a',
        'type T = "x" |\n  "y"',
        'record R key a, b { a: int, b: list<file<fits>>?; type: string }',
        'param p: float = 1.2 where p > 0',
        'secret s',
        'location l: dir',
        'let q: int = 3',
        'env e { image = "x" }',
        'defaults { env e, resources { cpus = 1 } }',
        'policy { failure = "stop" }',
        'notify "c" on failed, finished',
        'call a as b for each (x) in xs {\n  y = gather z.w\n  when x > 1\n}',
        'output o: file = b.y publish "p"',
      ].join('\n'),
    ).map(({ kind }) => kind);
    expect(kinds.join(' ')).toBe(
      'use type record param secret location let env defaults policy notify call output',
    );
  });

  test('the items of a step', () => {
    const { items } = step(`
  in a: list<int> = gather b.c over d via e where b.f <= 1 ?? []
  in g = previous h.i over j ?? 1.0
  out k: table<R> = csv("k.csv") expect 0..9
  when len(a) > 0 and g != none
  after any b failed | blocked
  after workflow finished
  env stack
  vars { X = "1" }
  retry 3 {
    on oom { memory = memory * 2 }
    on exit(75, 111) | lost
  }
  tolerate 2%
  priority 3
  pin slac
  register k as "T" at "/x/@{a}" { v = 1 }
  script exec ["a", k]
  undo bash file "u.sh" args [k]`);
    expect(items.map(({ kind }) => kind).join(' ')).toBe(
      'in in out when after after env vars retry tolerate priority pin register script undo',
    );
    expect(items[8]).toMatchObject({
      clauses: [{}, { causes: [{ name: { text: 'exit' }, codes: [75, 111] }, { codes: [] }] }],
    });
    expect(items[4]).toMatchObject({ quantifier: 'any', statuses: [{}, { text: 'blocked' }] });
  });

  test('a site file', () => {
    const { value, diagnostics } = parseSite({
      name: 'x.site',
      text: `# c
site a {
  runner slurm { account = "x" }
  storage { work = "/w" }
  location l = "/l"; param p = 3
  env e { runtime = "cvmfs" }
  tune coadd, *.measure { resources { memory = memory * 2 }, batch { q = "x" }, bundle 8 }
  channel "c" = "mailto:x"
}
site b { runner local }`,
    });
    expect(diagnostics).toEqual([]);
    expect(value.sites.map(({ name }) => name.text)).toEqual(['a', 'b']);
    expect(value.sites[0]?.items[5]).toMatchObject({
      kind: 'tune',
      patterns: [{ text: 'coadd' }, { text: '*.measure' }],
      items: [{ kind: 'resources' }, { kind: 'batch' }, { kind: 'bundle' }],
    });
  });
});
