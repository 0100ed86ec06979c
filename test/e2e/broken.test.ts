import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, braidJson, root, scratch, start, until } from './braid.ts';

const three = `workflow three
step one for each i in 1..3 {
  out x: file = "x"
  script bash """
    echo @{i} > @{x}
  """
}
`;

/** All but the first pages, so that opening the file sees nothing of it. */
function spoil(path: string, from: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, from);
  writeFileSync(path, bytes);
}

function runDirectory(dir: string): string {
  return join(dir, '.braid/runs', readdirSync(join(dir, '.braid/runs'))[0] ?? '');
}

test('a journal damaged behind its first pages is a diagnostic, and harms its own run only', () => {
  const dir = scratch({ 'three.braid': three });
  expect(braid(dir, ['run', 'three.braid']).code).toBe(0);
  spoil(join(runDirectory(dir), 'journal.db'), 8192);
  for (const args of [['status'], ['resume', 'last'], ['why', 'last', 'one[i=1]']]) {
    const ended = braid(dir, args);
    expect(ended.code, args.join(' ')).toBe(1);
    expect(ended.stderr).toContain('error[E1101]');
    expect(ended.stderr).not.toContain('bug of ours');
  }
  expect(braid(dir, ['run', 'three.braid']).stdout).toContain('3 reused');
  rmSync(join(dir, '.braid/index.db'));
  expect(braidJson(dir, ['runs']).items).toHaveLength(1);
  expect(braid(dir, ['clean', '--older-than', '0 s', '--yes']).code).toBe(0);
  expect(readdirSync(join(dir, '.braid/runs'))).toEqual([]);
});

test('a damaged index stops no run, and is filled again from the journals', () => {
  const dir = scratch({ 'three.braid': three });
  const index = join(dir, '.braid/index.db');
  expect(braid(dir, ['run', 'three.braid']).code).toBe(0);
  spoil(index, 4096);
  expect(braid(dir, ['plan', 'three.braid']).code).toBe(0);
  expect(braid(dir, ['run', 'three.braid']).stdout).toContain('3 reused');
  spoil(index, 4096);
  expect(braidJson(dir, ['runs']).items).toHaveLength(2);
  expect(braid(dir, ['run', 'three.braid']).stdout).toContain('3 reused');
});

test('where no run can be made it is said in a line', () => {
  const dir = scratch({ 'three.braid': three, '.braid': 'a file' });
  const ended = braid(dir, ['run', 'three.braid']);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/^braid: cannot mkdir `.*`: a part of the path is no directory\n$/);
});

test('the newest run that has begun is the last one', () => {
  const dir = scratch({ 'three.braid': three });
  expect(braid(dir, ['run', 'three.braid']).code).toBe(0);
  mkdirSync(join(dir, '.braid/runs/zzzzzzzzzz/inbox'), { recursive: true });
  expect(braidJson(dir, ['status', 'last']).state).toBe('succeeded');
});

test('a directory is no file, and a signal is no exit code', () => {
  const dir = scratch({
    'w.braid': `workflow w
step kind {
  out x: file = "x"
  script exec ["mkdir", "x"]
}
step shot {
  retry 1 {
    on signal(11)
  }
  script exec ["sh", "-c", "kill -SEGV $$"]
}
`,
  });
  const ended = braid(dir, ['run', 'w.braid']);
  expect(ended.code).toBe(1);
  expect(ended.stdout).toContain('a directory instead of a file: x');
  expect(ended.stdout).toContain('failed: shot: signal 11; it is tried again');
});

test('a run outlives the reader of its output', () => {
  const dir = scratch({
    'w.braid': `workflow w
step a for each i in 1..4 {
  script bash """
    sleep 0.2; exit 1
  """
}
step b {
  after a finished
  script exec ["true"]
}
`,
  });
  spawnSync('sh', ['-c', '"$0" run -j 1 w.braid | head -n 1', join(root, 'bin/braid')], {
    cwd: dir,
  });
  const { state, steps } = braidJson(dir, ['status', 'last']);
  expect(state).toBe('failed');
  expect(steps[1].succeeded).toBe(1);
});

test('clean leaves a run whose engine is dead while its payloads run', async () => {
  const dir = scratch({
    'w.braid': `workflow w
param pid: string
step a {
  script bash """
    echo $$ > @{pid}
    exec sleep 600
  """
}
`,
  });
  const pid = join(dir, 'pid');
  const engine = start(dir, ['run', 'w.braid', '--set', `pid=${pid}`]);
  await until('a payload', () => existsSync(pid) && readFileSync(pid, 'utf8').endsWith('\n'));
  engine.process.kill('SIGKILL');
  await engine.ended;
  const refused = braid(dir, ['clean', 'last', '--yes']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('payloads of it still run');
  braid(dir, ['cancel', 'last', '--yes']);
  expect(braid(dir, ['resume', 'last']).code).toBe(1);
  expect(existsSync(`/proc/${readFileSync(pid, 'utf8').trim()}`)).toBe(false);
  expect(braid(dir, ['clean', 'last', '--yes']).code).toBe(0);
});
