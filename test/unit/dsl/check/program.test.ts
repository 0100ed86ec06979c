import { describe, expect, test } from 'vitest';
import type { Read, Step } from '../../../../dsl/program.ts';
import type { Expression } from '../../../../dsl/syntax/tree.ts';
import { spanText } from '../../../../dsl/text/source.ts';
import { codes, linked, program } from './check.ts';

const text = (node: { span: Parameters<typeof spanText>[0] } | undefined): string | undefined =>
  node && spanText(node.span);

const workflow = program(
  `workflow demo version "2.1"
type Band = "g" | "r"
record Visit key visit { visit: int, band: Band, template: int }
record Sensor key sensor { sensor: string, nsources: int }
param visits: table<Visit> = csv("v.csv")
param limit0: int = 3 where limit0 > 0
let half = limit0 / 2
secret token
env stack { image = "scipipe", setup = ["setup lsst_distrib"] }
env other { pip = "numpy" }
defaults {
  env stack
  resources { cpus = 1, memory = 4 GB }
  vars { A = "1", B = "2" }
  retry 2
}
## Trims.
step trim for each v in visits {
  out sensors: table<Sensor> = csv("s.csv") expect 60..189
  out catalog: file = "c"
  vars { B = token }
  script bash """
    trim @{v.visit}
  """
}
step imsim for each v in visits, s in trim.sensors where s.nsources > limit0 {
  in  catalog = trim.catalog
  out image: file<fits> = "i"
  env other
  resources { memory = 1 GB * s.nsources }
  retry 3 {
    on exit(3, 4) | oom { memory = memory * 2 }
    on any
  }
  bundle 64 by visit
  limit 4 per visit
  tolerate 5%
  priority limit0
  when s.nsources > 1
  script bash """
    imsim @{catalog} @{s.sensor} @{image}
  """
}
step coadd for each (band) in visits where band != "g" {
  in  images = gather imsim.image over visit, sensor via visits where visit > 3
  in  keys = gather imsim.sensor over visit, sensor ?? []
  in  size = 5
  let count = len(images)
  let twice = 2 * size
  out image: file = "c_@{band}"
  when count > 0
  script bash """
    coadd @{images} @{image} @{keys} @{twice}
  """
}
step compare for each v in visits {
  in  before = previous compare.image over visit ?? none
  in  mine = trim[visit = v.template].catalog
  out image: file = "i"
  after any imsim failed | blocked
  script python """
    print(@{before}, @{mine}, @{image})
  """
}
step stars for each f in files("*.fits"), i in 1..2 {
  script bash """
    stars @{f} @{i}
  """
}
output images: list<file> = gather compare.image over visit publish "c/@{visit}"
`,
);

function step(name: string): Step {
  const found = workflow.steps.find((s) => s.name === name);
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
}

function read(name: string, input: number): Partial<Read> {
  const found = step(name).inputs[input]?.reads[0];
  if (found === undefined) throw new Error(`${name} reads nothing there`);
  const { node, span, via, where, selectors, ...rest } = found;
  return rest;
}

