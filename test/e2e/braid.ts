import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';

/** The one helper of the e2e tests: the real `bin/braid` in a directory of its own. */
export const root = join(import.meta.dirname, '../..');
const launcher = join(root, 'bin/braid');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const directories: string[] = [];
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
  // Lanes outlive an engine that was killed, and may still write while their directory goes.
  const again = { maxRetries: 10, retryDelay: 100 };
  for (const directory of directories.splice(0))
    rmSync(directory, { recursive: true, force: true, ...again });
});

/** A fresh directory with these files; removed after the test. */
export function scratch(files: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'braid-e2e-'));
  directories.push(directory);
  write(directory, files);
  return directory;
}

export function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** Runs `braid ARGS` to its end. */
export function braid(
  cwd: string,
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; timeoutMs?: number } = {},
): Ended {
  const run = spawnSync(launcher, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 256 << 20,
    timeout: options.timeoutMs ?? 200_000,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
  });
  if (run.error) throw run.error;
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Runs `braid ARGS` at a terminal of its own, with this typed in; gives what it shows. */
export function braidAtTerminal(cwd: string, args: readonly string[], typed: string): string {
  const command = [launcher, ...args].map((word) => `'${word}'`).join(' ');
  const run = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd,
    encoding: 'utf8',
    timeout: 60_000,
    input: typed,
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (run.error) throw run.error;
  return run.stdout;
}

/** The same, and its stdout as JSON; the stderr is in the error when it does not parse. */
// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes, asserted by the tests
export function braidJson(cwd: string, args: readonly string[]): any {
  const ended = braid(cwd, [...args, '--json']);
  try {
    return JSON.parse(ended.stdout);
  } catch {
    throw new Error(
      `braid ${args.join(' ')}: exit ${ended.code}\n${ended.stdout}\n${ended.stderr}`,
    );
  }
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** All of stdout so far. */
  output(): string;
}

/** Starts `braid ARGS` and leaves it running; killed after the test if it still is. */
export function start(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(launcher, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  children.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { process: child, ended, output: () => stdout };
}

/** Waits until `condition` gives something; throws after `timeoutMs`. Polls, since it looks from outside. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== false) return value as T;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
