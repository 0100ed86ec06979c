import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Diagnostic } from '../../dsl/index.ts';

/** A Redis of this process's own, on a private socket in a directory of its own. */
export interface OwnRedis {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

export type Started =
  | { readonly kind: 'started'; readonly redis: OwnRedis }
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic };

const PROGRAMS = ['redis-server', 'valkey-server'];
const START_MS = 10_000;
/** A socket's path may have about 107 bytes. */
const LONGEST_DIRECTORY = 80;

/**
 * Stands between this process and the server: when the pipe to it closes, since its owner has closed it or was
 * killed, it stops the server and removes its directory.
 */
const GUARD = `
"$1" --port 0 --unixsocket "$2/redis" --unixsocketperm 700 --dir "$2" --save '' --appendonly yes \\
  --appendfsync everysec --maxmemory-policy noeviction >"$2/log" 2>&1 </dev/null &
echo $!
read -r _
kill $! && wait $!
rm -rf "$2"
`;

/** Starts the first of `redis-server` and `valkey-server` on PATH; E0934 if there is none or it does not start. */
export async function startOwnRedis(): Promise<Started> {
  const program = PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0);
  if (program === undefined) return { kind: 'refused', diagnostic: noServer() };
  const base = tmpdir().length > LONGEST_DIRECTORY ? '/tmp' : tmpdir();
  const directory = mkdtempSync(join(base, 'braid-redis-'));
  const guard = spawn('/bin/sh', ['-c', GUARD, 'braid-redis', program, directory], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  guard.stdin.on('error', () => {});
  const gone = new Promise<void>((resolve) => guard.once('close', () => resolve()));
  const pid = await new Promise<number>((resolve) => {
    guard.stdout.once('data', (text: Buffer) => resolve(Number(text.toString())));
    guard.once('close', () => resolve(0));
  });
  const socket = join(directory, 'redis');
  const handles = [guard, guard.stdin, guard.stdout] as readonly { ref?(): void; unref?(): void }[];
  const close = async () => {
    for (const handle of handles) handle.ref?.();
    guard.stdin.end();
    await gone;
    rmSync(directory, { recursive: true, force: true });
  };
  if (pid === 0 || !(await answers(socket))) {
    await close();
    return { kind: 'refused', diagnostic: noStart(program) };
  }
  // The server is no reason to stay.
  for (const handle of handles) handle.unref?.();
  return { kind: 'started', redis: { url: `unix://${socket}`, pid, close } };
}

async function answers(socket: string): Promise<boolean> {
  for (const until = Date.now() + START_MS; Date.now() < until; ) {
    const connected = await new Promise<boolean>((resolve) => {
      const one = connect(socket, () => {
        one.destroy();
        resolve(true);
      });
      one.once('error', () => resolve(false));
    });
    if (connected) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

function noServer(): Diagnostic {
  return {
    code: 'E0934',
    severity: 'error',
    message: 'there is no Redis here: neither `redis-server` nor `valkey-server` is on PATH',
    hint: 'install one (Debian: apt install redis-server; macOS: brew install redis; conda: conda install -c conda-forge redis-server), or give the URL of one',
  };
}

function noStart(program: string): Diagnostic {
  return {
    code: 'E0934',
    severity: 'error',
    message: `\`${program}\` did not start`,
    hint: `try it by hand: ${program} --port 0`,
  };
}
