import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { findRun } from '../../../cli/compose/run-files.ts';
import { version } from '../../../cli/version.ts';
import { type Kind, kinds } from './kinds.ts';

/**
 * Makes the journals of this release: `node test/corpus/journals/make.ts [NAME...]`, once, when it is
 * released. They are kept under its version and never made again; what they come to is written by
 * `UPDATE=1` of `test/integration/engine/journal/corpus.test.ts`.
 */
const braid = join(import.meta.dirname, '../../../bin/braid');
const target = join(import.meta.dirname, version());

async function make({ name, files, commands }: Kind): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'braid-corpus-'));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(dir, file), text);
  for (const { args, kill } of commands) {
    const all = args[0] === 'run' ? [...args, '--set', `here=${dir}`] : args;
    if (kill === undefined) spawnSync(braid, all, { cwd: dir, stdio: 'ignore' });
    else await startAndKill(dir, all, kill);
  }
  const { journal } = findRun(dir, 'last');
  const db = new DatabaseSync(journal);
  db.exec('PRAGMA journal_mode = DELETE; VACUUM');
  db.close();
  mkdirSync(target, { recursive: true });
  const bytes = gzipSync(readFileSync(journal), { level: 9 });
  writeFileSync(join(target, `${name}.db.gz`), bytes);
  process.stdout.write(`${name}: ${bytes.length} bytes\n`);
  rmSync(dir, { recursive: true, maxRetries: 10, retryDelay: 100 });
}

/** Ends the engine once so many payloads have begun; what they hold goes on to its end. */
async function startAndKill(dir: string, args: readonly string[], payloads: number): Promise<void> {
  const engine = spawn(braid, args, { cwd: dir, stdio: 'ignore' });
  const ended = new Promise((resolve) => engine.once('exit', resolve));
  const begun = () =>
    existsSync(join(dir, 'begun'))
      ? readFileSync(join(dir, 'begun'), 'utf8').split('\n').length
      : 0;
  while (begun() <= payloads && engine.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  engine.kill('SIGKILL');
  await ended;
}

const wanted = process.argv.slice(2);
for (const kind of kinds) if (wanted.length === 0 || wanted.includes(kind.name)) await make(kind);
