import { expression, type Growing, type Kind, type Names, pick } from './generate-expression.ts';

/** What lies beside every generated program. */
export const filesBeside: Readonly<Record<string, string>> = {
  'rows.csv': 'visit,band,depth\n230,g,1.5\n250,r,2.5\n260,g,0.5\n',
  'names.txt': 'Rubin\nFermi\n',
};

/** A dimension that generated steps share, with the generator that introduces it. */
interface Dimension {
  readonly name: string;
  readonly kind: Kind;
  readonly generator: string;
  readonly names: Names;
}

const dimensions: readonly Dimension[] = [
  { name: 'i', kind: 'int', generator: 'i in 1..3', names: new Map([['i', 'int']]) },
  {
    name: 'name',
    kind: 'string',
    generator: 'name in labels',
    names: new Map([['name', 'string']]),
  },
  {
    name: 'visit',
    kind: 'int',
    generator: 'v in rows',
    names: new Map([
      ['visit', 'int'],
      ['v.depth', 'float'],
    ]),
  },
  {
    name: 'band',
    kind: 'string',
    generator: '(band) in rows',
    names: new Map([['band', 'string']]),
  },
];

interface Step {
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly outputs: ReadonlyMap<string, 'file' | 'int' | 'float'>;
  /** It has a `when`: who reads it directly wants a fallback. */
  readonly isConditional: boolean;
}

const globals: Names = new Map<string, Kind>([
  ['count', 'int'],
  ['share', 'float'],
  ['on', 'bool'],
  ['label', 'string'],
  ['wall', 'duration'],
  ['room', 'size'],
  ['numbers', 'ints'],
  ['labels', 'strings'],
]);

const declared: Readonly<Record<Kind, string>> = {
  int: 'int',
  float: 'float',
  bool: 'bool',
  string: 'string',
  duration: 'duration',
  size: 'size',
  ints: 'list<int>',
  strings: 'list<string>',
};

/** A program of up to `size` steps that mostly checks; `slips` puts in what does not. */
export function program(growing: Growing, size: number): string {
  const { random } = growing;
  const parts = ['workflow fuzz version "1.0"', record(growing)];
  for (const [name, kind] of globals) {
    const value = name === 'labels' ? '["a", "b"]' : expression(growing, kind, new Map(), 2);
    parts.push(
      random(2) === 0
        ? `param ${name}: ${declared[kind]} = ${value}`
        : `let ${name}: ${declared[kind]} = ${value}`,
    );
  }
  const steps: Step[] = [];
  for (let n = random(size) + 1; n > 0; n--) parts.push(step(growing, steps));
  const last = steps.at(-1);
  const file = last && [...last.outputs].find(([, kind]) => kind === 'file')?.[0];
  if (last && file) parts.push(`output result = ${read(growing, last, file, [])}`);
  if (random(6) === 0) parts.push('policy { failure = "stop" }');
  return `${shuffled(growing, parts).join(pick(random, ['\n', '\n\n', '\n# note\n']))}\n`;
}

/** The header first; the order of the others has no effect. */
function shuffled({ random }: Growing, parts: readonly string[]): string[] {
  const [header = '', ...others] = parts;
  for (let at = others.length - 1; at > 0; at--) {
    const other = random(at + 1);
    [others[at], others[other]] = [others[other] ?? '', others[at] ?? ''];
  }
  return [header, ...others];
}

function record({ random }: Growing): string {
  const field = pick(random, ['  depth: float', '  depth: float?']);
  return `record Row key visit {\n  visit: int\n  band: string\n${field}\n}\nparam rows: table<Row> = csv("rows.csv")`;
}

function step(growing: Growing, steps: Step[]): string {
  const { random } = growing;
  const own = dimensions.filter(() => random(3) === 0);
  const free = own.some((d) => d.name === 'visit') ? own.filter((d) => d.name !== 'band') : own;
  const names = new Map([...globals, ...free.flatMap((d) => [...d.names])]);
  const name = `step${steps.length}`;
  const inputs = [...Array(random(3)).keys()].flatMap((n): string[] => {
    const from = steps.length > 0 ? pick(random, steps) : undefined;
    const output = from && pick(random, [...from.outputs.keys()]);
    return from && output ? [`in in${n} = ${read(growing, from, output, free)}`] : [];
  });
  const outputs = new Map<string, 'file' | 'int' | 'float'>([['data', 'file']]);
  if (random(3) === 0) outputs.set('n', 'int');
  const isConditional = random(8) === 0;
  const items = [
    ...inputs,
    ...[...outputs].map(([out, kind]) =>
      kind === 'file'
        ? `out ${out}: file = "x_@{${expression(growing, 'int', names, 1)}}.dat"`
        : `out ${out}: ${kind} = text("n.txt")`,
    ),
    ...(isConditional ? [`when ${expression(growing, 'bool', names, 1)}`] : []),
    ...settings(growing, names),
    script(growing, names, inputs.length),
  ];
  steps.push({ name, dimensions: free, outputs, isConditional });
  return `step ${name}${scatter(growing, free, names)} {\n  ${items.join('\n  ')}\n}`;
}

function scatter(growing: Growing, free: readonly Dimension[], names: Names): string {
  if (free.length === 0) return '';
  const where = growing.random(4) === 0 ? ` where ${expression(growing, 'bool', names, 1)}` : '';
  return ` for each ${free.map((d) => d.generator).join(', ')}${where}`;
}

/** Reads an output in a step of these dimensions: directly, by selection, gathered or the one before. */
function read(growing: Growing, from: Step, output: string, own: readonly Dimension[]): string {
  const { random } = growing;
  const extra = from.dimensions.filter((d) => !own.some((o) => o.name === d.name));
  const text = `${from.name}.${output}`;
  const over = extra.map((d) => d.name).join(', ');
  if (growing.slips > 0 && random(growing.slips) === 0) {
    return pick(random, [
      text,
      `gather ${text}`,
      `gather ${text} over visit`,
      `previous ${text} over i ?? none`,
    ]);
  }
  if (extra.length === 0) return from.isConditional ? `${text} ?? none` : text;
  const [first] = extra;
  if (extra.length === 1 && first && random(4) === 0) {
    const key = first.kind === 'int' ? '1' : '"a"';
    return `${from.name}[${first.name} = ${key}].${output}`;
  }
  return `gather ${text} over ${over}${random(3) === 0 ? ' ?? []' : ''}`;
}

function settings(growing: Growing, names: Names): string[] {
  const { random } = growing;
  const of = (kind: Kind) => expression(growing, kind, names, 1);
  const all = [
    () => `resources { cpus = ${of('int')}, memory = ${of('size')}, time = ${of('duration')} }`,
    () => pick(random, ['retry 2 { on oom { memory = memory * 2 } }', 'retry 3']),
    () => `let extra = ${of('string')}`,
    () => `priority ${of('int')}`,
    () => 'tolerate 5%',
    () => 'vars { LABEL = label }',
  ];
  return all.filter(() => random(5) === 0).map((make) => make());
}

function script({ random }: Growing, names: Names, inputs: number): string {
  const holes = [...names].filter(([, kind]) => kind !== 'duration' && kind !== 'size');
  const some = [...Array(random(3)).keys()].map(() => `@{${pick(random, holes)[0]}}`);
  for (let n = 0; n < inputs; n++) some.push(`@{in${n}}`);
  const language = pick(random, ['bash', 'bash', 'bash', 'python']);
  const line =
    language === 'bash' ? `cat ${some.join(' ')} > @{data}` : `print(${some.join(', ')})`;
  return `script ${language} """\n    ${line}\n  """`;
}
