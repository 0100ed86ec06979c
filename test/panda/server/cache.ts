import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCluster, postgresDirectory } from './database.ts';

/** What is made once and used by every start: Python packages and an empty database. */
export interface Cache {
  readonly python: string;
  readonly sitePackages: string;
  readonly cluster: string;
}

const python = fileURLToPath(new URL('../python', import.meta.url));

/** A group that is not root's: the server's own build looks up a user `atlpan` where it is run by root's. */
const PLAIN_GROUP = 65_534;

/**
 * The cache in `directory`, or in the user's own cache; made if it is not there, which reaches a Python registry and
 * takes a minute or two. Named after what it is made from, so a change makes another one.
 */
export function prepare(directory: string | undefined, say: (text: string) => void): Cache {
  const made = directory ?? join(userCache(), `panda-${nameOf()}`);
  if (!existsSync(made)) {
    mkdirSync(dirname(made), { recursive: true });
    const parts = mkdtempSync(`${made}.`);
    try {
      say('making the Python environment (once)');
      makeEnvironment(join(parts, 'python'));
      say('making the database (once)');
      copyCluster(join(parts, 'cluster'));
      // Made by another process meanwhile: theirs is as good.
      if (!existsSync(made)) renameSync(parts, made);
    } finally {
      rmSync(parts, { recursive: true, force: true });
    }
  }
  const found = spawnSync('sh', ['-c', `ls -d ${made}/python/lib/python*/site-packages`]);
  return {
    python: join(made, 'python/bin/python'),
    sitePackages: found.stdout.toString().trim(),
    cluster: join(made, 'cluster'),
  };
}

/** Made in the system's place for such: the user that runs the database need not be able to enter a home directory. */
function copyCluster(to: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'braid-panda-cluster-'));
  try {
    chmodSync(scratch, 0o755);
    makeCluster(join(scratch, 'data'));
    run('cp', ['-a', join(scratch, 'data'), to]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function userCache(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'braid-test');
}

function nameOf(): string {
  const requirements = readFileSync(join(python, 'requirements.txt'), 'utf8');
  const hash = createHash('sha256').update(requirements).update(postgresDirectory());
  for (const name of ['schema.json', 'tables.ts', 'rows.ts', 'database.ts'])
    hash.update(readFileSync(new URL(name, import.meta.url)));
  const version = /^panda-server==(.*)$/m.exec(requirements)?.[1];
  return `${version}-${hash.digest('hex').slice(0, 8)}`;
}

function makeEnvironment(directory: string): void {
  run('python3', ['-m', 'venv', directory]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
  run(join(directory, 'bin/python'), [...pip, '-r', join(python, 'requirements.txt')]);
}

function run(command: string, args: readonly string[]): void {
  const gid = process.getgid?.() === 0 ? { gid: PLAIN_GROUP } : {};
  const done = spawnSync(command, args, { encoding: 'utf8', ...gid });
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed\n${done.stdout}${done.stderr}`);
}
