import { expect, test } from 'vitest';
import { linkSites, linkUserChannels } from '../../../../dsl/check/site.ts';
import { fitsPattern } from '../../../../dsl/check/tune-program.ts';
import { parseSite } from '../../../../dsl/syntax/parse.ts';
import { renderDiagnostics } from '../../../../dsl/text/render.ts';
import { runnerKinds } from '../../../../runners/index.ts';

function checked(text: string) {
  const module = parseSite({ name: 'x.site', text });
  const linked = linkSites(module.value, runnerKinds);
  return { sites: linked.value, diagnostics: [...module.diagnostics, ...linked.diagnostics] };
}

/** `E0404 there is no ...`, in the order of the text. */
function told(text: string): string[] {
  return checked(text)
    .diagnostics.toSorted((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0))
    .map(({ code, message, hint }) => `${code} ${message}${hint ? ` [${hint}]` : ''}`);
}

test('a site of every item', () => {
  const { sites, diagnostics } = checked(`site slac {
  runner slurm { account = "rubin:production", maxQueued = 5000, maxMemory = 480 GB, options = ["-A", "x"] }
  storage { work = "/scratch", publish = "/data" }
  location refcats = "/data/refcats"
  param bands = ["g", "r"]
  env stack { runtime = "apptainer", setup = "module load apptainer", options = ["-B", "/sdf"] }
  tune coadd, *.measure {
    resources { memory = memory * 1.25, cpus = 2 }
    retry 3 { on oom { memory = memory * 2 } }
    limit 100 per visit
    bundle 4 by visit
    priority 3
    batch { partition = "milano" }
  }
  channel "desc-ops" = "mailto:desc-ops@slac.stanford.edu"
  channel "log" = ["logger", "-t", "braid"]
}`);
  expect(diagnostics).toEqual([]);
  const [site] = sites;
  expect(site?.runner.kind).toBe('slurm');
  const plain = [...(site?.runner.fields ?? [])].map(([name, { value }]) => [name, value]);
  expect(plain).toEqual([
    ['account', 'rubin:production'],
    ['maxQueued', 5000],
    ['maxMemory', { kind: 'quantity', dimension: 'size', amount: 480e9 }],
    ['options', ['-A', 'x']],
  ]);
  expect(site?.storage.get('publish')?.text).toBe('/data');
  expect(site?.locations.get('refcats')?.value).toBe('/data/refcats');
  expect([...(site?.environments.get('stack')?.lines ?? [])]).toEqual([
    ['setup', ['module load apptainer']],
    ['options', ['-B', '/sdf']],
  ]);
  const [tune] = site?.tunes ?? [];
  expect(tune?.patterns.map(({ text }) => text)).toEqual(['coadd', '*.measure']);
  expect([...(tune?.resources.keys() ?? [])]).toEqual(['memory', 'cpus']);
  expect(tune?.limit?.per.map(({ text }) => text)).toEqual(['visit']);
  expect(tune?.batch.get('partition')?.value).toBe('milano');
  expect([...(site?.channels.values() ?? [])].map(({ kind, name }) => [name, kind])).toEqual([
    ['desc-ops', 'mail'],
    ['log', 'command'],
  ]);
});

