import { rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands before a Redis, so that what is between it and its clients can be bad. */
export interface Relay {
  readonly url: string;
  /** What is said arrives so much later, both ways. */
  delay(ms: number): void;
  /** Present connections stay open and carry nothing more, ever; new ones are good. */
  mute(): void;
  close(): Promise<void>;
}

interface Pair {
  muted: boolean;
  readonly near: Socket;
  readonly far: Socket;
}

export interface RelayOptions {
  /** Where it listens; default: a free port of this machine. */
  readonly path?: string;
  /** In its URL. */
  readonly user?: string;
}

export async function startRelay(
  target: string,
  { path, user = '' }: RelayOptions = {},
): Promise<Relay> {
  let delayMs = 0;
  const pairs = new Set<Pair>();
  const server = createServer((near) => {
    const pair: Pair = { muted: false, near, far: connect(target) };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      pair.far.destroy();
    };
    pass(pair, near, pair.far);
    pass(pair, pair.far, near);
    for (const socket of [near, pair.far]) {
      socket.on('error', () => {});
      socket.on('close', () => !pair.muted && end());
    }
  });
  function pass(pair: Pair, from: Socket, to: Socket): void {
    from.on('data', (data) => {
      if (pair.muted) return;
      if (delayMs === 0 && !waiting.has(to)) to.write(data);
      else later(to, data, delayMs);
    });
  }
  /** In order, whatever the delay becomes meanwhile. */
  const waiting = new Map<Socket, number>();
  function later(to: Socket, data: Buffer, ms: number): void {
    const atMs = Math.max(performance.now() + ms, waiting.get(to) ?? 0);
    waiting.set(to, atMs);
    setTimeout(() => {
      if (waiting.get(to) === atMs) waiting.delete(to);
      if (!to.destroyed) to.write(data);
    }, atMs - performance.now());
  }
  if (path !== undefined) rmSync(path, { force: true });
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(path, resolve);
  });
  const port = (server.address() as AddressInfo).port;
  return {
    url: path === undefined ? `redis://${user}127.0.0.1:${port}` : `unix://${path}`,
    delay(ms) {
      delayMs = ms;
    },
    mute() {
      for (const pair of pairs) pair.muted = true;
    },
    async close() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
