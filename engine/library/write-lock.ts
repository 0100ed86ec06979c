import { posix } from 'node:path';
import type { Checked, Diagnostic, Span } from '../../dsl/index.ts';
import type { Files } from '../ports.ts';
import { createFileShelf } from '../table/file-shelf.ts';
import { keptAt, type Lock, type LockEntry, lockName, parseLock, type Remote } from './lock.ts';
import { readModules } from './modules.ts';
import type { Wanted } from './place.ts';

/** Repositories as git reaches them: the only part of Braid that asks the network for a workflow's text. */
export interface Repositories {
  /** The commit of the tag `version` or `vVERSION`; or why there is none. */
  resolve(
    remote: Remote,
    version: string,
  ): Promise<{ readonly tag: string; readonly commit: string } | { readonly problem: string }>;
  /** Puts the files of a commit into a directory that is not there yet; or why that failed. */
  fetch(
    remote: Remote,
    at: { readonly tag: string; readonly commit: string },
    directory: string,
  ): Promise<{ readonly problem: string } | undefined>;
}

export interface LockOptions {
  readonly files: Files;
  readonly repositories: Repositories;
  readonly nameOf?: (path: string) => string;
  /** Looks all tags up again, instead of only those that the lock has not. */
  readonly update?: boolean;
}

/**
 * The lock of a workflow with everything fetched that it needs, in the directories that plans read: each tag
 * is looked up once and then stays the same commit. Undefined where something cannot be had (E0509).
 */
export async function lockLibraries(
  path: string,
  options: LockOptions,
): Promise<Checked<Lock | undefined>> {
  const base = posix.dirname(path);
  const before = await readLock(posix.join(base, lockName), options);
  if (before.value === undefined) return before;
  let lock: Lock = options.update ? [] : before.value;
  const fetched = new Set<string>();
  for (;;) {
    const wanted: Wanted[] = [];
    const used = new Map<LockEntry, Record<string, string>>();
    const modules = await readModules(path, createFileShelf(options.files, options.nameOf), {
      lock,
      wanted,
      found: (entry, file, sha256) => {
        used.set(entry, { ...used.get(entry), [file]: sha256 });
      },
    });
    // What else is wrong with a text is for `check` to say.
    const problems = modules.diagnostics.filter(({ code }) => unlocked.has(code));
    if (problems.length > 0) return { value: undefined, diagnostics: problems };
    const [first] = wanted;
    if (first === undefined) {
      const value = [...used].map(([entry, files]) => ({ ...entry, files }));
      return { value, diagnostics: [] };
    }
    const got = await get(first, base, options.repositories, fetched);
    if ('code' in got) return { value: undefined, diagnostics: [got] };
    if (first.entry === undefined) lock = [...lock, got];
  }
}

/** A file of them cannot be had. */
const unlocked = new Set(['E0508', 'E0509', 'E0709', 'E1001']);

async function readLock(
  path: string,
  { files, nameOf }: LockOptions,
): Promise<Checked<Lock | undefined>> {
  const [stat] = await files.stat([path]);
  if (stat === undefined) return { value: [], diagnostics: [] };
  const { value: source, diagnostics } = await createFileShelf(files, nameOf).source(
    path,
    undefined,
  );
  const found = source && parseLock(source);
  if (found === undefined || !('code' in found)) return { value: found, diagnostics };
  return { value: undefined, diagnostics: [found] };
}

/** Looks a tag up if it is new, and fetches its files; E0509 if either fails. */
async function get(
  { remote, version, entry, span }: Wanted,
  base: string,
  repositories: Repositories,
  fetched: Set<string>,
): Promise<LockEntry | Diagnostic> {
  const at = entry ?? (await repositories.resolve(remote, version));
  if ('problem' in at) return cannot(remote, version, at.problem, span);
  const directory = posix.join(base, keptAt(at));
  // Kept already and still wanted: what is used is not in it.
  if (fetched.has(directory)) {
    return cannot(remote, version, `there is no \`${remote.path}\` in ${at.tag}`, span);
  }
  fetched.add(directory);
  const failed = await repositories.fetch(remote, at, directory);
  if (failed !== undefined) return cannot(remote, version, failed.problem, span);
  const { tag, commit } = at;
  return { repository: remote.repository, version, tag, commit, files: {} };
}

function cannot(remote: Remote, version: string, why: string, span: Span): Diagnostic {
  const message = `${remote.repository} ${version} cannot be had: ${why}`;
  return { code: 'E0509', severity: 'error', message, span };
}
