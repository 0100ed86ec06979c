import { describe, expect, test } from 'vitest';
import { format } from '../../../../dsl/index.ts';

/** The canonical form of a file with this body; `name` decides what kind of file it is. */
function formatted(text: string, name = 'w.braid'): string {
  const { value, diagnostics } = format({ name, text });
  if (value === undefined) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  expect(format({ name, text: value }).value, 'a second time').toBe(value);
  return value;
}

/** The canonical form of declarations behind a header. */
function declarations(text: string): string {
  return formatted(`workflow w\n${text}`).replace(/^workflow w\n/, '');
}

/** The canonical form of the items of a step. */
function items(text: string): string {
  const lines = declarations(`step s {\n${text}\n}`).trimEnd().split('\n');
  return lines
    .slice(1, -1)
    .map((line) => line.replace(/^ {2}/, ''))
    .join('\n');
}

describe('statements', () => {
  test('a script that ends like a comment, directly above a declaration', () => {
    const text = 'let q = """\n  ## hi"""\nlet x = 1';
    expect(declarations(text)).toBe('let q = """\n  ## hi\n"""\nlet x = 1\n');
  });

  test('each has its line, with two spaces an indentation', () => {
    expect(declarations('step s {in x=a.b;when  x>1\n\ttolerate 5 %,limit 2 per a , b}')).toBe(
      'step s {\n  in  x = a.b\n  when x > 1\n  tolerate 5%\n  limit 2 per a, b\n}\n',
    );
  });

  test('runs of one kind have names, types and values below each other', () => {
    expect(items('out a:file="a"\nout  long: file<fits> = "b"\nout m: marker\nin b=x.y')).toBe(
      'out a:    file       = "a"\nout long: file<fits> = "b"\nout m:    marker\nin  b = x.y',
    );
    expect(declarations('param a: int = 1\nparam bcd: string\nparam e: list<int>=[]')).toBe(
      'param a:   int       = 1\nparam bcd: string\nparam e:   list<int> = []\n',
    );
    expect(declarations('let a = 1\nlet bc: int = 2')).toBe('let a       = 1\nlet bc: int = 2\n');
  });

  test('an empty line or a comment ends a run; several empty lines are one', () => {
    expect(declarations('\n\nlet a = 1\n\n\n\nlet bcd = 2\n# why\nlet ef = 3\n\n')).toBe(
      '\nlet a = 1\n\nlet bcd = 2\n# why\nlet ef = 3\n',
    );
  });

  test('a block stays on its line if it was there and fits', () => {
    expect(items('resources{cpus=4,memory=4GB}')).toBe('resources { cpus = 4, memory = 4 GB }');
    expect(items('resources {\n cpus = 4, memory=4 GB}')).toBe(
      'resources {\n  cpus   = 4\n  memory = 4 GB\n}',
    );
    expect(declarations('record R key id {id:int;band:string}')).toBe(
      'record R key id { id: int, band: string }\n',
    );
    const long = 'x'.repeat(60);
    expect(items(`vars { A = "${long}", BCD = "${long}" }`)).toBe(
      `vars {\n  A   = "${long}"\n  BCD = "${long}"\n}`,
    );
    expect(declarations('step s {}\npolicy {\n}')).toBe('step s {}\npolicy {}\n');
  });

  test('the blocks of retry clauses begin below each other', () => {
    expect(
      items('retry 3 { on oom { memory = memory*2 }\n on exit(1 ,2)|lost{wait=1min}\non any}'),
    ).toBe(
      'retry 3 {\n  on oom               { memory = memory * 2 }\n  on exit(1, 2) | lost { wait = 1 min }\n  on any\n}',
    );
    expect(items('retry 1 { on exit(75) }')).toBe('retry 1 { on exit(75) }');
  });

  test('`for each` is on the line of its step if it fits', () => {
    expect(declarations('step s\n  for each a in xs,\n  (b,c) in t where a>1 {\n}')).toBe(
      'step s for each a in xs, (b, c) in t where a > 1 {}\n',
    );
    const [long, other] = ['x'.repeat(50), 'y'.repeat(40)];
    expect(declarations(`step s for each a in ${long}, b in ${other} where a > b {}`)).toBe(
      `step s\n    for each a in ${long},\n      b in ${other} where a > b {}\n`,
    );
  });

  test('clauses of a gather go to the next line where they do not fit', () => {
    const name = 'n'.repeat(60);
    expect(items(`in x = gather ${name}.y over a, b via t where c > 1 and d ?? []`)).toBe(
      `in  x = gather ${name}.y over a, b via t\n  where c > 1 and d ?? []`,
    );
  });

  test('a site', () => {
    const text =
      'site a { runner slurm { account="x" }\nlocation b="c"; location de = "f"\ntune coadd , *.measure { bundle 8 }\nchannel "d"="e" }';
    expect(formatted(text, 'a.site')).toBe(
      `site a {
  runner slurm { account = "x" }
  location b  = "c"
  location de = "f"
  tune coadd, *.measure { bundle 8 }
  channel "d" = "e"
}
`,
    );
  });
});

