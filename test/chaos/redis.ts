import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../simulator/random.ts';
import { until } from './field.ts';
import type { Tally } from './tally.ts';

/** A Redis that keeps nothing, and that loses everything now and then. */
export interface Redis {
  readonly url: string;
  /** Empties it, kills it and starts it anew, or lets it be. */
  trouble(random: Random, tally: Tally): Promise<void>;
  close(): Promise<void>;
}

export async function startRedis(directory: string): Promise<Redis> {
  mkdirSync(directory, { recursive: true });
  const socket = join(directory, 'redis');
  const ask = (command: string) =>
    spawnSync('redis-cli', ['-s', socket, command], { encoding: 'utf8' }).stdout.trim();
  const start = async () => {
    const server = spawn(
      'redis-server',
      [
        ...['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no'],
        ...['--maxmemory-policy', 'noeviction', '--dir', directory],
      ],
      { stdio: 'ignore' },
    );
    if (!(await until(() => ask('PING') === 'PONG', 10_000))) throw new Error('no Redis answers');
    return server;
  };
  let server = await start();
  const end = async (child: ChildProcess) => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  return {
    url: `unix://${socket}`,
    async trouble(random, tally) {
      if (random.chance(0.15)) {
        tally.redisLosses++;
        ask('FLUSHALL');
      } else if (random.chance(0.1)) {
        tally.redisLosses++;
        await end(server);
        server = await start();
      }
    },
    close: () => end(server),
  };
}