describe('the Program of a workflow', () => {
  test('header, params, lets', () => {
    expect(workflow).toMatchObject({ name: 'demo', version: '2.1', language: 1 });
    expect(workflow.params.map((p) => [p.name, p.type.kind, text(p.where)])).toEqual([
      ['visits', 'table', undefined],
      ['limit0', 'int', 'limit0 > 0'],
    ]);
    expect(workflow.lets).toMatchObject([{ name: 'half', type: { kind: 'float' }, phase: 'plan' }]);
    expect(workflow.secrets).toEqual(['token']);
    expect([...workflow.environments.keys()]).toEqual(['stack', 'other']);
    expect(workflow.records.get('Visit')?.key).toEqual(['visit']);
    expect(workflow.types.get('Band')?.values).toEqual(['g', 'r']);
  });

  test('dimensions in their order', () => {
    expect(step('imsim').dimensions).toEqual([
      { name: 'visit', type: { kind: 'int' }, positional: false, dynamic: false },
      { name: 'sensor', type: { kind: 'string' }, positional: false, dynamic: true },
    ]);
    expect(step('stars').dimensions).toMatchObject([
      { name: 'f', type: { kind: 'int' }, positional: true },
      { name: 'i', type: { kind: 'int' }, positional: false },
    ]);
    expect(step('coadd').dimensions).toMatchObject([{ name: 'band', type: { kind: 'closed' } }]);
  });

  test('generators', () => {
    const shape = (name: string) =>
      step(name).generators.map((g) => [g.form, g.variable, g.dimensions, g.dynamic?.step]);
    expect(shape('imsim')).toEqual([
      ['rows', 'v', ['visit'], undefined],
      ['rows', 's', ['sensor'], 'trim'],
    ]);
    expect(shape('coadd')).toEqual([['columns', undefined, ['band'], undefined]]);
    expect(shape('stars')).toEqual([
      ['list', 'f', ['f'], undefined],
      ['list', 'i', ['i'], undefined],
    ]);
    const dynamic = step('imsim').generators[1]?.dynamic;
    expect([text(dynamic?.expect?.min), text(dynamic?.expect?.max)]).toEqual(['60', '189']);
    expect(step('stars').generators[0]?.elementType).toEqual({ kind: 'file', tag: undefined });
  });

  test('phases: what steps make is known at run time', () => {
    expect(step('imsim').where?.phase).toBe('run');
    expect(step('imsim').when?.phase).toBe('run');
    expect(step('coadd').where?.phase).toBe('plan');
    expect(step('coadd').when?.phase).toBe('run');
    expect(step('coadd').lets.map((l) => [l.name, l.phase])).toEqual([
      ['count', 'run'],
      ['twice', 'plan'],
    ]);
  });

  test('reads', () => {
    expect(read('imsim', 0)).toEqual({
      kind: 'match',
      step: 'trim',
      output: 'catalog',
      isKey: false,
      matched: ['visit'],
      over: [],
      allowsAbsent: false,
      allowsEmpty: false,
    });
    expect(read('coadd', 1)).toMatchObject({
      kind: 'gather',
      isKey: true,
      output: 'sensor',
      allowsEmpty: true,
    });
    expect(step('coadd').inputs[2]?.reads).toEqual([]);
  });

  test('a gather by way of a table, with a condition on its members', () => {
    expect(read('coadd', 0)).toMatchObject({
      kind: 'gather',
      matched: [],
      over: ['visit', 'sensor'],
    });
    const full = step('coadd').inputs[0]?.reads[0];
    expect(full?.via).toMatchObject({ kind: 'table', record: { name: 'Visit' } });
    expect(full?.where?.phase).toBe('plan');
  });

  test('a gather that a `let` of `when` counts may be empty', () => {
    expect(read('coadd', 0)).toMatchObject({ allowsEmpty: true });
  });

  test('previous and selections', () => {
    expect(read('compare', 0)).toMatchObject({
      kind: 'previous',
      over: ['visit'],
      matched: [],
      allowsAbsent: true,
    });
    expect(step('compare').inputs[0]).toMatchObject({
      mayBeAbsent: true,
      type: { kind: 'optional', of: { kind: 'file' } },
    });
    const selected = step('compare').inputs[1]?.reads[0];
    expect(selected?.selectors.map((s) => [s.dimension, text(s.value), s.bound])).toEqual([
      ['visit', 'v.template', undefined],
    ]);
    expect(selected?.matched).toEqual([]);
  });

  test('defaults: resources and vars by field, the rest as a whole', () => {
    const fields = (map: ReadonlyMap<string, Expression>) =>
      Object.fromEntries([...map].map(([name, value]) => [name, text(value)]));
    expect(fields(step('imsim').resources)).toEqual({ cpus: '1', memory: '1 GB * s.nsources' });
    expect(fields(step('trim').vars)).toEqual({ A: '"1"', B: 'token' });
    expect(step('trim')).toMatchObject({ environment: 'stack', doc: 'Trims.' });
    expect(step('imsim').environment).toBe('other');
    expect(step('trim').retry?.clauses).toBeUndefined();
    expect(step('imsim').retry?.clauses).toMatchObject([
      {
        causes: [
          { name: 'exit', codes: [3, 4] },
          { name: 'oom', codes: [] },
        ],
      },
      { causes: [{ name: 'any', codes: [] }] },
    ]);
    expect(step('imsim')).toMatchObject({ bundle: { by: ['visit'] }, limit: { per: ['visit'] } });
    expect(text(step('imsim').tolerate)).toBe('5%');
    expect(text(step('imsim').priority)).toBe('limit0');
  });

  test('after, outputs, scripts', () => {
    expect(step('compare').after).toMatchObject([
      { target: 'imsim', quantifier: 'any', statuses: ['failed', 'blocked'] },
    ]);
    expect(workflow.outputs).toMatchObject([
      { name: 'images', reads: [{ kind: 'gather', step: 'compare', over: ['visit'] }] },
    ]);
    expect(text(workflow.outputs[0]?.publish)).toBe('"c/@{visit}"');
    expect(step('trim').script).toMatchObject({ form: 'inline', language: 'bash' });
  });

  test('types of expressions', () => {
    const when = step('coadd').when?.expression;
    expect(when && workflow.typeOf(when)).toEqual({ kind: 'bool' });
    const [images] = step('coadd').inputs;
    expect(images?.type).toEqual({ kind: 'list', element: { kind: 'file', tag: 'fits' } });
    expect(images && workflow.typeOf(images.source)).toEqual(images?.type);
  });
});

