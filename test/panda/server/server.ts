import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Cache } from './cache.ts';
import { databaseStart, isDatabaseReady } from './database.ts';
import { type Keeper, newKeeper } from './keeper.ts';
import { QUEUE, SITE } from './rows.ts';
import { environmentOf, type Place, writeSettings } from './settings.ts';
import { type Tokens, writeIssuer } from './tokens.ts';

/** A PanDA server that runs. */
export interface Server {
  /** `http://127.0.0.1:PORT`; the calls are below `/api/v1`. */
  readonly url: string;
  readonly tokens: Tokens;
  readonly queue: string;
  readonly site: string;
  /** Where everything of it is, its logs too; removed when it stops. */
  readonly directory: string;
  /** Where pilots put the log files of jobs; `url`/logs/NAME as well. */
  readonly storage: string;
  readonly keeper: Keeper;
  readonly place: Place;
}

const python = fileURLToPath(new URL('../python', import.meta.url));
const START_MS = 120_000;
const POLL_MS = 100;

/** Starts a server in a new directory below `parent`; with `jedi`, one that runs tasks. */
export async function startServer(
  cache: Cache,
  options: { readonly jedi: boolean; readonly parent?: string },
): Promise<Server> {
  const directory = mkdtempSync(join(options.parent ?? tmpdir(), 'braid-panda-'));
  // The user that runs the database has to reach its own part.
  chmodSync(directory, 0o755);
  const keeper = newKeeper(directory);
  try {
    const place: Place = { directory, port: await freePort(), cache };
    const url = `http://127.0.0.1:${place.port}`;
    const tokens = layOut(place, url);
    await startDatabase(keeper, place);
    startPython(keeper, place, 'server', [
      join(python, 'host.py'),
      `${place.port}`,
      join(directory, 'public'),
    ]);
    await until('the server', keeper, directory, () => isAlive(url));
    startPython(keeper, place, 'adder', [join(python, 'adder.py')]);
    if (options.jedi) startPython(keeper, place, 'jedi', [join(python, 'jedi.py')]);
    const storage = join(directory, 'public/logs');
    return { url, tokens, queue: QUEUE, site: SITE, directory, storage, keeper, place };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

function layOut(place: Place, url: string): Tokens {
  const publicDirectory = join(place.directory, 'public');
  for (const name of ['cache/jedilog', 'logs'])
    mkdirSync(join(publicDirectory, name), { recursive: true });
  const scripts = fileURLToPath(new URL('../transformations', import.meta.url));
  cpSync(scripts, join(publicDirectory, 'trf'), { recursive: true });
  writeSettings(place);
  const tokens = writeIssuer(url, publicDirectory, join(place.directory, 'auth'));
  writeFileSync(join(place.directory, 'production.token'), tokens.production.token, {
    mode: 0o600,
  });
  return tokens;
}

async function startDatabase(keeper: Keeper, place: Place): Promise<void> {
  const data = join(place.directory, 'database');
  const socket = join(place.directory, 'socket');
  mkdirSync(socket);
  chmodSync(socket, 0o777);
  const copied = spawnSync('cp', ['-a', place.cache.cluster, data]);
  if (copied.status !== 0) throw new Error(`copying the database failed: ${copied.stderr}`);
  keeper.start(databaseStart(data, socket));
  await until('the database', keeper, place.directory, () => isDatabaseReady(socket));
}

function startPython(keeper: Keeper, place: Place, name: string, args: readonly string[]): void {
  keeper.start({
    name,
    command: [place.cache.python, ...args],
    env: environmentOf(place),
    endsWith: 'KILL',
    isRestarted: true,
  });
}

async function isAlive(url: string): Promise<boolean> {
  try {
    const headers = { Accept: 'application/json' };
    const answer = await fetch(`${url}/api/v1/system/is_alive`, { headers });
    return ((await answer.json()) as { success?: boolean }).success === true;
  } catch {
    return false;
  }
}

async function until(
  what: string,
  keeper: Keeper,
  directory: string,
  test: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = Date.now() + START_MS;
  while (!(await test())) {
    const name = what.split(' ').at(-1) === 'database' ? 'postgres' : 'server';
    const fails =
      name === 'postgres' ? !(name in keeper.pids()) : (keeper.restarts()[name] ?? 0) > 2;
    if (Date.now() > end || fails)
      throw new Error(`${what} does not start\n${tail(join(directory, 'logs', `${name}.log`))}`);
    await sleep(POLL_MS);
  }
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').slice(-4000);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      probe.close(() => (port ? resolve(port) : reject(new Error('no free port'))));
    });
  });
}
