import { describe, expect, it } from 'vitest';
import { fingerprints, given, runAll, type Settings } from './given.ts';

/** The names of instances whose fingerprints differ between two texts, once both have run. */
async function changed(
  before: string,
  after: string,
  settings: Settings = {},
  settingsAfter: Settings = settings,
): Promise<string[]> {
  const a = fingerprints(runAll(await given(before, settings)));
  const b = fingerprints(runAll(await given(after, settingsAfter)));
  return Object.keys(b).filter((name) => a[name] !== b[name]);
}

const text = `
param nsources: int = 3
param bands: list<string> = ["g", "r"]
record Visit key visit {
  visit: int
  band: string
  seed: int
}
param visits: table<Visit> = csv("visits.csv")
location refs: dir

step catalog for each v in visits {
  out catalog: file = "cat_@{v.visit}.txt"
  script bash """
    make --seed @{v.seed} --n @{nsources} > @{catalog}
  """
}
step image for each v in visits, band in bands {
  in catalog = catalog.catalog
  out image: file = "image.fits"
  resources { memory = 2 GB }
  script bash """
    draw @{catalog} --refs @{refs} --band @{band} -o @{image}
  """
}
step mosaic for each band in bands {
  in images = gather image.image over visit
  out mosaic: file = "mosaic.fits"
  script bash """
    join @{images} > @{mosaic}
  """
}
`;
const files = { 'visits.csv': 'visit,band,seed\n1,g,11\n2,r,12\n' };

describe('a fingerprint does not change with', () => {
  const same = async (from: string | RegExp, to: string) => {
    expect(text).toMatch(from);
    expect(await changed(text, text.replace(from, to), { files })).toEqual([]);
  };
  it('comments and layout', () =>
    same(
      'step catalog for each v in visits {',
      '# why\n\n## a doc\nstep catalog\n    for each v in visits {',
    ));
  it('layout of an expression', () => same('memory = 2 GB', 'memory   =  2   GB'));
  it('resources and their escalation', () =>
    same(
      'resources { memory = 2 GB }',
      'resources { cpus = 4, time = 2 h }\n  retry 3\n  tolerate 5%',
    ));
  it('the names of inputs', () =>
    same(
      /in catalog = catalog.catalog\n([\s\S]*?)draw @\{catalog\}/,
      'in sources = catalog.catalog\n$1draw @{sources}',
    ));
  it('an unused parameter', () => same('location refs', 'param unused: int = 5\nlocation refs'));
  it('the indentation of a script', () => same('\n    join @{images}', '\n        join @{images}'));
  it('a value that is said in another way', () => same('= 3\n', '= 1 + 2\n'));
  it('columns of a table that nothing reads', async () => {
    const more = { 'visits.csv': 'visit,band,seed,note\n1,g,11,x\n2,u,12,y\n' };
    expect(await changed(text, text, { files }, { files: more })).toEqual([]);
  });

  it('the name of its step', async () => {
    const a = fingerprints(runAll(await given(text, { files })));
    const renamed = text
      .replaceAll('image.image', 'drawn.image')
      .replace('step image', 'step drawn');
    const b = fingerprints(runAll(await given(renamed, { files })));
    expect(b['drawn[visit=1, band=g]']).toBe(a['image[visit=1, band=g]']);
    expect(b['mosaic[band=g]']).toBe(a['mosaic[band=g]']);
  });

  it('the order of inputs', async () => {
    const order = (inputs: string) => `
step a {
  out x: file = "x"
  out y: file = "y"
  script bash """
    touch @{x} @{y}
  """
}
step b {
${inputs}
  out z: file = "z"
  script bash """
    cat @{p} @{q} > @{z}
  """
}`;
    const [first, second] = ['  in p = a.x', '  in q = a.y'];
    expect(await changed(order(`${first}\n${second}`), order(`${second}\n${first}`))).toEqual([]);
  });
});

