import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { until } from '../field.ts';

/** A real Redis of a test's own on a private socket, which may be killed, stopped and emptied. */
export interface Server {
  /** Where it listens itself; what it stands behind is the test's to say. */
  readonly socket: string;
  readonly pid: number;
  /** As it was started the first time: with or without a log of what it was told. */
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Removes what it would read when it starts. */
  forget(): void;
  /** Of an administrator. */
  tell(command: string, ...args: (string | number)[]): Promise<unknown>;
  /** Resolves once it answers. */
  answers(): Promise<void>;
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Keeps its data over a restart. */
  readonly append?: boolean;
  readonly more?: readonly string[];
}

/** Of a user who may do what `E0933` says, and no more. */
export const USER = 'braid:word@';
const RIGHTS =
  '~braid:* &braid:* +@read +@write +@pubsub +@scripting +@connection -@dangerous +info';

const START_MS = 30_000;

export async function startServer(directory: string, options: ServerOptions = {}): Promise<Server> {
  mkdirSync(directory, { recursive: true });
  const socket = join(directory, 's');
  const data = join(directory, 'data');
  let child: ChildProcess | undefined;
  let gone: Promise<void> = Promise.resolve();
  const admin = new Redis({
    path: socket,
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: () => 10,
  });
  admin.on('error', () => {});
  const server: Server = {
    socket,
    get pid() {
      return child?.pid ?? 0;
    },
    async start() {
      mkdirSync(data, { recursive: true });
      const args = ['--port', '0', '--unixsocket', socket, '--dir', data, '--save', ''];
      args.push('--appendonly', options.append ? 'yes' : 'no', ...(options.more ?? []));
      args.push('--user', 'braid', 'on', '>word', ...RIGHTS.split(' '));
      child = spawn('redis-server', args, { stdio: 'ignore' });
      gone = new Promise((resolve) => child?.once('exit', () => resolve()));
      await this.answers();
    },
    async kill() {
      child?.kill('SIGKILL');
      await gone;
    },
    signal: (signal) => void child?.kill(signal),
    forget: () => rmSync(data, { recursive: true, force: true }),
    tell: (command, ...args) => admin.call(command, ...args),
    async answers() {
      const isThere = async () => (await admin.ping().catch(() => '')) === 'PONG';
      const late = until(() => undefined, START_MS).then(() => false);
      if (!(await Promise.race([isThere(), late]))) throw new Error('redis-server does not answer');
    },
    async close() {
      admin.disconnect();
      child?.kill('SIGKILL');
      await gone;
    },
  };
  await server.start();
  return server;
}
