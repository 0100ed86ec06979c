import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliver } from '../../../cli/compose/deliver.ts';
import type { Channel, ChannelTarget } from '../../../dsl/index.ts';
import type { NoticeMessage } from '../../../engine/index.ts';

const span = { source: { name: 's.site', text: '' }, start: 0, end: 0 };
const message: NoticeMessage = {
  format: 1,
  id: 'run-0-0-failed',
  channel: 'ops',
  run: 'run',
  workflow: 'w',
  state: 'failed',
  instances: { failed: 1 },
  failures: ['a[i=1]'],
  text: 'run of w failed',
};

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'braid-deliver-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function to(target: ChannelTarget, timeoutMs = 5_000) {
  const channel: Channel = { name: 'ops', span, ...target };
  const channels = new Map([['ops', channel]]);
  return deliver(message, { channels, environment: process.env, timeoutMs, tries: 2, waitMs: 1 });
}

const shell = (text: string, timeoutMs?: number) =>
  to({ kind: 'command', command: ['/bin/sh', '-c', text] }, timeoutMs);

test('a command gets the message as JSON and the run in its environment', async () => {
  const path = join(dir, 'got');
  expect(await shell(`cat > ${path}; echo "$BRAID_RUN $BRAID_STATE" >> ${path}`)).toEqual({
    delivered: true,
    text: '',
  });
  const [json = '', words] = readFileSync(path, 'utf8').split('\n');
  expect(JSON.parse(json)).toEqual(message);
  expect(words).toBe('run failed');
});

test('one that fails, hangs, is not there or has no name is told, never thrown', async () => {
  expect(await shell('echo no such room >&2; exit 3')).toEqual({
    delivered: false,
    text: 'exit 3: no such room',
  });
  expect(await shell('sleep 20', 100)).toEqual({ delivered: false, text: 'not done in 0.1 s' });
  expect((await to({ kind: 'command', command: ['/nowhere/at/all'] })).text).toContain('ENOENT');
  const unknown = await deliver(message, { channels: new Map(), environment: {} });
  expect(unknown.text).toContain('`ops`');
});

test('a web hook: refused at once, tried again after a fault, bounded in time, its address never told', async () => {
  const statuses: (number | undefined)[] = [404, 500, 200, undefined, undefined];
  const server = createServer((_request, response) => {
    const status = statuses.shift();
    if (status === undefined) return;
    response.statusCode = status;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/secret-key`;
  expect(await to({ kind: 'webhook', url })).toEqual({ delivered: false, text: 'status 404' });
  expect(await to({ kind: 'webhook', url })).toEqual({ delivered: true, text: 'status 200' });
  expect(await to({ kind: 'webhook', url }, 100)).toEqual({
    delivered: false,
    text: 'no answer in 0.1 s',
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect((await to({ kind: 'webhook', url })).text).toBe('ECONNREFUSED');
});
