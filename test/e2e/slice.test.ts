import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lacks } from '../setup/needs.ts';
import { braid, braidAtTerminal, braidJson, scratch, start, until, write } from './braid.ts';

const text = `workflow sliced version "1.0"
record Visit key visit { visit: int, band: string }
param visits: table<Visit> = csv("visits.csv")
param counter: string
param gate: string = "/"
step raw for each v in visits {
  out x: file = "x.txt"
  script bash """
    echo raw @{v.visit} >> @{counter}
    until [ -e @{gate} ]; do sleep 0.05; done
    echo @{v.visit} > @{x}
  """
}
step coadd for each (band) in visits {
  in  raws = gather raw.x over visit via visits
  out x: file = "x.txt"
  script bash """
    echo coadd @{band} >> @{counter}
    cat @{raws} > @{x}
  """
}
step measure for each v in visits {
  in  raw = raw.x
  out x: file = "x.txt"
  script bash """
    echo measure @{v.visit} >> @{counter}
    cp @{raw} @{x}
  """
}
`;

function directory() {
  const dir = scratch({
    'sliced.braid': text,
    'visits.csv': 'visit,band\n1,g\n2,g\n3,r\n',
  });
  const counter = join(dir, 'count');
  const executed = () => {
    const lines = existsSync(counter) ? readFileSync(counter, 'utf8').trim().split('\n') : [];
    write(dir, { count: '' });
    return lines.filter((line) => line !== '').sort();
  };
  return { dir, executed, args: ['sliced.braid', '--set', `counter=${counter}`] };
}

test('a slice runs alone, and a full run later reuses what it has made', () => {
  const { dir, executed, args } = directory();
  const plan = braidJson(dir, ['plan', ...args, '--only', 'measure[visit=2] | coadd[band=r]']);
  expect(plan.instances).toEqual({ min: 4, max: 4 });

  expect(braid(dir, ['run', ...args, '--only', 'visit=2']).code).toBe(0);
  expect(executed()).toEqual(['measure 2', 'raw 2']);
  expect(braid(dir, ['run', ...args, '--sample', 'visit=1']).code).toBe(0);
  expect(executed()).toEqual(['coadd g', 'measure 1', 'raw 1']);
  expect(braid(dir, ['run', ...args]).code).toBe(0);
  // The coadd of the sample had one visit less.
  expect(executed()).toEqual(['coadd g', 'coadd r', 'measure 3', 'raw 3']);
  expect(braid(dir, ['run', ...args, '--only', 'coadd']).code).toBe(0);
  expect(executed()).toEqual([]);
  const status = braidJson(dir, ['status', 'last']);
  expect(status.steps.map((step: { reused: number }) => step.reused)).toEqual([3, 2, 0]);

  const graph = braid(dir, [
    'graph',
    ...args,
    '--instances',
    '--format',
    'json',
    '--only',
    'coadd[band=r]',
  ]);
  expect(JSON.parse(graph.stdout).nodes).toHaveLength(2);
});

test('a resumed run has the slice that it began with; selectors of a run say what is wrong', async () => {
  const { dir, executed, args } = directory();
  const gate = join(dir, 'gate');
  const running = start(dir, [
    'run',
    ...args,
    '--set',
    `gate=${gate}`,
    '--only',
    'measure[visit=3]',
  ]);
  await until('the first script', () => existsSync(join(dir, 'count')));
  running.process.kill('SIGKILL');
  await running.ended;
  write(dir, { gate: '', 'sliced.braid': 'workflow other' });
  if (!lacks('script')) {
    const asked = braidAtTerminal(dir, ['resume', 'last'], 'n\n');
    expect(asked).toContain('2 of 2 instances are left');
    expect(asked).toContain('go on? [y/N]');
    expect(asked).toContain('nothing was done');
    expect(braidJson(dir, ['runs']).items[0].state).toBe('interrupted');
  }
  expect(braid(dir, ['resume', 'last']).code).toBe(0);
  expect(executed()).toEqual(['measure 3', 'raw 3']);

  const wrong = braid(dir, ['why', 'last', 'measure[visit=2]']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('error[E1007]: `visit` has no key 2');
  const misspelt = braid(dir, ['retry', 'last', 'mesure', '--yes']);
  expect(misspelt.code).toBe(2);
  expect(misspelt.stderr).toContain('did you mean `measure`?');
  expect(braid(dir, ['logs', 'last', 'measure[visit=3]']).code).toBe(0);
});