describe('what follows a run or an instance', () => {
  const text = `workflow w
location repo: store
let channel = "desc-ops"
notify channel on failed, finished
step s for each visit in [1, 2] {
  out image: file = "i.fits"
  out m: marker
  pin slac
  register image as "RAW" at "/raw/@{visit}" { visit = visit, band = "g" }
  script bash """
    ingest @{repo} > @{image}
  """
  undo bash """
    remove @{repo} @{visit} @{image}
  """
}`;

  test('notify, register, pin and undo are in the program', () => {
    const found = program(text);
    expect(found.notifications.map((n) => n.on)).toEqual([['failed', 'finished']]);
    const [step] = found.steps;
    expect(step?.pin).toBe('slac');
    expect(step?.registers.map((r) => [r.output, [...r.attributes.keys()]])).toEqual([
      ['image', ['visit', 'band']],
    ]);
    expect(step?.undo?.form === 'inline' && step.undo.segments.length).toBeGreaterThan(5);
  });

  test.each([
    ['notify channel on failed', 'notify 3 on failed', 'E0401'],
    ['on failed, finished', 'on blocked', 'E0402'],
    ['register image', 'register imag', 'E0203'],
    ['register image', 'register m', 'E0401'],
    ['band = "g"', 'band = 3 s', 'E0401'],
    ['at "/raw/@{visit}"', 'at 5', 'E0401'],
    ['remove @{repo}', 'remove @{rep}', 'E0201'],
    ['pin slac', 'pin slac\n  pin bnl', 'E0208'],
  ])('%s as %s is %s', (from, to, code) => {
    expect(codes(text.replace(from, to))).toEqual([code]);
  });
});

test('a secret is handed over as it is, and only that', () => {
  const codesOf = (value: string) =>
    codes(`workflow w
secret token
secret other
param flag: bool = true
step s {
  vars { TOKEN = ${value} }
  script bash """
    use "$TOKEN"
  """
}`);
  expect(codesOf('token')).toEqual([]);
  expect(codesOf('if flag then token else other')).toEqual(['E0603']);
  expect(codesOf('"Bearer @{token}"')).toEqual(['E0603']);
});

test('no text makes the checker throw', () => {
  for (const source of [
    '',
    'workflow',
    'step {',
    'workflow w\nstep s for each',
    'workflow w\nlet x',
  ]) {
    expect(linked(source).diagnostics.length).toBeGreaterThan(0);
  }
});
