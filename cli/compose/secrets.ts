import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Checked, Diagnostic, Program } from '../../dsl/index.ts';
import { type UsedSecret, usedSecrets } from '../../engine/index.ts';

/** What a process needs to find secrets; by default its own. */
export interface SecretPlaces {
  readonly environment: NodeJS.ProcessEnv;
  /** `~/.config/braid/secrets`: a file a secret, which only its owner may read. */
  readonly directory: string;
}

export function secretPlaces(environment: NodeJS.ProcessEnv = process.env): SecretPlaces {
  const config = environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config');
  return { environment, directory: join(config, 'braid', 'secrets') };
}

/**
 * Values of the secrets that a workflow's steps use: the variable `BRAID_SECRET_<name>`, else the variable
 * of the secret's own name, else the file of that name in `directory`, its last newline aside. Without a
 * value E0920; from a file that others may read E0921. A message never holds a value.
 */
export function findSecrets(
  program: Pick<Program, 'secrets' | 'steps'>,
  places: SecretPlaces = secretPlaces(),
): Checked<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const secret of usedSecrets(program)) {
    const found = findSecret(secret, places);
    if (typeof found === 'string') values.set(secret.name, found);
    else diagnostics.push(found);
  }
  return { value: values, diagnostics };
}

/** What steps inherit: not the variables that hold secrets, used or not. */
export function withoutSecrets(
  environment: NodeJS.ProcessEnv,
  secrets: readonly string[],
): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !secrets.includes(name)),
  );
}

/** The value of a secret by its name alone; undefined if there is none, or others may read it. */
export function secretNamed(name: string, places: SecretPlaces): string | undefined {
  const found = findSecret({ name, span: nowhere }, places);
  return typeof found === 'string' ? found : undefined;
}

const nowhere = { source: { name: '', text: '' }, start: 0, end: 0 };

function findSecret(secret: UsedSecret, { environment, directory }: SecretPlaces) {
  const { name } = secret;
  const given = environment[`BRAID_SECRET_${name}`] ?? environment[name];
  if (given !== undefined && given !== '') return given;
  const path = join(directory, name);
  const mode = modeOf(path);
  if (mode === undefined) return missing(secret, path);
  if ((mode & 0o077) !== 0) return exposed(secret, path);
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return missing(secret, path);
  }
}

function modeOf(path: string): number | undefined {
  try {
    return statSync(path).mode;
  } catch {
    return undefined;
  }
}

function missing({ name, span }: UsedSecret, path: string): Diagnostic {
  return {
    code: 'E0920',
    severity: 'error',
    message: `secret \`${name}\` has no value`,
    span,
    label: 'a step needs it',
    hint: `set BRAID_SECRET_${name} in the environment, or write it into ${path} (mode 0600)`,
  };
}

function exposed({ name, span }: UsedSecret, path: string): Diagnostic {
  return {
    code: 'E0921',
    severity: 'error',
    message: `secret \`${name}\` is in a file that others may read`,
    span,
    label: path,
    hint: `chmod 600 ${path}`,
  };
}
