import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, braidJson, scratch, start, until, write } from './braid.ts';
import { validator } from './schemas.ts';

const validate = validator();

const workflow = `workflow w
location refs: dir
param n: int = 1
env stack { image = "ghcr.io/x/y:1" }
step make for each i in 1..n {
  env stack
  resources { memory = 100 MB }
  out x: file = "x.txt"
  script bash """
    cat @{refs}/a.txt > @{x}
    echo "$WHERE" >> @{x}
  """
}
step wait {
  in  xs = gather make.x
  out all: file = "all.txt"
  script bash """
    while [ ! -e @{refs}/go ]; do sleep 0.05; done
    cat @{xs} > @{all}
  """
}
output all = wait.all publish "made"
`;

const laptop = `site laptop {
  runner local { cores = 2, memory = 1 GB }
  storage { work = "../scratch", publish = "../published" }
  location refs = "../data"
  env stack { runtime = "none", setup = "export WHERE=laptop" }
  param n = 3
  tune make { resources { memory = memory * 2 } }
}
site cluster {
  runner slurm { account = "x", maxMemory = 50 MB }
  location refs = "/nowhere"
  tune make { batch { partition = "long" } }
}
`;

const files = {
  'w.braid': workflow,
  'sites/my.site': laptop,
  'data/a.txt': 'a\n',
  'data/go': '',
  'other/a.txt': 'b\n',
  'other/go': '',
};

test('a run at a site: places, values, resources, results; another site reruns nothing', () => {
  const dir = scratch(files);
  expect(braid(dir, ['check', 'w.braid', '--site', 'laptop']).stderr).toBe('');
  const plan = braidJson(dir, ['plan', 'w.braid', '--site', 'laptop']);
  expect(validate('plan', plan)).toBe('');
  expect(plan.site).toEqual({ name: 'laptop', runner: 'local', batch: {} });
  expect(plan.locations).toEqual([{ name: 'refs', value: join(dir, 'data') }]);
  expect(plan.steps[0].resources.memoryBytes).toEqual({ min: 2e8, max: 2e8 });

  const ran = braid(dir, ['run', 'w.braid', '--site', 'laptop']);
  expect(ran.code, ran.stderr).toBe(0);
  const published = join(dir, 'published/made/all.txt');
  expect(readFileSync(published, 'utf8')).toBe('a\nlaptop\n'.repeat(3));
  const [created] = braid(dir, ['events', 'last', '--json']).stdout.split('\n');
  const { event } = JSON.parse(created ?? '');
  expect(validate('event', JSON.parse(created ?? ''))).toBe('');
  expect(event.site).toBe('laptop');
  expect(event.settings.site).toEqual({ path: join(dir, 'sites/my.site'), name: 'laptop' });

  // Attempts are where the site works, and are found there.
  const [run = ''] = readdirSync(join(dir, 'scratch'));
  expect(existsSync(join(dir, 'scratch', run, '0/0/2/1/exit.json'))).toBe(true);
  expect(existsSync(join(dir, '.braid/runs', run, '0'))).toBe(false);
  expect(braid(dir, ['logs', 'last', 'make[i=2]']).code).toBe(0);

  const [text = ''] = laptop.split('site cluster');
  const elsewhere = text.replace('site laptop', 'site desk').replaceAll('"../', '"');
  write(dir, { 'desk.site': elsewhere.replace('"data"', '"other"') });
  const again = braid(dir, ['run', 'w.braid', '--site', 'desk.site']);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr + again.stdout).toContain('4 reused');
  expect(braid(dir, ['clean', run, '--yes']).code).toBe(0);
  expect(readdirSync(join(dir, 'scratch'))).not.toContain(run);
});

test('a resumed run has the site as it was, whatever its file says now', async () => {
  const { 'data/go': _, ...without } = files;
  const dir = scratch(without);
  const engine = start(dir, ['run', 'w.braid', '--site', 'laptop']);
  const work = join(dir, 'scratch');
  await until('the second step waits', () => {
    const [run] = existsSync(work) ? readdirSync(work) : [];
    return run !== undefined && existsSync(join(work, run, '1/0/0/1/claim'));
  });
  engine.process.kill('SIGKILL');
  await engine.ended;
  write(dir, { 'sites/my.site': 'site laptop { runner nothing }', 'data/go': '' });
  expect(braid(dir, ['site', 'check', 'laptop']).code).toBe(1);
  const resumed = braid(dir, ['resume', 'last']);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(readFileSync(join(dir, 'published/made/all.txt'), 'utf8')).toBe('a\nlaptop\n'.repeat(3));
  expect(braidJson(dir, ['status']).state).toBe('succeeded');
});

test('a site that cannot run it: nothing is started', () => {
  const dir = scratch(files);
  const told = (...args: string[]) =>
    braidJson(dir, args).items.map(
      (d: { code: string; severity: string }) => `${d.severity} ${d.code}`,
    );
  expect(told('check', 'w.braid', '--site', 'cluster', '--site', 'laptop')).toEqual([
    'error E0911',
    'error E0912',
  ]);
  const plan = braidJson(dir, ['plan', 'w.braid', '--site', 'cluster']);
  expect(validate('plan', plan)).toBe('');
  expect(plan.site.batch).toEqual({ make: { partition: 'long' } });
  const ran = braid(dir, ['run', 'w.braid', '--site', 'cluster']);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('error[E0913]: site `cluster` has `runner slurm`');
  const without = braid(dir, ['run', 'w.braid']);
  expect(without.stderr).toContain('error[E0902]: location `refs` is not filled');
  write(dir, { 'sites/my.site': laptop.replace('../data', '../gone') });
  expect(braid(dir, ['run', 'w.braid', '--site', 'laptop']).stderr).toContain('error[E0914]');
  expect(braid(dir, ['plan', 'w.braid', '--site', 'labtop']).stderr).toContain(
    'did you mean `laptop`?',
  );
  expect(existsSync(join(dir, '.braid'))).toBe(false);
});

test('site list, show and check', () => {
  const dir = scratch({ ...files, 'mine/x.site': 'site laptop { runner local }\n' });
  const env = { BRAID_SITES: join(dir, 'mine'), XDG_CONFIG_HOME: join(dir, 'config') };
  const json = (...args: string[]) =>
    JSON.parse(braid(dir, ['site', ...args, '--json'], { env }).stdout);
  const list = json('list');
  expect(validate('site-list', list)).toBe('');
  expect(list.items.map((i: { name: string; hidden: boolean }) => [i.name, i.hidden])).toEqual([
    ['local', false],
    ['laptop', false],
    ['cluster', false],
    ['laptop', true],
  ]);
  expect(validate('site', json('show', 'local'))).toBe('');
  expect(validate('site', json('show', 'laptop'))).toBe('');
  const checked = braid(dir, ['site', 'check', 'cluster'], { env });
  expect(checked.code, checked.stderr).toBe(0);
  expect(checked.stderr).toContain('note[E0913]');
});