describe('expressions', () => {
  const cases = [
    ['-3+ 4*( 1+2 )', '-3 + 4 * (1 + 2)'],
    ['a<-1', 'a < -1'],
    ['not(a)and b  not   in c', 'not (a) and b not in c'],
    ['1 .. n by 2', '1..n by 2'],
    ['4GB+1d 12h', '4 GB + 1 d 12 h'],
    ['x  to   min', 'x to min'],
    ['p [ d = e ] . x [ 0 ]', 'p[d = e].x[0]'],
    ['f( a ,b = 1 , )', 'f(a, b = 1)'],
    ['[1,2 , 3,]', '[1, 2, 3]'],
    ['{a=1,b:2}', '{ a = 1, b: 2 }'],
    ['[x*2 for x in xs where x>1]', '[x * 2 for x in xs where x > 1]'],
    ['if a then b else c ?? d', 'if a then b else c ?? d'],
    ['"a@{ b+1 }"', '"a@{ b+1 }"'],
  ];
  test.each(cases)('%s', (written, canonical) => {
    expect(declarations(`let x = ${written}`)).toBe(`let x = ${canonical}\n`);
  });

  test('a list over several lines stays so, with a comma behind its last item', () => {
    expect(declarations('let x = [\n1,2,\n  3\n]')).toBe('let x = [\n  1, 2,\n  3,\n]\n');
    expect(declarations('let x = [[1, 2], [\n3, 4], ]')).toBe(
      'let x = [\n  [1, 2],\n  [\n    3, 4,\n  ],\n]\n',
    );
    const item = `"${'x'.repeat(40)}"`;
    expect(declarations(`let x = [${item}, ${item}, ${item}]`)).toBe(
      `let x = [\n  ${item}, ${item},\n  ${item},\n]\n`,
    );
  });

  test('a long one breaks behind operators, and before `then` and `else`', () => {
    const name = 'n'.repeat(40);
    expect(declarations(`let x = ${name} + ${name} * 2 - ${name}`)).toBe(
      `let x = ${name} +\n  ${name} * 2 -\n  ${name}\n`,
    );
    expect(declarations(`let x = if ${name} then ${name} else ${name}`)).toBe(
      `let x = if ${name}\n  then ${name}\n  else ${name}\n`,
    );
  });
});

describe('comments', () => {
  test('behind, above, before the closing brace, in lists; neighbours below each other', () => {
    const text = `# top

workflow w # name
## doc
step s { # open
  limit 2 # a
  priority 10# b

  # own
  vars { # c
    A = [ # d
      1 # e
      , 2
      # f
    ]
  # g
  } # h
  # end
} # after
# last`;
    expect(formatted(text)).toBe(`# top

workflow w  # name
## doc
step s {  # open
  limit 2      # a
  priority 10  # b

  # own
  vars {  # c
    A = [  # d
      1,  # e
      2,
      # f
    ]
    # g
  }  # h
  # end
}  # after
# last
`);
  });

  test('within an expression they keep the words they stand behind', () => {
    expect(declarations('let x = a + # one\n  b # two\nlet y = (# three\n c)')).toBe(
      'let x = a +  # one\n  b  # two\nlet y = (  # three\n  c\n)\n',
    );
  });

  test('a doc comment stays that of its declaration', () => {
    expect(declarations('step s {\n ## of a\n let a = 1; let b = 2 }')).toBe(
      'step s {\n  ## of a\n  let a = 1\n  let b = 2\n}\n',
    );
  });
});

describe('texts of several lines', () => {
  test('a script is indented as a block and keeps its own indentation', () => {
    expect(items('script bash """\n\t\techo 1\n\t\t  if\n\n\t\t\tfi"""')).toBe(
      'script bash """\n  echo 1\n    if\n\n  \tfi\n"""',
    );
    expect(items('      script bash """\r\n      a @{x}\r\n    b\r\n      """\r')).toBe(
      'script bash """\n    a @{x}\n  b\n"""',
    );
  });

  test('text behind the opening quotes, blanks alone, and none at all', () => {
    expect(declarations('let x = """one\n     two"""')).toBe('let x = """one\n  two\n"""\n');
    expect(declarations('let x = """ """')).toBe('let x = """ """\n');
    expect(declarations('let x = """\n"""')).toBe('let x = """\n"""\n');
    expect(declarations('let x = """\n    a\n  \n    b\n     """')).toBe(
      'let x = """\n  a\n\n  b\n"""\n',
    );
  });
});

test('a file with errors is refused with its diagnostics', () => {
  const { value, diagnostics } = format({ name: 'w.braid', text: 'workflow w\nlet x =\n' });
  expect(value).toBeUndefined();
  expect(diagnostics.map((d) => d.code)).toEqual(['E0103']);
});
