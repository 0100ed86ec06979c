import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, braidJson, root, scratch, start, until, write } from './braid.ts';
import { validator } from './schemas.ts';

const text = `workflow stubbed
secret token
location catalogs: dir
param counter: string
step count {
  out n: int = json("n.json").n
  vars { TOKEN = token }
  script bash """
    echo count >> @{counter}
    echo '{"n": 3}' > n.json
  """
}
step work for each i in 1..3 {
  in  n = count.n
  out x: file = "x.txt"
  out y: float = text("y.txt")
  when n < 3
  resources { cpus = 4000, memory = 900 TB }
  env nowhere
  script bash file "bin/missing.sh" args [n, catalogs]
}
step sum {
  in  xs = gather work.x
  in  ys = gather work.y
  out total: file = "total.txt"
  script bash """
    echo sum >> @{counter}
    cat @{xs} > @{total}
  """
}
env nowhere {
  image = "registry.example.org/nothing:1"
}
output total: file = sum.total publish "."
`;

test('a stub run makes everything up, and nothing of it is taken for real', () => {
  const dir = scratch({ 'stubbed.braid': text });
  const args = ['stubbed.braid', '--set', `counter=${join(dir, 'count')}`];
  const stub = braid(dir, ['run', ...args, '--stub']);
  expect(stub.stderr).toContain('no script runs');
  expect(stub.code).toBe(0);
  expect(existsSync(join(dir, 'count'))).toBe(false);
  expect(existsSync(join(dir, 'results'))).toBe(false);
  expect(braid(dir, ['status']).stdout).toContain('of stubbed (stub): succeeded');
  const events = braid(dir, ['events', 'last']).stdout;
  expect(events.match(/ succeeded/g)?.length).toBeGreaterThanOrEqual(5);

  // A second one starts from nothing too, and so does the real one.
  expect(braid(dir, ['run', ...args, '--stub', '--only', 'count']).code).toBe(0);
  const steps = braidJson(dir, ['status', 'last']).steps;
  expect(steps.map((s: { succeeded: number; reused: number }) => [s.succeeded, s.reused])).toEqual([
    [1, 0],
    [0, 0],
    [0, 0],
  ]);
  const real = text
    .replace('vars { TOKEN = token }', '')
    .replace(/^location.*$/m, '')
    .replace(', catalogs', '');
  write(dir, { 'real.braid': real, 'bin/missing.sh': 'true\n' });
  const plan = braidJson(dir, ['plan', 'real.braid', '--set', 'counter=c', '--why']);
  expect(plan.steps.map((s: { upToDate: number }) => s.upToDate)).toEqual([0, 0, 0]);
});

test('a production of 729 instances is run as a stub in seconds, also through a kill', async () => {
  const dir = scratch();
  const file = join(root, 'workflows/examples/02-twinkles.braid');
  const running = start(dir, ['run', file, '--stub', '--json']);
  await until('some instances', () => running.output().split('attempt.ended').length > 200);
  running.process.kill('SIGKILL');
  await running.ended;
  expect(braid(dir, ['resume', 'last']).code).toBe(0);
  const { steps } = braidJson(dir, ['status', 'last']);
  const sum = (name: string) =>
    steps.reduce((total: number, step: Record<string, number>) => total + step[name]!, 0);
  expect([sum('succeeded'), sum('total')]).toEqual([729, 729]);
});

test('fan-out at run time is made up too, as a whole or a slice of it', () => {
  const dir = scratch();
  const file = join(root, 'workflows/examples/04-dynamic-fanout.braid');
  expect(braid(dir, ['run', file, '--stub', '--sample', 'visit=2']).code).toBe(0);
  const { steps } = braidJson(dir, ['status', 'last']);
  // The least that `expect` says: 60 sensors a visit, no cluster.
  expect(steps.map((step: { total: number }) => step.total)).toEqual([2, 120, 1, 0, 1]);
  expect(validator()('runs', braidJson(dir, ['runs']))).toBe('');
  expect(braidJson(dir, ['runs']).items).toMatchObject([{ state: 'succeeded', stub: true }]);
  expect(braid(dir, ['runs']).stdout).toMatch(/ imsim_clusters \(stub\)\n$/);
});
