import { describe, expect, test } from 'vitest';
import { spanText } from '../../../../dsl/index.ts';
import {
  environmentOf,
  findSite,
  knownSites,
  load,
  makeBinder,
  makePlan,
  memoryFiles,
  missingPlaces,
  notRunnable,
  planSummary,
} from '../../../../engine/index.ts';
import { runnerKinds } from '../../../../runners/index.ts';
import { fingerprints, runAll } from '../bind/given.ts';
import { planAt, toldAt } from './at-site.ts';

const coadd = `location refcats: dir
param bands: list<string> = ["g", "r"]
step coadd for each band in bands {
  resources { memory = 4 GB * len(band), cpus = 2 }
  retry 1
  out image: file = "coadd.fits"
  script bash """
    coadd --refs @{refcats} --band @{band} > @{image}
  """
}
`;

const site = (items: string) => `site s {\n  runner slurm { maxMemory = 100 GB }\n${items}\n}\n`;
const filled = '  location refcats = "/data/refcats"';

describe('locations', () => {
  test.each([
    ['"/data/refcats"', '/data/refcats'],
    ['"refcats"', 'at/refcats'],
    ['"../refcats"', 'refcats'],
    ['"~/refcats"', '/home/me/refcats'],
    ['"s3://bucket/refcats"', 's3://bucket/refcats'],
  ])('%s is %s', async (written, path) => {
    const plan = await planAt({ workflow: coadd, site: site(`  location refcats = ${written}`) });
    expect(plan.globals.get('refcats')).toEqual({ kind: 'file', path });
    expect(notRunnable(plan, ['s'])).toEqual([]);
  });

  test('one that is not filled, with the name that was meant', async () => {
    expect(
      await toldAt({ workflow: coadd, site: site('  location refcat = "/data"') }),
    ).toMatchInlineSnapshot(`
      "error[E0902]: location \`refcats\` is not filled
       --> w.braid:2:10
        |
      2 | location refcats: dir
        |          ^^^^^^^ site \`s\` does not say where it is
        = hint: the site has \`location refcat\`: is it meant to be \`refcats\`?"
    `);
  });

  test('one of another type', async () => {
    expect(
      await toldAt({ workflow: coadd, site: site('  location refcats = 5') }),
    ).toMatchInlineSnapshot(`
      "error[E0402]: location \`refcats\`: a dir is needed, not a number
       --> at/x.site:3:22
        |
      3 |   location refcats = 5
        |                      ^
       ::: w.braid:2:10
        |
      2 | location refcats: dir
        |          ------- the workflow says its type here"
    `);
  });

  test('a fingerprint holds their names: another site reruns nothing', async () => {
    const prints = async (path: string) => {
      const plan = await planAt({
        workflow: coadd,
        site: site(
          `  location refcats = "${path}"\n  tune * { resources { memory = memory * 2 } }`,
        ),
      });
      const binder = makeBinder(plan);
      const given = { plan, binder, id: () => 0 };
      return fingerprints(runAll(given));
    };
    const [here, there] = [await prints('/here'), await prints('/there')];
    expect(Object.keys(here)).toEqual(['coadd[band=g]', 'coadd[band=r]']);
    expect(here).toEqual(there);
  });

  test('files and directories that are not there', async () => {
    const plan = await planAt({ workflow: coadd, site: site('  location refcats = "/data"') });
    const bound = plan.site;
    if (!bound) throw new Error('no site');
    const told = async (files: Record<string, string>) =>
      (await missingPlaces(plan.program, bound, memoryFiles(files))).map((d) => d.message);
    expect(await told({})).toEqual(['location `refcats`: `/data` is not there']);
    expect(await told({ '/data': '' })).toEqual(['location `refcats`: `/data` is no directory']);
    expect(await told({ '/data/a': '' })).toEqual([]);
  });
});

describe('parameters', () => {
  const counted = async (set: readonly (readonly [string, string])[], items: string) => {
    const plan = await planAt({ workflow: coadd, site: site(`${filled}\n${items}`), set });
    return plan.instances.min;
  };

  test('default, then the site, then the command', async () => {
    expect(await counted([], '')).toBe(2);
    expect(await counted([], '  param bands = ["u", "g", "r"]')).toBe(3);
    expect(await counted([['bands', 'y']], '  param bands = ["u", "g", "r"]')).toBe(1);
  });

  test('a table beside the site’s file', async () => {
    const workflow = `record Row key id { id: int }
param rows: table<Row>
step a for each r in rows {
  script bash """
    true
  """
}
`;
    const files = { 'at/rows.csv': 'id\n1\n2\n' };
    const plan = await planAt({ workflow, site: site('  param rows = csv("rows.csv")'), files });
    expect(plan.instances.min).toBe(2);
  });

  test('one of another type, and a slip', async () => {
    expect(await toldAt({ workflow: coadd, site: site(`${filled}\n  param bands = 5`) })).toContain(
      'error[E0402]: parameter `bands`: a list<string> is needed, not a number',
    );
    expect(
      await toldAt({ workflow: coadd, site: site(`${filled}\n  param band = ["g"]`) }),
    ).toContain('warning[W0811]: `w` has no parameter `band`');
  });
});

