import { mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { AttemptFile, AttemptId, Submission } from '../../engine/index.ts';
import { launchText } from '../wrapper/launch.ts';
import type { Need } from './admission.ts';

/** One attempt that this runner has accepted or found. */
export interface Item extends Need {
  readonly key: string;
  readonly attempt: AttemptId;
  readonly directory: string;
  readonly externalId: string;
  /** Text for a lane. */
  readonly text: string;
  readonly timeMs: number | undefined;
  /** 0 in `memoryBytes` means that it has no limit. */
  readonly memoryBytes: number;
  ended: boolean;
}

/** What one lane runs without a break: the attempts of a bundle, or one. */
export interface Unit extends Need {
  readonly items: readonly Item[];
}

export type Loaded =
  | { readonly kind: 'item'; readonly item: Item; readonly file: AttemptFile }
  | { readonly kind: 'refused'; readonly text: string };

/** What an attempt's text takes beside its file. */
export interface Loading {
  /** The path of a program, by its name and the PATH that the attempt sets. */
  find(program: string, path: string | undefined): string | undefined;
  /** The value of a secret by its name. */
  secret(name: string): string | undefined;
}

/** Renders the text for a lane from `attempt.json`, read unless it came along; nothing is changed on disk. */
export function loadItem(
  place: Submission['items'][number] & { readonly key: string },
  externalId: string,
  loading: Loading,
): Loaded {
  let file = place.file;
  try {
    file ??= JSON.parse(readFileSync(`${place.directory}/attempt.json`, 'utf8')) as AttemptFile;
  } catch (error) {
    return { kind: 'refused', text: `attempt.json cannot be read: ${(error as Error).message}` };
  }
  if (!place.file) {
    const strange = strangeness(place, file);
    if (strange !== undefined) return { kind: 'refused', text: strange };
  }
  const { PATH } = file.environment;
  const hidden = secretsOf(file, loading);
  if (typeof hidden === 'string') return { kind: 'refused', text: hidden };
  const launch = launchText(
    { ...file, environment: { ...file.environment, ...hidden } },
    { directory: place.directory, externalId },
    (program) => loading.find(program, PATH),
  );
  if (launch.kind === 'refused') return launch;
  const { cpus, memoryBytes, timeMs } = file.resources;
  const item: Item = {
    key: place.key,
    attempt: place.attempt,
    directory: place.directory,
    externalId,
    text: launch.text,
    cpus: Math.max(1, cpus),
    memoryBytes: memoryBytes ?? 0,
    timeMs,
    ended: false,
  };
  return { kind: 'item', item, file };
}

/** Why what came from elsewhere is not run here: what names a directory may be anybody who reaches the queue. */
function strangeness(
  { directory, attempt, key }: Parameters<typeof loadItem>[0],
  file: AttemptFile,
): string | undefined {
  if (file.attempt !== attempt || file.submission !== key) {
    return `attempt.json is of ${file.attempt} in ${file.submission}`;
  }
  const { uid } = statSync(directory);
  return uid === process.geteuid?.() ? undefined : `${directory} belongs to another user`;
}

/** Variables that hold secrets, with their values; or which one this process does not know. */
function secretsOf(file: AttemptFile, { secret }: Loading): Record<string, string> | string {
  const values: Record<string, string> = {};
  for (const [variable, name] of Object.entries(file.secrets ?? {})) {
    const value = secret(name);
    if (value === undefined) return `secret \`${name}\` has no value here`;
    values[variable] = value;
  }
  return values;
}

/**
 * Makes `work/` with the links into it and the directories that outputs will stand in, so that the
 * wrapper needs no external program for it. What is there already stays. Throws the file system's error.
 */
export function makeWork(directory: string, file: AttemptFile): void {
  const work = `${directory}/work`;
  unlessThere(() => mkdirSync(work));
  const inside = new Set<string>();
  for (const { path } of [...file.links, ...file.outputs]) {
    const parent = dirname(normalize(path));
    if (parent !== '.' && !parent.startsWith('..') && !parent.startsWith('/')) inside.add(parent);
  }
  for (const parent of inside) mkdirSync(join(work, parent), { recursive: true });
  for (const { path, target } of file.links) {
    unlessThere(() => symlinkSync(target, join(work, path)));
  }
}

function unlessThere(make: () => void): void {
  try {
    make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
