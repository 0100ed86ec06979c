import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, Prepared } from '../../engine/index.ts';
import { hasNul, isVariableName, shellQuote } from '../wrapper/quote.ts';
import { runCommand } from './command.ts';
import { withLock } from './lock.ts';
import { explainPip } from './pip-failure.ts';

export interface PrepareSetting {
  /** Environments stand in `<directory>/<digest>/`. */
  readonly directory: string;
  /** Of the programs that prepare it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  progress(line: string): void;
}

/**
 * Prepares an environment for payloads of this machine: fields `pip` (packages with versions), `python` (a
 * version), `vars` (`NAME=value`), `setup` (shell lines, run last). `image` and `cvmfs` are for sites that can
 * provide them; with `runtime = "none"` the site promises that the software is there and they are passed over.
 *
 * Packages are installed once a digest, with `uv` if there is one, else with `python3 -m venv` and pip. A
 * virtual environment cannot be moved (its programs name their interpreter by path), so it is made where
 * it stays, and `ready.json`, renamed into place at the end, makes it one; a half-made one is made again.
 */
export async function prepareEnvironment(
  wanted: Environment,
  setting: PrepareSetting,
): Promise<Prepared> {
  const fault = unfit(wanted);
  if (fault) return fault;
  const setup: string[] = [];
  const packages = listOf(wanted.fields.pip);
  if (packages.length > 0) {
    const made = await packagesIn(
      join(setting.directory, wanted.digest),
      wanted,
      packages,
      setting,
    );
    if (made.kind === 'failed') return made;
    setup.push(...made.setup);
  }
  for (const line of listOf(wanted.fields.vars)) {
    const at = line.indexOf('=');
    setup.push(`export ${line.slice(0, at)}=${shellQuote(line.slice(at + 1))}`);
  }
  setup.push(...listOf(wanted.fields.setup));
  return { kind: 'ready', setup };
}

function unfit({ name, fields, digest }: Environment): (Prepared & { kind: 'failed' }) | undefined {
  const failed = (text: string, hint: string) =>
    ({ kind: 'failed', text, hint, permanent: true }) as const;
  if (!/^[A-Za-z0-9_-]+$/.test(digest)) return failed(`\`${digest}\` is no digest`, 'report this');
  const runtime = fields.runtime;
  for (const field of ['image', 'cvmfs'] as const) {
    if (fields[field] === undefined || runtime === 'none') continue;
    return failed(
      `env \`${name}\` is given by \`${field}\`, which the local runner cannot provide`,
      `in the site file: \`env ${name} { runtime = "none" }\` if the software is installed here`,
    );
  }
  if (runtime !== undefined && runtime !== 'none') {
    return failed(
      `env \`${name}\`: the local runner has no runtime \`${runtime}\``,
      'use `runtime = "none"`',
    );
  }
  const packages = listOf(fields.pip);
  const option = packages.find((text) => text.trimStart().startsWith('-') || text.trim() === '');
  if (option !== undefined) {
    return failed(
      `env \`${name}\`: \`${option}\` is no package`,
      'write packages as `numpy==2.1.0`',
    );
  }
  const variable = listOf(fields.vars).find(
    (text) => !isVariableName(text.split('=')[0] ?? '') || !text.includes('='),
  );
  if (variable !== undefined) {
    return failed(
      `env \`${name}\`: \`${variable}\` is no variable`,
      'write `vars = ["NAME=value"]`',
    );
  }
  if (Object.values(fields).some((field) => listOf(field).some(hasNul))) {
    return failed(`env \`${name}\` holds a NUL character`, 'remove it');
  }
  return undefined;
}

async function packagesIn(
  place: string,
  wanted: Environment,
  packages: readonly string[],
  setting: PrepareSetting,
): Promise<Prepared> {
  if (isReady(place)) return { kind: 'ready', setup: entering(place) };
  try {
    mkdirSync(setting.directory, { recursive: true });
    const waiting = (owner: string) =>
      setting.progress(`env ${wanted.name}: waits for ${owner}, which is preparing it`);
    return await withLock(`${place}.lock`, setting.signal, waiting, async () => {
      if (isReady(place)) return { kind: 'ready', setup: entering(place) };
      return install(place, wanted, packages, setting);
    });
  } catch (error) {
    if (setting.signal.aborted) return { kind: 'failed', text: 'interrupted' };
    return { kind: 'failed', text: (error as Error).message };
  }
}

async function install(
  place: string,
  wanted: Environment,
  packages: readonly string[],
  setting: PrepareSetting,
): Promise<Prepared> {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const logPath = join(place, 'log');
  const run = (argv: readonly [string, ...string[]]) =>
    runCommand(argv, {
      environment: setting.environment,
      signal: setting.signal,
      logPath,
      line: (text) => setting.progress(`env ${wanted.name}: ${text}`),
    });
  const version = typeof wanted.fields.python === 'string' ? wanted.fields.python : undefined;
  const uv = (await run(['uv', '--version'])).code === 0;
  const venv = join(place, 'venv');
  const python = join(venv, 'bin/python');
  setting.progress(`env ${wanted.name}: installing ${packages.join(', ')}`);
  const made = await run(
    uv
      ? ['uv', 'venv', ...(version ? ['--python', version] : []), venv]
      : [`python${version ?? '3'}`, '-m', 'venv', venv],
  );
  if (made.code === undefined) {
    return {
      kind: 'failed',
      text: `there is neither \`uv\` nor \`python${version ?? '3'}\` here`,
      hint: 'install uv (https://docs.astral.sh/uv) or python',
      permanent: true,
    };
  }
  if (made.code !== 0) return failure(made.tail, logPath);
  const installed = await run(
    uv
      ? ['uv', 'pip', 'install', '--python', python, ...packages]
      : [python, '-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', ...packages],
  );
  if (installed.code !== 0) return failure(installed.tail, logPath);
  const ready = join(place, 'ready.json');
  writeFileSync(`${ready}.new`, `${JSON.stringify({ name: wanted.name, pip: packages })}\n`);
  renameSync(`${ready}.new`, ready);
  return { kind: 'ready', setup: entering(place) };
}

function failure(tail: readonly string[], logPath: string): Prepared {
  return { kind: 'failed', ...explainPip(tail, logPath) };
}

function isReady(place: string): boolean {
  try {
    JSON.parse(readFileSync(join(place, 'ready.json'), 'utf8'));
    return true;
  } catch {
    return false;
  }
}

/** What `bin/activate` does for programs, with builtins only. */
function entering(place: string): string[] {
  const venv = join(place, 'venv');
  return [
    `export VIRTUAL_ENV=${shellQuote(venv)} PATH=${shellQuote(join(venv, 'bin'))}:"$PATH"`,
    'unset PYTHONHOME',
  ];
}

function listOf(field: string | readonly string[] | undefined): readonly string[] {
  if (field === undefined) return [];
  return typeof field === 'string' ? [field] : field;
}