describe('tunes', () => {
  const tuned = async (...tunes: string[]) => {
    const plan = await planAt({ workflow: coadd, site: site([filled, ...tunes].join('\n')) });
    const [step] = plan.steps;
    if (!step) throw new Error('no step');
    return { plan, step: step.step, asks: planSummary(plan).steps[0]?.resources };
  };

  test('a formula over the step’s own, one after another', async () => {
    const { asks } = await tuned(
      '  tune coadd { resources { memory = memory * 1.5, cpus = cpus + 1 } }',
      '  tune co* { resources { memory = max(memory, 5 GB) } }',
      '  tune other { resources { cpus = 99 } }',
    );
    expect(asks).toMatchObject({
      memoryBytes: { min: 6e9, max: 6e9 },
      cpus: { min: 3, max: 3 },
    });
  });

  test('retry, limit, bundle and priority replace the step’s; batch is kept for the runner', async () => {
    const { step, plan } = await tuned(
      '  tune coadd {\n    retry 5 { on oom { memory = memory * 2 } }\n    limit 3 per band\n    bundle 2 by band\n    priority 7\n    batch { partition = "a", qos = "b" }\n  }',
      '  tune * { batch { partition = "milano" } }',
    );
    expect(step.retry && spanText(step.retry.attempts.span)).toBe('5');
    expect(step.limit?.per).toEqual(['band']);
    expect(step.bundle?.by).toEqual(['band']);
    expect(step.priority && spanText(step.priority.span)).toBe('7');
    const batch = [...(plan.site?.batch.get('coadd') ?? [])].map(([name, { value }]) => [
      name,
      value,
    ]);
    expect(batch).toEqual([
      ['partition', 'milano'],
      ['qos', 'b'],
    ]);
  });

  test('per a dimension that the step does not have', async () => {
    const wrong = site(`${filled}\n  tune coadd { limit 3 per bnd }`);
    expect(await toldAt({ workflow: coadd, site: wrong })).toMatchInlineSnapshot(`
      "error[E0302]: \`coadd\` does not vary over \`bnd\`
       --> at/x.site:4:28
        |
      4 |   tune coadd { limit 3 per bnd }
        |                            ^^^
       ::: w.braid:4:6
        |
      4 | step coadd for each band in bands {
        |      ----- this step varies over band
        = hint: did you mean \`band\`?"
    `);
  });

  test('more than the site has', async () => {
    const wrong = site(`${filled}\n  tune coadd { resources { memory = memory * 50 } }`);
    expect(await toldAt({ workflow: coadd, site: wrong })).toMatchInlineSnapshot(`
      "error[E0911]: \`coadd\` asks for 200 GB of memory, site \`s\` has 100 GB
       --> at/x.site:4:37
        |
      2 |   runner slurm { maxMemory = 100 GB }
        |                              ------ the most that one instance gets here
      3 |   location refcats = "/data/refcats"
      4 |   tune coadd { resources { memory = memory * 50 } }
        |                                     ^^^^^^^^^^^
        = hint: \`tune coadd { resources { memory = ... } }\` at the site, or another site"
    `);
  });
});

test('without a site locations are notes, and nothing can be run', async () => {
  const files = memoryFiles({ 'w.braid': `workflow w\n${coadd}` });
  const loaded = await load('w.braid', { files });
  expect(loaded.diagnostics.map((d) => `${d.severity} ${d.code}`)).toEqual(['note E0902']);
  const { value } = makePlan(loaded.value);
  expect(notRunnable(value).map((d) => `${d.severity} ${d.code}`)).toEqual(['error E0902']);
});

