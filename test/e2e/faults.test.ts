import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, braidJson, scratch, start, until } from './braid.ts';

/** Each payload makes one file of its own and appends to a count, so that the count is the payload's. */
const counted = `workflow counted
param count: string
param pause: string = "0.02"
step one for each i in 1..100 {
  out x: file = "x"
  script bash """
    echo one @{i} >> @{count}
    sleep @{pause}
    echo @{i} > @{x}
  """
}
step two for each i in 1..99 {
  in  x = one.x
  out y: file = "y"
  script bash """
    echo two @{i} >> @{count}
    cp @{x} @{y}
  """
}
step all {
  in  ys = gather two.y
  out z: file = "z"
  script bash """
    echo all >> @{count}
    cat @{ys} > @{z}
  """
}
`;

function lines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter(Boolean) : [];
}

/** A deterministic sequence of numbers in [0, 1), from a seed (mulberry32). */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test('killed with -9 at 20 random moments of 200 instances: each executed exactly once', async () => {
  const dir = scratch({ 'counted.braid': counted });
  const count = join(dir, 'count');
  const random = sequence(Number(process.env.SEED ?? 20260722));
  let args = ['run', '-j', '2', 'counted.braid', '--set', `count=${count}`];
  let kills = 0;
  for (let life = 0; life < 20; life++) {
    const before = lines(count).length;
    const engine = start(dir, args);
    const target = before + Math.floor(random() * 12);
    const ended = await until('some payloads, or the end', () => {
      if (engine.process.exitCode !== null) return 'ended';
      return lines(count).length > target && 'far enough';
    });
    if (ended === 'ended') break;
    const extraMs = Math.floor(random() * 40);
    await new Promise((resolve) => setTimeout(resolve, extraMs));
    // The launcher execs node, so this is the engine itself.
    if (engine.process.kill('SIGKILL')) kills += 1;
    await engine.ended;
    if (existsSync(join(dir, '.braid/runs')) && readdirSync(join(dir, '.braid/runs')).length > 0) {
      args = ['resume', 'last', '-j', '2'];
    }
  }
  const last = braid(dir, args);
  expect(last.code, last.stderr).toBe(0);
  expect(kills).toBe(20);
  const executed = lines(count);
  expect(executed.length).toBe(200);
  expect(new Set(executed).size).toBe(200);
  const status = braidJson(dir, ['status', 'last']);
  expect(status.state).toBe('succeeded');
  expect(braidJson(dir, ['runs']).items).toHaveLength(1);
});

test('a second terminal reads, holds, releases and cancels a live run', async () => {
  const text = `workflow live
param gate: string
step first for each i in 1..2 {
  out x: file = "x"
  script bash """
    until [ -e @{gate} ]; do sleep 0.05; done
    echo @{i} > @{x}
  """
}
step second for each i in 1..2 {
  in  x = first.x
  out y: file = "y"
  script bash """
    cp @{x} @{y}
  """
}
`;
  const dir = scratch({ 'live.braid': text });
  const gate = join(dir, 'gate');
  const engine = start(dir, ['run', '-j', '2', 'live.braid', '--set', `gate=${gate}`]);
  const counts = (name: string) => {
    const ended = braid(dir, ['status', 'last', '--json']);
    if (ended.code !== 0) return undefined;
    return JSON.parse(ended.stdout).steps.find((step: { name: string }) => step.name === name);
  };
  await until('both at work', () => counts('first')?.running === 2);

  expect(braid(dir, ['hold', 'last', 'second[i=1]', '--yes']).code).toBe(0);
  await until('held', () => counts('second')?.held === 1);
  expect(braid(dir, ['cancel', 'last', 'first[i=2]', '--yes']).code).toBe(0);
  await until('cancelled', () => counts('first')?.cancelled === 1);
  braid(dir, ['shell', 'last', 'first[i=1]'], { env: { SHELL: '/bin/true' } });
  const opened = start(dir, ['attach', 'last']);
  expect(braid(dir, ['release', 'last', 'second[i=1]', '--yes']).code).toBe(0);
  await until('released', () => counts('second')?.held === 0);
  braid(dir, ['run', 'live.braid', '--set', 'gate=/dev/null', '--set', 'gate=/']);
  expect(braidJson(dir, ['runs']).items).toHaveLength(2);

  const { writeFileSync } = await import('node:fs');
  writeFileSync(gate, '');
  const ended = await engine.ended;
  expect(ended.code).toBe(1);
  expect((await opened.ended).code).toBe(1);
  const runs = braidJson(dir, ['runs']).items;
  expect(runs.map((run: { state: string }) => run.state).sort()).toEqual(['failed', 'succeeded']);
});

