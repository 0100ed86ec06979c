import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, braidJson, root, scratch, start, until } from './braid.ts';

/** A copy of the shipped workflow, with the repository beside it. */
function place(): string {
  const dir = scratch();
  cpSync(join(root, 'workflows/reprocess'), dir, { recursive: true });
  return dir;
}

function history(dir: string): string[] {
  try {
    return readFileSync(join(dir, 'repo/history'), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

interface Line {
  readonly kind: string;
  readonly undo?: true;
  readonly path?: string;
  readonly attributes?: object;
}

function eventsOf(dir: string): Line[] {
  const { stdout } = braid(dir, ['events', 'last', '--json']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event);
}

test('a roll-back that is killed goes on where it was: each undo once, readers first, then all anew', async () => {
  const dir = place();
  const args = ['reprocess.braid', '--site', 'laptop', '--set', 'latency=0.25', '-j', '2'];
  expect(braid(dir, ['run', ...args]).code).toBe(0);
  expect(history(dir).length).toBe(9);
  const registered = eventsOf(dir).filter(({ kind }) => kind === 'file.registered');
  expect(registered.map(({ path }) => path).sort()).toEqual([
    '/reprocess/w_2026_47/g',
    '/reprocess/w_2026_47/r',
  ]);
  expect(registered[0]?.attributes).toMatchObject({ frames: expect.any(Number) });

  writeFileSync(join(dir, 'repo/history'), '');
  const rolling = start(dir, ['rollback', 'last', 'ingest', '--yes']);
  await until(
    'some are undone',
    () => history(dir).filter((l) => /undo single/.test(l)).length >= 2,
  );
  rolling.process.kill('SIGKILL');
  await rolling.ended;
  const resumed = braid(dir, ['resume', 'last', '-j', '2']);
  expect(resumed.code, resumed.stderr).toBe(0);
  const lines = history(dir);
  expect(lines[0]).toBe('undo close');
  expect(lines.slice(1, 6).sort()).toEqual(
    [101, 102, 103, 104, 105].map((visit) => `undo singleFrame ${visit}`),
  );
  expect(lines.slice(6, 8)).toEqual(['undo ingest', 'ingest']);
  expect(lines.slice(8, 13).sort()).toEqual(
    [101, 102, 103, 104, 105].map((visit) => `singleFrame ${visit}`),
  );
  expect(lines.slice(13).sort()).toEqual(['close', 'coadd g of 2', 'coadd r of 3']);

  const again = braid(dir, ['run', ...args]);
  expect(again.stdout).toContain('11 reused');
  expect(history(dir)).toEqual(lines);
});

test('what failed within the budget: triage, a coadd of the rest, and a web hook that is told once', async () => {
  const dir = place();
  const got: { readonly id: string; readonly body: { state: string; failures: string[] } }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      got.push({ id: String(request.headers['idempotency-key']), body: JSON.parse(text) });
      // The first try of each end fails at the other side.
      response.statusCode = got.length === 1 ? 503 : 204;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const site = readFileSync(join(dir, 'laptop.site'), 'utf8');
    const url = `"http://127.0.0.1:${port}/hook-key"`;
    writeFileSync(join(dir, 'laptop.site'), site.replace(/"command:[^"]*"/, url));
    const run = ['run', 'reprocess.braid', '--site', 'laptop', '--set', 'damaged=[104]'];
    const ended = await start(dir, run).ended;
    expect(ended.code, ended.stderr).toBe(0);
    const lines = history(dir);
    expect(lines).toContain('triage');
    expect(lines).toContain('coadd r of 2');
    expect(lines.at(-1)).toBe('close');
    expect(got.map(({ body }) => body.state)).toEqual(['succeeded', 'succeeded']);
    expect(new Set(got.map(({ id }) => id)).size).toBe(1);
    const told = eventsOf(dir).filter(({ kind }) => kind.startsWith('notification.'));
    expect(told.map(({ kind }) => kind)).toEqual(['notification.intended', 'notification.ended']);
    expect(JSON.stringify(told)).not.toContain('hook-key');

    // Beyond the budget the run fails, and its channel is told so; one that is gone fails nothing more.
    const more = ['run', 'reprocess.braid', '--site', 'laptop', '--set', 'damaged=[103, 104, 105]'];
    expect((await start(dir, more).ended).code).toBe(1);
    expect(got.at(-1)?.body).toMatchObject({
      state: 'failed',
      failures: ['singleFrame[visit=103]', 'singleFrame[visit=104]', 'singleFrame[visit=105]'],
    });
  } finally {
    server.close();
  }
  const status = braidJson(dir, ['status', 'last']);
  expect(status.state).toBe('failed');
});