test('a table at a location that nobody has filled', async () => {
  const rows = 'record Row key id { id: int }\nlocation raws: dir\n';
  const told = async (text: string) => {
    const files = memoryFiles({ 'w.braid': `workflow w\n${rows}${text}` });
    const { diagnostics } = await load('w.braid', { files });
    return diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.code} ${d.message}`);
  };
  const wanted = ['E0902 location `raws` is not filled, and a file there is read to make the plan'];
  expect(await told('param rows: table<Row> = csv("@{raws}/rows.csv")\n')).toEqual(wanted);
  const step = 'step a for each r in rows {\n  script exec ["a", r.id]\n}\n';
  expect(await told(`let rows: table<Row> = csv("@{raws}/rows.csv")\n${step}`)).toEqual(wanted);
});

test('a library at a site: its steps are tuned, its locations filled, its environments had', async () => {
  const library = `workflow lib
param n: int = 2
location refs: dir
env stack { image = "x/y" }
step measure for each i in 1..n {
  env stack
  resources { memory = 1 GB }
  out x: file = "x.txt"
  script bash """
    measure @{refs} @{i} > @{x}
  """
}
output all: list<file> = gather measure.x
`;
  const workflow = 'use "lib.braid" as lib\ncall lib as objects {\n}\n';
  const items = (runtime: string) =>
    `  location refs = "/refs"\n  env stack { runtime = "${runtime}" }\n  tune *.measure { resources { memory = memory * 3 } }`;
  const files = { 'lib.braid': library };
  const plan = await planAt({ workflow, site: site(items('apptainer')), files });
  const [summary] = planSummary(plan).steps;
  expect(summary?.name).toBe('objects.measure');
  expect(summary?.resources.memoryBytes).toEqual({ min: 3e9, max: 3e9 });
  expect(plan.globals.get('refs')).toEqual({ kind: 'file', path: '/refs' });
  const [name = ''] = plan.program.environments.keys();
  expect(environmentOf(plan, name)?.fields).toEqual({ image: 'x/y', runtime: 'apptainer' });
  expect(await toldAt({ workflow, site: site(items('cvmfs')), files })).toContain(
    'error[E0912]: site `s` cannot provide env `stack`',
  );
});

describe('where a site is', () => {
  const files = memoryFiles({
    'sites/a.site': 'site one { runner local }\nsite two { runner slurm }\n',
    'sites/readme.txt': 'no site',
    'more/b.site': 'site two { runner panda { queue = "q" } }\nsite three { runner\n}\n',
  });
  const places = {
    files,
    directories: ['sites', 'nowhere', 'more', 'sites'],
    nameOf: (p: string) => p,
  };
  const found = async (reference: string) => {
    const { value, diagnostics } = await findSite(reference, '/here', places);
    return value ? `${value.path}#${value.name}` : diagnostics.map((d) => `${d.message} ${d.hint}`);
  };

  test('the first of its name counts; what cannot be read is known by its name', async () => {
    const known = await knownSites(places);
    const lines = known.map((s) => `${s.name} ${s.runner} ${s.path}${s.isHidden ? ' hidden' : ''}`);
    expect(lines).toEqual([
      'local local undefined',
      'one local sites/a.site',
      'two slurm sites/a.site',
      'two panda more/b.site hidden',
      'three  more/b.site',
    ]);
  });

  test('by name, by file, by both', async () => {
    expect(await found('two')).toBe('sites/a.site#two');
    expect(await found('local')).toBe('undefined#local');
    expect(await found('x/y.site')).toBe('/here/x/y.site#undefined');
    expect(await found('../y.site#z')).toBe('/y.site#z');
    expect(await found('tow')).toEqual(['there is no site `tow` did you mean `two`?']);
    expect(await found('zzz')).toEqual([
      'there is no site `zzz` name its file: `--site FILE.site`',
    ]);
  });

  test('a file of two sites, and one without', async () => {
    const text = 'site one { runner local }\nsite two { runner local }\n';
    const told = async (name: string | undefined, at: string) => {
      const port = memoryFiles({ 'w.braid': 'workflow w\n', 'x.site': at });
      const choice = { path: 'x.site', name, kinds: runnerKinds, home: undefined };
      const { diagnostics } = await load('w.braid', { files: port, site: choice });
      return diagnostics.map((d) => `${d.code} ${d.message} ${d.hint}`);
    };
    expect(await told(undefined, text)).toEqual([
      'E0910 `x.site` has 2 sites say which: `x.site#one`',
    ]);
    expect(await told('tow', text)).toEqual([
      'E0910 `x.site` has no site `tow` did you mean `two`?',
    ]);
    expect(await told(undefined, '')).toEqual(['E0910 `x.site` has no site undefined']);
    expect(await told('two', text)).toEqual([]);
    expect(await told('one', 'site one {\n  runner local {\n')).toHaveLength(1);
  });
});
