import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Start } from './keeper.ts';
import { rowsSql } from './rows.ts';
import { tablesSql } from './tables.ts';

/** PostgreSQL refuses to be run by root: there it is run by `nobody`. */
export const databaseUser =
  process.getuid?.() === 0
    ? { uid: 65_534, gid: 65_534 }
    : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** The directory of PostgreSQL's programs; throws where there is none. */
export function postgresDirectory(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => +b - +a) : [];
  const places = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  const found = places.find((place) => existsSync(join(place, 'initdb')));
  if (!found) throw new Error('PostgreSQL is missing: apt-get install postgresql');
  return found;
}

/** A port of nobody's: the database listens on a socket file in a directory of its own. */
const PORT = 5432;

/** Makes a cluster with the server's database in `data`, ready to be copied. */
export function makeCluster(data: string): void {
  const bin = postgresDirectory();
  mkdirSync(data, { mode: 0o700 });
  chownSync(data, databaseUser.uid, databaseUser.gid);
  run(`${bin}/initdb`, [
    ...['--pgdata', data, '--username', 'panda', '--auth', 'trust', '--encoding', 'UTF8'],
    ...['--locale', 'C', '--wal-segsize', '1', '--no-sync'],
  ]);
  // Nothing here has to survive a crash.
  appendFileSync(
    join(data, 'postgresql.conf'),
    [
      "listen_addresses = ''",
      'fsync = off',
      'synchronous_commit = off',
      'full_page_writes = off',
      'autovacuum_naptime = 30s',
      'shared_buffers = 32MB',
      'max_connections = 100',
      'max_wal_size = 64MB',
      "timezone = 'UTC'",
      "log_timezone = 'UTC'",
      'jit = off',
      '',
    ].join('\n'),
  );
  const sql = [
    'create database panda_db;',
    '\\connect panda_db',
    tablesSql(),
    rowsSql(),
    'alter role panda set search_path = doma_panda, public;',
  ].join('\n');
  // `initdb` has made `postgres` as well; a server for one file of statements, without a socket.
  run(`${bin}/pg_ctl`, [
    'start',
    '-w',
    '-D',
    data,
    '-l',
    join(data, 'make.log'),
    '-o',
    `-k ${data}`,
  ]);
  try {
    run(
      `${bin}/psql`,
      ['-h', data, '-U', 'panda', '-d', 'postgres', '-qX', '-v', 'ON_ERROR_STOP=1'],
      sql,
    );
  } finally {
    run(`${bin}/pg_ctl`, ['stop', '-w', '-D', data, '-m', 'fast']);
  }
}

/** How to start the cluster in `data`; its socket is in `socketDirectory`. */
export function databaseStart(data: string, socketDirectory: string): Start {
  return {
    name: 'postgres',
    command: [
      `${postgresDirectory()}/postgres`,
      '-D',
      data,
      '-k',
      socketDirectory,
      '-p',
      `${PORT}`,
    ],
    user: databaseUser,
    endsWith: 'INT',
  };
}

/** True once the database answers. */
export function isDatabaseReady(socketDirectory: string): boolean {
  const args = ['-q', '-h', socketDirectory, '-p', `${PORT}`, '-d', 'panda_db'];
  return spawnSync(`${postgresDirectory()}/pg_isready`, args).status === 0;
}

function run(command: string, args: readonly string[], input = ''): void {
  const done = spawnSync(command, args, { input, encoding: 'utf8', cwd: '/', ...databaseUser });
  if (done.status !== 0)
    throw new Error(
      `${command} failed (${done.status ?? done.error?.message})\n${done.stdout}${done.stderr}`,
    );
}
