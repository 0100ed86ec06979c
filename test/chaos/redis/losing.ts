import type { Random } from '../../simulator/random.ts';
import type { Tally } from '../tally.ts';
import { startServer } from './server.ts';

/** A Redis that keeps nothing, and that loses everything now and then. */
export interface LosingRedis {
  readonly url: string;
  /** Empties it, kills it and starts it anew, or lets it be. */
  trouble(random: Random, tally: Tally): Promise<void>;
  close(): Promise<void>;
}

export async function startLosingRedis(directory: string): Promise<LosingRedis> {
  const server = await startServer(directory);
  return {
    url: `unix://${server.socket}`,
    async trouble(random, tally) {
      if (random.chance(0.15)) {
        tally.redisLosses++;
        await server.tell('FLUSHALL');
      } else if (random.chance(0.1)) {
        tally.redisLosses++;
        await server.kill();
        await server.start();
      }
    },
    close: () => server.close(),
  };
}
