import { expect, it } from 'vitest';
import { describe, type Given, given, resultOf, world } from './given.ts';

const twoSteps = `
record Visit key visit {
  visit: int
  seed: int
}
param visits: table<Visit> = csv("visits.csv")
param note: string = "it's"
secret password
location refs: dir

step image for each v in visits {
  out image: file<fits> = "e_@{v.visit}.fits"
  out log: file? = "log.txt"
  out sky: float = json("sky.json").level
  script bash """
    simulate --seed @{v.seed} -o @{image} --refs @{refs}
  """
}
step flat for each n in [1, 2] {
  out flat: file = "flat.fits"
  script bash """
    flat @{n} > @{flat}
  """
}
step measure for each v in visits {
  in image = image.image
  in flats = gather flat.flat over n
  out catalog: dir = "cat"
  vars { THREADS = 4, NOTE = note, PGPASSWORD = password }
  resources { memory = 2500 MB, time = 1 h }
  script bash """
    measure @{image} --flats @{flats} -o @{catalog}
  """
}`;
const files = { 'visits.csv': 'visit,seed\n7,1\n8,2\n' };

function ready(from: Given) {
  const standings = world();
  const files = ['e_7.fits', 'e_8.fits', 'flat.fits', 'flat.fits'];
  for (const [instance, file] of files.entries()) {
    const result = resultOf(from, instance, `fp${instance}`, {}, [file]);
    standings.set(instance, { kind: 'result', result });
  }
  return standings;
}

async function prepared(from: Given, name: string, standings = ready(from)) {
  const instance = from.id(name);
  const binding = from.binder.bind(instance, standings);
  if (binding.kind !== 'ready') throw new Error(describe(binding));
  const { resources } = binding;
  return from.binder.prepare(
    {
      instance,
      number: 2,
      run: 'abcdefghij',
      submission: 'braid-abcdefghij-5',
      epoch: 3,
      directory: '/w/runs/abcdefghij/1/0/0/2',
      resources,
      setup: ['module load dm'],
    },
    standings,
  );
}

it('writes all of an attempt that its runner needs', async () => {
  const from = await given(twoSteps, { files, secrets: { password: 'hunter2' } });
  const { file } = await prepared(from, 'measure[visit=7]');
  const directory = '/w/runs/abcdefghij/1/0/0/2';
  expect(file).toEqual({
    format: 1,
    run: 'abcdefghij',
    attempt: '4.2',
    submission: 'braid-abcdefghij-5',
    epoch: 3,
    step: 'measure',
    instance: 'measure[visit=7]',
    command: ['bash', '../script'],
    environment: {
      BRAID_RUN: 'abcdefghij',
      BRAID_STEP: 'measure',
      BRAID_KEY: 'visit=7',
      BRAID_ATTEMPT: '2',
      BRAID_CPUS: '1',
      BRAID_MEMORY_MB: '2500',
      BRAID_SCRATCH: `${directory}/work`,
      BRAID_FAILED_LINE: `${directory}/failed-line`,
      THREADS: '4',
      NOTE: "it's",
    },
    secrets: { PGPASSWORD: 'password' },
    setup: ['module load dm'],
    resources: {
      cpus: 1,
      memoryBytes: 2_500_000_000,
      timeMs: 3_600_000,
      diskBytes: undefined,
      gpus: 0,
    },
    links: [{ path: 'in/image/e_7.fits', target: '/runs/r/image[visit=7]/work/e_7.fits' }],
    preludeLines: 5,
    outputs: [{ name: 'catalog', path: 'cat', kind: 'dir', optional: false }],
  });
});

it('hands paths over that hold after a `cd`: links of single inputs, gathered ones in place', async () => {
  const from = await given(twoSteps, { files });
  const { script } = await prepared(from, 'measure[visit=8]');
  const work = '/w/runs/abcdefghij/1/0/0/2/work';
  expect(script).toContain(`${work}/in/image/e_8.fits`);
  expect(script).toContain(`${work}/cat`);
  expect(script).toContain('/runs/r/flat[n=2]/work/flat.fits');
  expect(script).not.toContain('@/');
});

it('lists outputs that may be missing as optional, and no values', async () => {
  const from = await given(twoSteps, { files });
  const { file } = await prepared(from, 'image[visit=7]');
  expect(file.outputs).toEqual([
    { name: 'image', path: 'e_7.fits', kind: 'file', optional: false },
    { name: 'log', path: 'log.txt', kind: 'file', optional: true },
  ]);
});

it('never writes a secret', async () => {
  const from = await given(twoSteps, { files, secrets: { password: 'hunter2' } });
  const attempt = await prepared(from, 'measure[visit=7]');
  expect(JSON.stringify(attempt)).not.toContain('hunter2');
  expect(from.binder.secrets()).toEqual({ password: 'hunter2' });
});

it('gives tables and file lists as files beside the script', async () => {
  const from = await given(
    `${twoSteps}
step pack {
  in all = gather image.image over visit
  out tar: file = "all.tar"
  script bash """
    tar -T @{filelist(all)} -cf @{tar} --meta @{visits}
  """
}`,
    { files },
  );
  const { lists = [], script } = await prepared(from, 'pack');
  expect(lists.map(({ text }) => text)).toEqual([
    '/runs/r/image[visit=7]/work/e_7.fits\n/runs/r/image[visit=8]/work/e_8.fits\n',
    'visit,seed\n7,1\n8,2\n',
  ]);
  for (const { path } of lists) expect(script).toContain(`/w/runs/abcdefghij/1/0/0/2/${path}`);
});

it('runs a script file from a copy, and `exec` without one', async () => {
  const from = await given(
    `
step file {
  script bash file "run.sh" args ["a b", 3]
}
step exec {
  out x: file = "x"
  script exec ["touch", x]
}`,
    { scripts: new Map([['run.sh', 'echo "$@"\n']]) },
  );
  const file = await prepared(from, 'file', world());
  expect(file.script).toBe('echo "$@"\n');
  expect(file.file.command).toEqual(['bash', '../script', 'a b', '3']);
  const exec = await prepared(from, 'exec', world());
  expect(exec.script).toBeUndefined();
  expect(exec.file.command).toEqual(['touch', '/w/runs/abcdefghij/1/0/0/2/work/x']);
});

it('refuses an output that leads out of the scratch directory', async () => {
  const from = await given(
    `
param name: string = "x"
step a {
  out x: file = "../@{name}"
  script bash """
    touch @{x}
  """
}`,
  );
  expect(describe(from.binder.bind(0, world()))).toBe(
    'invalid: E0711 `../x` is no path inside the scratch directory',
  );
});
