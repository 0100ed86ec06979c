/**
 * A real PanDA server on loopback, for tests:
 *
 *     node test/panda/start.ts [--jedi] [--pilots N] [--slots N] [--cache D] [--directory D]
 *
 * Prints one line of JSON once it answers (and every pilot runs), and runs until its standard input closes or it gets a
 * SIGTERM or SIGINT; then, or when it is killed, everything of it ends and its directory is removed.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepare } from './server/cache.ts';
import { type Server, startServer } from './server/server.ts';

const { values } = parseArgs({
  options: {
    jedi: { type: 'boolean', default: false },
    pilots: { type: 'string', default: '0' },
    slots: { type: 'string', default: '2' },
    cache: { type: 'string' },
    directory: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    process.stdin.resume().on('end', resolve).on('close', resolve);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(signal, () => resolve());
  });
  const cache = prepare(values.cache, (text) => process.stderr.write(`${text}\n`));
  const server = await startServer(cache, {
    jedi: values.jedi,
    ...(values.directory && { parent: values.directory }),
  });
  for (let n = 1; n <= Number(values.pilots); n++) startPilot(server, `pilot-${n}`);
  const { url, tokens, queue, site, directory, storage, keeper } = server;
  process.stdout.write(
    `${JSON.stringify({ url, queue, site, tokens, directory, storage, pids: keeper.pids() })}\n`,
  );
  await stopped;
  await keeper.stop();
}

function startPilot(server: Server, name: string): void {
  const pilot = fileURLToPath(new URL('pilot/pilot.ts', import.meta.url));
  server.keeper.start({
    name,
    command: [
      ...([process.execPath, pilot, '--url', server.url, '--queue', server.queue] as const),
      ...['--name', name, '--slots', values.slots, '--storage', server.storage],
      ...['--work', join(server.directory, name), '--groups', join(server.directory, 'groups')],
    ],
    env: {
      PATH: process.env.PATH,
      PANDA_AUTH_ID_TOKEN: server.tokens.production.token,
      PANDA_AUTH_VO: server.tokens.production.origin,
    },
  });
}

await main();
process.exit();