test('Ctrl-C once drains, twice cancels; nothing is left behind', async () => {
  const text = `workflow long
param pids: string
step sleep for each i in 1..4 {
  script bash """
    echo $$ >> @{pids}
    sleep 600
  """
}
`;
  const dir = scratch({ 'long.braid': text });
  const pids = join(dir, 'pids');
  const engine = start(dir, ['run', '-j', '2', 'long.braid', '--set', `pids=${pids}`]);
  await until('two payloads', () => lines(pids).length === 2);
  engine.process.kill('SIGINT');
  await until('draining', () => braidJson(dir, ['status', 'last']).state === 'pausing');
  engine.process.kill('SIGINT');
  const ended = await engine.ended;
  expect([1, 130]).toContain(ended.code);
  expect(lines(pids).length).toBe(2);
  await until('no payload left', () => lines(pids).every((pid) => !existsSync(`/proc/${pid}`)));
  expect(braidJson(dir, ['status', 'last']).state).toBe('cancelled');
});

test('a detached run goes on without its terminal, and attach follows it', async () => {
  const text = `workflow detached
step a for each i in 1..3 {
  script bash """
    sleep 0.3
  """
}
`;
  const dir = scratch({ 'detached.braid': text });
  const started = braid(dir, ['run', '--detach', '-j', '1', 'detached.braid']);
  expect(started.code, started.stderr).toBe(0);
  const id = started.stdout
    .trim()
    .split('\n')
    .at(-1)
    ?.match(/[a-z0-9]{10}/)?.[0];
  expect(id).toBeDefined();
  const attached = braid(dir, ['attach', String(id)]);
  expect(attached.code).toBe(0);
  expect(braidJson(dir, ['status', String(id)]).state).toBe('succeeded');
});

test('resume of a finished run says so and has its exit code; clean removes it', () => {
  const dir = scratch({ 'one.braid': 'workflow one\nstep a {\n  script exec ["true"]\n}\n' });
  expect(braid(dir, ['run', 'one.braid']).code).toBe(0);
  const resumed = braid(dir, ['resume', 'last']);
  expect(resumed.code).toBe(0);
  expect(resumed.stdout + resumed.stderr).toMatch(/finished|ended|succeeded/);
  expect(braid(dir, ['clean', 'last', '--yes']).code).toBe(0);
  expect(braidJson(dir, ['runs']).items).toEqual([]);
});

test('audit: an engine that was killed, attempts adopted by the next, all holds; then a lie is found', async () => {
  const text = `workflow audited
param begun: string
step slow for each i in 1..6 {
  out x: file = "x"
  script bash """
    echo @{i} >> @{begun}
    sleep 0.5
    echo @{i} > @{x}
  """
}
`;
  const dir = scratch({ 'audited.braid': text });
  const begun = join(dir, 'begun');
  const engine = start(dir, ['run', '-j', '2', 'audited.braid', '--set', `begun=${begun}`]);
  await until('some payloads', () => lines(begun).length >= 3);
  engine.process.kill('SIGKILL');
  await engine.ended;
  const midway = braidJson(dir, ['audit', 'last']);
  expect(midway).toMatchObject({ holds: true, state: 'interrupted', violations: [] });
  expect(midway.open).toBeGreaterThan(0);
  expect(braid(dir, ['resume', 'last', '-j', '2']).code).toBe(0);
  const ended = braidJson(dir, ['audit', 'last']);
  expect(ended).toMatchObject({ holds: true, epochs: 2, succeeded: 6, overlapping: 0, lost: 0 });
  expect(ended.adopted).toBeGreaterThan(0);
  rmSync(join(dir, '.braid/runs', ended.run, '0/0/1/1/exit.json'));
  const found = braid(dir, ['audit', 'last']);
  expect(found.code).toBe(1);
  expect(found.stdout).toContain('exit: slow[i=2], attempt 1, event');
});
