import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { AttemptFile, AttemptId } from '../../engine/index.ts';
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

/** Reads `attempt.json` and renders the text for a lane; nothing is changed on disk. */
export function loadItem(
  place: { readonly key: string; readonly attempt: AttemptId; readonly directory: string },
  externalId: string,
  find: (program: string, path: string | undefined) => string | undefined,
): Loaded {
  let file: AttemptFile;
  try {
    file = JSON.parse(readFileSync(join(place.directory, 'attempt.json'), 'utf8')) as AttemptFile;
  } catch (error) {
    return { kind: 'refused', text: `attempt.json cannot be read: ${(error as Error).message}` };
  }
  const launch = launchText(file, { directory: place.directory, externalId }, (program) =>
    find(program, file.environment.PATH),
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

/**
 * Makes `work/` with the links into it and the directories that outputs will stand in, so that the
 * wrapper needs no external program for it. What is there already stays. Throws the file system's error.
 */
export async function makeWork(directory: string, file: AttemptFile): Promise<void> {
  const work = join(directory, 'work');
  try {
    mkdirSync(work);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const inside = new Set<string>();
  for (const { path } of [...file.links, ...file.outputs]) {
    const parent = dirname(normalize(path));
    if (parent !== '.' && !parent.startsWith('..') && !parent.startsWith('/')) inside.add(parent);
  }
  for (const parent of inside) await mkdir(join(work, parent), { recursive: true });
  if (file.links.length <= LINKS_AT_ONCE) {
    for (const { path, target } of file.links)
      ignoringExisting(() => symlinkSync(target, join(work, path)));
    return;
  }
  for (let at = 0; at < file.links.length; at += LINKS_AT_ONCE) {
    const some = file.links.slice(at, at + LINKS_AT_ONCE);
    await Promise.all(
      some.map(({ path, target }) => symlink(target, join(work, path)).catch(unlessExisting)),
    );
  }
}

/** More than these and making them would hold up the engine's thread. */
const LINKS_AT_ONCE = 32;

function ignoringExisting(make: () => void): void {
  try {
    make();
  } catch (error) {
    unlessExisting(error);
  }
}

function unlessExisting(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}
