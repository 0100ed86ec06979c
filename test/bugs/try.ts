import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bug, Check } from './bug.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What a check needs of the sources. */
const parts = ['dsl', 'engine', 'runners', 'cli', 'test', 'package.json', 'vitest.config.ts'];

export interface Copy {
  /** Runs `work` while the mistake is in the copy; throws if it cannot be made exactly once. */
  with<T>(bug: Bug, work: () => Promise<T>): Promise<T>;
  /** Runs a command there; gives its exit code. */
  run(command: readonly string[]): Promise<number>;
  remove(): Promise<void>;
}

/** The sources in a directory of their own, with the packages of this one. */
export async function makeCopy(): Promise<Copy> {
  const directory = await mkdtemp(join(tmpdir(), 'braid-bugs-'));
  for (const part of parts) {
    await cp(join(root, part), join(directory, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  return {
    async with(bug, work) {
      const path = join(directory, bug.file);
      const text = await readFile(path, 'utf8');
      await writeFile(path, textWith(bug, text));
      try {
        return await work();
      } finally {
        await writeFile(path, text);
      }
    },
    run: (command) => exitCode(directory, command),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** The text of its file with the mistake in it; throws unless it can be made at one place only. */
export function textWith({ name, file, find, replace }: Bug, text: string): string {
  const places = text.split(find).length - 1;
  if (places !== 1)
    throw new Error(`${name}: its text stands in ${file} ${places} times, not once`);
  return text.replace(find, () => replace);
}

/** Of the sources as they are. */
export async function sourceOf(file: string): Promise<string> {
  return readFile(join(root, file), 'utf8');
}

/** The program and its words; relative to the sources. */
export function commandOf(check: Check): readonly string[] {
  if (check.kind === 'seeds') {
    return [process.execPath, 'test/simulator/run.ts', '--first', ...check.words];
  }
  if (check.kind === 'crashes') {
    return [process.execPath, 'test/simulator/crashes.ts', ...check.words];
  }
  const named = check.named === undefined ? [] : ['-t', check.named];
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  return [process.execPath, vitest, 'run', '--project', check.project, check.file, ...named];
}

/** A check that hangs has not passed. */
const PATIENCE_MS = 300_000;

function exitCode(directory: string, [program = '', ...words]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that nothing that it started is left behind.
    const child = spawn(program, words, { cwd: directory, stdio: 'ignore', detached: true });
    const stop = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    const timer = setTimeout(stop, PATIENCE_MS);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code ?? 1);
    });
  });
}
