import { setTimeout as sleep } from 'node:timers/promises';
import type { Relay } from './relay.ts';
import type { Server } from './server.ts';

/** What happens to a Redis, from its beginning until all is well with it again. */
export interface Fault {
  readonly name: string;
  /** How long it lasts, about. */
  readonly seconds: number;
  /** It is not seen at once by who is connected: so much later at most. */
  readonly unseenMs?: number;
  readonly happen: (server: Server, relay: Relay) => Promise<void>;
}

function down(seconds: number): Fault {
  return {
    name: `down ${seconds} s`,
    seconds,
    async happen(server) {
      await server.kill();
      server.forget();
      await sleep(seconds * 1000);
      await server.start();
    },
  };
}

async function setFor(server: Server, ms: number, ...settings: [string, string][]): Promise<void> {
  const before: [string, string][] = [];
  for (const [name] of settings) {
    const reply = (await server.tell('CONFIG', 'GET', name)) as string[];
    before.push([name, reply[1] ?? '']);
  }
  for (const [name, value] of settings) await server.tell('CONFIG', 'SET', name, value);
  await sleep(ms);
  for (const [name, value] of before) await server.tell('CONFIG', 'SET', name, value);
}

export const faults: readonly Fault[] = [
  {
    name: 'killed, restarts empty',
    seconds: 0,
    async happen(server) {
      await server.kill();
      server.forget();
      await server.start();
    },
  },
  {
    name: 'killed, restarts with its data',
    seconds: 0,
    async happen(server) {
      await server.kill();
      await server.start();
    },
  },
  { name: 'FLUSHALL', seconds: 0, happen: async (server) => void (await server.tell('FLUSHALL')) },
  {
    name: 'SCRIPT FLUSH',
    seconds: 0,
    happen: async (server) => void (await server.tell('SCRIPT', 'FLUSH')),
  },
  down(2),
  down(12),
  down(60),
  {
    name: 'keys evicted',
    seconds: 2,
    happen: (server) =>
      setFor(server, 2_000, ['maxmemory-policy', 'allkeys-lru'], ['maxmemory', '1']),
  },
  {
    name: 'memory full',
    seconds: 2,
    happen: (server) => setFor(server, 2_000, ['maxmemory', '1']),
  },
  {
    name: 'all clients killed',
    seconds: 0,
    async happen(server) {
      for (const type of ['normal', 'pubsub'])
        await server.tell('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    },
  },
  {
    name: 'stopped 5 s',
    seconds: 5,
    async happen(server) {
      server.signal('SIGSTOP');
      await sleep(5_000);
      server.signal('SIGCONT');
    },
  },
  {
    name: 'read-only',
    seconds: 2,
    async happen(server) {
      await server.tell('REPLICAOF', '127.0.0.1', 1);
      await sleep(2_000);
      await server.tell('REPLICAOF', 'NO', 'ONE');
    },
  },
  {
    name: 'slow by 300 ms',
    seconds: 5,
    async happen(_server, relay) {
      relay.delay(300);
      await sleep(5_000);
      relay.delay(0);
    },
  },
  {
    name: 'connections mute',
    seconds: 0,
    unseenMs: 8_000,
    happen: async (_server, relay) => relay.mute(),
  },
];

export function faultNamed(name: string): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (!found) throw new Error(`no fault is called ${name}`);
  return found;
}