test.each([
  [
    'site a { storage { work = "/x" } }',
    ['E0208 site `a` has no runner [add `runner KIND`, where KIND is local, slurm, panda]'],
  ],
  ['site a { runner slrum }', ['E0404 there is no runner `slrum` [did you mean `slurm`?]']],
  [
    'site a { runner local { core = 4 } }',
    ['E0404 `runner local` has no `core` [did you mean `cores`?]'],
  ],
  [
    'site a { runner local { memory = 4 } }',
    ['E0401 `memory` is a size, not an int [give it a unit: `4 GB`]'],
  ],
  ['site a { runner local { memory = 4 gb } }', ['E0107 unknown unit `gb` [did you mean `4 GB`?]']],
  ['site a { runner panda }', ['E0208 `runner panda` needs `queue` [`queue = ...`]']],
  ['site a { runner local\n runner local }', ['E0208 site `a` has `runner` twice']],
  [
    'site local { runner local }',
    ['E0206 `local` is built in [give this site another name, such as `laptop`]'],
  ],
  ['site a { runner local }\nsite a { runner local }', ['E0206 `a` is given twice']],
  [
    'site a { runner local\n storage { works = "/x" } }',
    ['E0404 `storage` has no `works` [did you mean `work`?]'],
  ],
  [
    'site a { runner local\n storage { work = "davs://x/y" } }',
    ['E0401 `davs://x/y` is no directory'],
  ],
  ['site a { runner local\n location x = y }', ['E0201 there is nothing called `y` here']],
  [
    'site a { runner local\n location x = lines("y") }',
    ['E0401 a site reads no files here [write the value out; only a `param` may be a table]'],
  ],
  ['site a { runner local\n location x = "1"\n location x = "2" }', ['E0206 `x` is given twice']],
  [
    'site a { runner local\n env s { runtime = "nose" } }',
    ['E0402 `"nose"` is not a `runtime` [did you mean `"none"`?]'],
  ],
  ['site a { runner local\n env s { run = "none" } }', ['E0404 a site’s `env` has no `run`']],
  [
    'site a { runner local\n tune x { resources { memry = 4 GB } } }',
    ['E0404 there is no resource `memry` [did you mean `memory`?]'],
  ],
  [
    'site a { runner local\n tune x { resources { memory = memory + time } } }',
    ['E0405 cannot add a size and a duration'],
  ],
  [
    'site a { runner local\n tune x { resources { memory = max([memory * i for i in 1..2]) } } }',
    [
      'E0401 a tuned resource is a formula without `for` [such as `memory * 1.25` or `max(memory, 4 GB)`]',
    ],
  ],
  ['site a { runner local\n tune x { bundle 2\n bundle 3 } }', ['E0208 `tune` has `bundle` twice']],
  [
    'site a { runner slurm\n tune x { batch { maxQueued = 4 } } }',
    ['E0404 `batch` has no `maxQueued`'],
  ],
  [
    'site a { runner slurm\n tune x { batch { partitions = "a" } } }',
    ['E0404 `batch` has no `partitions` [did you mean `partition`?]'],
  ],
  [
    'site a { runner local\n channel "x" = 5 }',
    ['E0401 channel `x` is a string, not an int [in quotes: `"5"`]'],
  ],
])('%s', (text, expected) => {
  expect(told(text)).toEqual(expected);
});

test('as printed', () => {
  const { diagnostics } = checked('site a {\n  runner slurm {\n    acount = "x"\n  }\n}\n');
  expect(renderDiagnostics(diagnostics, { color: false })).toMatchInlineSnapshot(`
    "error[E0404]: \`runner slurm\` has no \`acount\`
     --> x.site:3:5
      |
    3 |     acount = "x"
      |     ^^^^^^ it has account, partition, qos, constraint, reservation, licenses, exclude, exclusive, options, host, maxQueued, maxCores, maxMemory, maxTime, maxDisk, maxGpus, poll
      = hint: did you mean \`account\`?"
  `);
});

test('the patterns of tune', () => {
  expect(fitsPattern('coadd', 'coadd')).toBe(true);
  expect(fitsPattern('coadd', 'coadds')).toBe(false);
  expect(fitsPattern('*.measure', 'objects.measure')).toBe(true);
  expect(fitsPattern('*.measure', 'measure')).toBe(false);
  expect(fitsPattern('make*', 'makeWarp')).toBe(true);
  expect(fitsPattern('*', 'a.b')).toBe(true);
  expect(fitsPattern('a.b', 'axb')).toBe(false);
});

test('a user’s own file holds channels, for any site or one', () => {
  const module = parseSite({
    name: 'config.site',
    text: 'site any { channel "ops" = "https://x.org/a" }\nsite slac { runner slurm }',
  });
  const { value, diagnostics } = linkUserChannels(module.value);
  expect(value.get('any')?.get('ops')).toMatchObject({ kind: 'webhook', url: 'https://x.org/a' });
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'E0105 `runner` is not something your own file can contain',
  ]);
});
