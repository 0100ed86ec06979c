import type { Diagnostic, SourceText, Span } from '../../dsl/index.ts';

/** A file of a repository at a tag, as `use "HOST/ORG/REPOSITORY/FILE" version "TAG"` says it. */
export interface Remote {
  /** `github.com/org/repo`, or an address that ends in `.git`. */
  readonly repository: string;
  /** What git is asked. */
  readonly url: string;
  /** Inside of the repository. */
  readonly path: string;
}

/** Where a name of a `use` leads if it is no path: undefined for paths. */
export function remoteOf(text: string): Remote | undefined {
  const [, scheme = '', rest = ''] = /^([a-z]+:\/\/)?(.*)$/s.exec(text) ?? [];
  const segments = rest.split('/');
  const end = segments.findIndex((segment) => segment.endsWith('.git'));
  if (scheme !== '' && end >= 0) {
    const repository = `${scheme}${segments.slice(0, end + 1).join('/')}`;
    return { repository, url: repository, path: segments.slice(end + 1).join('/') };
  }
  const isHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(segments[0] ?? '');
  if (!isHost || segments.length < 4) return undefined;
  const repository = segments.slice(0, 3).join('/');
  const url = `${scheme || 'https://'}${repository}`;
  return { repository, url, path: segments.slice(3).join('/') };
}

/** A repository at a tag: what `braid.lock` keeps of it. */
export interface LockEntry {
  readonly repository: string;
  /** As `use` says it. */
  readonly version: string;
  /** The tag that was found for it, with or without a `v` before it. */
  readonly tag: string;
  /** The commit of the tag. Hex. */
  readonly commit: string;
  /** SHA-256 of the files that are used, by their path in the repository. Hex. */
  readonly files: Readonly<Record<string, string>>;
}

export type Lock = readonly LockEntry[];

/** Its name, beside the workflow. */
export const lockName = 'braid.lock';

/** Where the files of a commit are kept, relative to the lock: one directory a commit. */
export function keptAt({ commit }: Pick<LockEntry, 'commit'>): string {
  return `.braid/libraries/${commit}`;
}

/** Ordered by repository and version, so that equal locks are equal texts. */
export function lockText(lock: Lock): string {
  const libraries = [...lock]
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .map(({ files, ...entry }) => {
      const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
      return { ...entry, files: Object.fromEntries(sorted) };
    });
  return `${JSON.stringify({ format: 1, libraries }, undefined, 2)}\n`;
}

/** Reads `braid.lock`; E0509 if it is none. */
export function parseLock(source: SourceText): Lock | Diagnostic {
  try {
    const { format, libraries }: { format?: unknown; libraries?: unknown } = JSON.parse(
      source.text,
    );
    if (format === 1 && Array.isArray(libraries) && libraries.every(isEntry)) return libraries;
  } catch {
    // What is no JSON is no lock either.
  }
  const span: Span = { source, start: 0, end: 0 };
  const message = `\`${source.name}\` cannot be read: it is no lock of this version`;
  const hint = 'remove it, and `braid lock` writes it anew';
  return { code: 'E0509', severity: 'error', message, span, hint };
}

function keyOf({ repository, version }: LockEntry): string {
  return `${repository} ${version}`;
}

function isEntry(value: unknown): value is LockEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { repository, version, tag, commit, files } = value as Partial<LockEntry>;
  return (
    [repository, version, tag].every((text) => typeof text === 'string') &&
    /^[0-9a-f]{40,64}$/.test(String(commit)) &&
    typeof files === 'object' &&
    files !== null &&
    Object.values(files).every((digest) => typeof digest === 'string')
  );
}
