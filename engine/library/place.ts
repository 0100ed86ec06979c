import { posix } from 'node:path';
import type { Diagnostic, Span, UseSyntax } from '../../dsl/index.ts';
import type { FileShelf } from '../table/file-shelf.ts';
import {
  keptAt,
  type Lock,
  type LockEntry,
  lockName,
  parseLock,
  type Remote,
  remoteOf,
} from './lock.ts';

/** What the verb that writes a lock learns on the way. */
export interface Learning {
  readonly lock: Lock;
  /** Repositories that must be fetched before the walk can go on; with an entry: at its commit. */
  readonly wanted: Wanted[];
  /** A file that is used, and its SHA-256. */
  found(entry: LockEntry, path: string, sha256: string): void;
}

export interface Wanted {
  readonly remote: Remote;
  readonly version: string;
  readonly entry: LockEntry | undefined;
  readonly span: Span;
}

/** Where the file of a `use` is; why it cannot be had; undefined if it is wanted first. */
export type Place =
  | { readonly path: string; readonly isRemote: boolean }
  | { readonly problem: Diagnostic }
  | undefined;

/** The repository that a file was kept from. */
interface Home {
  readonly entry: LockEntry;
  readonly remote: Remote;
  /** Its path in the repository. */
  readonly inside: string;
}

/** What is kept while the files of one workflow are placed. */
interface Placing {
  readonly base: string;
  readonly shelf: FileShelf;
  readonly learning: Learning | undefined;
  /** Files of repositories, by their path here. */
  readonly homes: Map<string, Home>;
  lock: Lock | Diagnostic | undefined;
  /** The workflow, for the command in hints: its `use`s come first. */
  workflow: string | undefined;
}

/**
 * Finds the files that `use` names: by paths relative to the file that says it, or in repositories, as the
 * lock in the directory `base` says. What a kept file uses by a path is of the same repository.
 */
export function createPlacing(
  base: string,
  shelf: FileShelf,
  learning?: Learning,
): (use: UseSyntax, from: string) => Promise<Place> {
  const homes = new Map<string, Home>();
  const placing: Placing = {
    base,
    shelf,
    learning,
    homes,
    lock: learning?.lock,
    workflow: undefined,
  };
  return async (use, from) => {
    const { span } = use.path;
    const text = plainText(use.path);
    placing.workflow ??= span.source.name;
    if (text === undefined) {
      return problem('E0508', span, 'a file that is used is named by plain text');
    }
    const remote = remoteOf(text);
    if (remote !== undefined) return inRepository(placing, remote, use);
    const home = homes.get(from);
    if (home === undefined) {
      return { path: posix.join(posix.dirname(from), text), isRemote: false };
    }
    const inside = posix.join(posix.dirname(home.inside), text);
    if (!inside.startsWith('..') && !text.startsWith('/')) {
      return keptFile(placing, { ...home, inside }, span);
    }
    return problem('E0508', span, `\`${text}\` is outside of ${home.entry.repository}`);
  };
}

/** A file that the workflow, or a library of its own, uses of a repository: as locked, or to be locked. */
async function inRepository(placing: Placing, remote: Remote, use: UseSyntax): Promise<Place> {
  const { learning } = placing;
  const { span } = use.path;
  const { repository } = remote;
  const version = versionOf(use);
  if (version === undefined) return withoutVersion(use);
  if (posix.normalize(remote.path).startsWith('..')) {
    return problem('E0508', span, `\`${remote.path}\` is outside of ${repository}`);
  }
  placing.lock ??= await readLock(placing.base, placing.shelf);
  const { lock } = placing;
  if ('code' in lock) return { problem: lock };
  const entry = lock.find((e) => e.repository === repository && e.version === version);
  if (entry !== undefined) return keptFile(placing, { entry, remote, inside: remote.path }, span);
  if (learning === undefined) {
    return notFetched(placing, 'E0508', span, `${repository} ${version} is not in \`${lockName}\``);
  }
  learning.wanted.push({ remote, version, entry: undefined, span });
  return undefined;
}

/** A file of a locked repository: it must be here, and be the one that was locked. */
async function keptFile(placing: Placing, home: Home, span: Span): Promise<Place> {
  const { base, shelf, learning, homes } = placing;
  const { entry, inside, remote } = home;
  const path = posix.join(base, keptAt(entry), inside);
  const { value: source } = await shelf.source(path, span);
  const sha256 = shelf.files.find((file) => file.path === path)?.sha256;
  const locked = entry.files[inside];
  const what = `\`${inside}\` of ${entry.repository} ${entry.version}`;
  homes.set(path, home);
  if (source === undefined || sha256 === undefined) {
    if (learning === undefined)
      return notFetched(placing, 'E0509', span, `${what} is not kept here`);
    learning.wanted.push({ remote, version: entry.version, entry, span });
    return undefined;
  }
  if (locked !== undefined && locked !== sha256) {
    const hint = `remove \`.braid/libraries\` beside the workflow, then \`braid lock ${placing.workflow}\``;
    return problem('E0509', span, `${what} is not what \`${lockName}\` says`, hint);
  }
  if (learning !== undefined) learning.found(entry, inside, sha256);
  else if (locked === undefined) {
    return notFetched(placing, 'E0508', span, `${what} is not in \`${lockName}\``);
  }
  return { path, isRemote: true };
}

function notFetched(
  { workflow }: Placing,
  code: 'E0508' | 'E0509',
  span: Span,
  message: string,
): Place {
  return problem(code, span, message, `\`braid lock ${workflow}\` fetches it; nothing else does`);
}

/** What the lock of a directory says; empty where there is none. */
async function readLock(base: string, shelf: FileShelf): Promise<Lock | Diagnostic> {
  const { value: source } = await shelf.source(posix.join(base, lockName), undefined);
  return source === undefined ? [] : parseLock(source);
}

/** Undefined where none is said that could be a tag. */
function versionOf({ version }: UseSyntax): string | undefined {
  const text = version && plainText(version);
  return text !== undefined && /^[\w][\w.+-]*$/.test(text) ? text : undefined;
}

function withoutVersion({ path, name }: UseSyntax): Place {
  const hint = `\`use ${JSON.stringify(plainText(path))} version "1.0" as ${name.text}\``;
  return problem('E0508', path.span, 'a library of a repository is used at a version', hint);
}

/** The text of a string without `@{...}`. */
export function plainText(string: UseSyntax['path']): string | undefined {
  const [part, ...others] = string.parts;
  return part?.kind === 'text' && others.length === 0 ? part.text : undefined;
}

function problem(code: string, span: Span, message: string, hint?: string): Place {
  return { problem: { code, severity: 'error', message, span, hint } };
}
