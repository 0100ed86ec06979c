import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { backUp } from '../../engine/journal/backup.ts';
import { braid, braidJson, scratch, start, until } from './braid.ts';

/** Each payload appends to a count, so that the count is the payloads' own. */
const counted = `workflow counted
param count: string
step one for each i in 1..24 {
  out x: file = "x"
  script bash """
    echo @{i} >> @{count}
    sleep 0.1
    echo @{i} > @{x}
  """
}
`;

function lines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter(Boolean) : [];
}

test('a damaged journal is refused, and restored from its backup: nothing is lost or done twice', async () => {
  const dir = scratch({ 'counted.braid': counted });
  const count = join(dir, 'count');
  const engine = start(dir, ['run', '-j', '2', 'counted.braid', '--set', `count=${count}`]);
  await until('some payloads', () => lines(count).length >= 6);
  const { run } = braidJson(dir, ['status', 'last']);
  const journal = join(dir, '.braid/runs', run, 'journal.db');
  await backUp(journal);
  await until('more payloads', () => lines(count).length >= 12);
  engine.process.kill('SIGKILL');
  await engine.ended;
  // What it holds may still be in its log.
  const db = new DatabaseSync(journal);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  const bytes = readFileSync(journal);
  bytes.fill(0x5a, 4096, 4096 + 200);
  writeFileSync(journal, bytes);
  rmSync(`${journal}-wal`, { force: true });
  rmSync(`${journal}-shm`, { force: true });

  for (const verb of ['resume', 'status', 'audit', 'events', 'failures']) {
    const refused = braid(dir, [verb, 'last']);
    expect(refused.code, verb).toBe(1);
    expect(refused.stderr, verb).toMatch(/error\[E1101\]|E1101/);
    expect(refused.stderr, verb).toContain('`braid resume RUN --restore`');
    expect(refused.stderr, verb).not.toContain('    at ');
  }
  expect(braid(dir, ['runs']).code).toBe(0);

  const resumed = braid(dir, ['resume', 'last', '--restore', '-j', '2', '--yes']);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stderr).toContain('goes on from the backup of its journal');
  const executed = lines(count);
  expect(executed).toHaveLength(24);
  expect(new Set(executed).size).toBe(24);
  expect(braidJson(dir, ['audit', 'last'])).toMatchObject({ holds: true, succeeded: 24 });
  expect(braid(dir, ['resume', 'last', '--restore']).stderr).toContain('it is whole');
});

/** A disk of its own, where this user may mount one. */
function mountSmallDisk(directory: string): boolean {
  try {
    mkdirSync(directory);
    const options = ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', directory];
    execFileSync('mount', options, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('the disk of the journal is full: nothing begins, nothing is lost; with space the run goes on to its end', async (context) => {
  const dir = scratch({ 'counted.braid': counted });
  const disk = join(dir, 'disk');
  if (!mountSmallDisk(disk)) context.skip('no disk of its own to fill');
  try {
    const count = join(dir, 'count');
    const filler = join(disk, 'filler');
    const args = ['--set', `count=${count}`, '--journal', disk];
    const engine = start(dir, ['run', '-j', '2', 'counted.braid', ...args]);
    await until('some payloads', () => lines(count).length >= 4);
    // More than is free: what fits is written.
    execFileSync('sh', ['-c', 'cat /dev/zero > "$0" 2> "$1" || true', filler, '/dev/null']);
    expect(statSync(filler).size).toBeGreaterThan(1e6);
    const log = () => readFileSync(join(dir, '.braid/runs', runs()[0] ?? '', 'engine.log'), 'utf8');
    const runs = () => braidJson(dir, ['runs']).items.map(({ run }: { run: string }) => run);
    await until('the notice', () => log().includes('disk is full'));
    const begun = lines(count).length;
    expect(begun).toBeLessThan(24);
    await new Promise((resolve) => setTimeout(resolve, 700));
    // What had been given out ends; nothing new is.
    expect(lines(count).length).toBeLessThanOrEqual(begun + 4);
    rmSync(filler);
    const ended = await engine.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(new Set(lines(count)).size).toBe(24);
    expect(lines(count)).toHaveLength(24);
    expect(braidJson(dir, ['audit', 'last'])).toMatchObject({
      holds: true,
      epochs: 1,
      succeeded: 24,
    });
  } finally {
    execFileSync('umount', ['-l', disk]);
  }
});