describe('a fingerprint changes with', () => {
  it('a parameter, where its value is used, and downstream', async () => {
    const after = await changed(text, text, { files }, { files, set: [['nsources', '4']] });
    expect(after).toHaveLength(2 + 4 + 2);
  });

  it('a row, in the instances that read it', async () => {
    const rows = { 'visits.csv': 'visit,band,seed\n1,g,99\n2,r,12\n' };
    expect(await changed(text, text, { files }, { files: rows })).toEqual([
      'catalog[visit=1]',
      'image[visit=1, band=g]',
      'image[visit=1, band=r]',
      'mosaic[band=g]',
      'mosaic[band=r]',
    ]);
  });

  it('a new row, only in what gathers it', async () => {
    const rows = { 'visits.csv': 'visit,band,seed\n1,g,11\n2,r,12\n3,g,13\n' };
    expect(await changed(text, text, { files }, { files: rows })).toEqual([
      'catalog[visit=3]',
      'image[visit=3, band=g]',
      'image[visit=3, band=r]',
      'mosaic[band=g]',
      'mosaic[band=r]',
    ]);
  });

  it.each([
    ['the text of a script', 'join @{images}', 'join --fast @{images}'],
    ['the quoting of a value', '--seed @{v.seed}', '--seed "@{v.seed}"'],
    ['the path of an output', '"mosaic.fits"', '"all.fits"'],
    ['the type of an output', 'mosaic: file', 'mosaic: file<fits>'],
    ['the name of an output', /mosaic: file([\s\S]*)@\{mosaic\}/, 'mosaics: file$1@{mosaics}'],
    ['the name of a location', /\brefs\b/g, 'references'],
    ['a variable', '  out mosaic', '  vars { OMP_NUM_THREADS = "4" }\n  out mosaic'],
    ['white space inside a script', 'join @{images}', 'join  @{images}'],
  ])('%s', async (_what, from, to) => {
    expect((await changed(text, text.replace(from, to), { files })).length).toBeGreaterThan(0);
  });

  it('the environment, whatever it is called', async () => {
    const env = (name: string, image: string) => `
env ${name} { image = "${image}" }
step a {
  env ${name}
  out x: file = "x"
  script bash """
    touch @{x}
  """
}`;
    expect(await changed(env('stack', 'v1'), env('dm', 'v1'))).toEqual([]);
    expect(await changed(env('stack', 'v1'), env('stack', 'v2'))).toEqual(['a']);
  });

  it('the content of a file that was there before the run', async () => {
    const program = `
param tool: file = "tool.py"
step a {
  out x: file = "x"
  script bash """
    python3 @{tool} > @{x}
  """
}`;
    const contents = (digest: string) => ({ contents: new Map([['tool.py', digest]]) });
    expect(await changed(program, program, contents('content 1'))).toEqual([]);
    expect(await changed(program, program, contents('content 1'), contents('content 2'))).toEqual([
      'a',
    ]);
  });

  it('the text of a script file, not its path', async () => {
    const at = (path: string) => `
step a {
  out x: file = "x"
  script bash file "${path}"
}`;
    const scripts = (...pairs: [string, string][]) => ({ scripts: new Map(pairs) });
    const one = scripts(['a.sh', 'touch x'], ['b.sh', 'touch x']);
    expect(await changed(at('a.sh'), at('b.sh'), one)).toEqual([]);
    expect(await changed(at('a.sh'), at('a.sh'), one, scripts(['a.sh', 'touch y']))).toEqual(['a']);
  });

  it('not a secret, but that there is one', async () => {
    const secret = (vars: string) => `
secret password
step a {
  out x: file = "x"
  vars { ${vars} }
  script bash """
    load > @{x}
  """
}`;
    const value = (text: string) => ({ secrets: { password: text } });
    const both = secret('A = "1", PGPASSWORD = password');
    expect(await changed(both, both, value('x'), value('y'))).toEqual([]);
    expect(await changed(secret('A = "1"'), both, value('x'))).toEqual(['a']);
  });
});

it('is the same for two equal elements by position: two draws of one meaning', async () => {
  const positions = (list: string) => `
record Model {
  a: float
}
param models: list<Model> = ${list}
step draw for each m in models {
  out x: file = "x"
  script bash """
    draw @{m.a} > @{x}
  """
}`;
  const two = fingerprints(runAll(await given(positions('[{a = 1.5}, {a = 1.5}]'))));
  expect(two['draw[m=0]']).toBe(two['draw[m=1]']);
  const more = fingerprints(runAll(await given(positions('[{a = 0.5}, {a = 1.5}, {a = 1.5}]'))));
  expect(more['draw[m=2]']).toBe(two['draw[m=1]']);
  expect(more['draw[m=0]']).not.toBe(two['draw[m=0]']);
});

describe('a marker', () => {
  const store = `
location repo: store
step load for each i in [1, 2] {
  out done: marker
  script bash """
    load @{repo} @{i}
  """
  undo bash """
    remove @{repo} @{i}
  """
}
step read for each i in [1, 2] {
  in  done = load.done
  out n: int = text("n.txt")
  script bash """
    count @{repo} > n.txt
  """
}
step later {
  after load
  script bash """
    report @{repo}
  """
}
`;
  const changes = (from: string, to: string) => changed(store, store.replace(from, to));

  it('carries what happened into its readers; what only comes after does not hang on it', async () => {
    expect(await changes('load @{repo} @{i}', 'load --all @{repo} @{i}')).toEqual([
      'load[i=1]',
      'load[i=2]',
      'read[i=1]',
      'read[i=2]',
    ]);
  });

  it('nothing hangs on an undo', async () => {
    expect(await changes('remove @{repo}', 'remove --force @{repo}')).toEqual([]);
  });
});
