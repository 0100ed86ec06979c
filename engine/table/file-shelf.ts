import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import {
  type Checked,
  compareStrings,
  type Diagnostic,
  type ReaderName,
  type RecordType,
  type SourceText,
  type Span,
  type Type,
  type Value,
} from '../../dsl/index.ts';
import type { LoadedFile } from '../loaded.ts';
import type { Files } from '../ports.ts';
import { readValue } from './read-value.ts';

/** One use of a reader: `path` as it was written, `base` the directory it is relative to. */
export interface FileRequest {
  readonly reader: ReaderName;
  readonly path: string;
  readonly base: string;
  readonly type: Type;
  /** Where it stands, for a file that cannot be read. */
  readonly span: Span | undefined;
}

/** Files and what readers made of them; each is read once. */
export interface FileShelf {
  readonly files: readonly LoadedFile[];
  /** What stands for a pattern of `files(...)`: names, not contents. */
  readonly listings: readonly string[];
  /** The text of a file (E1001 or E0709 if it cannot be read). */
  source(path: string, span: Span | undefined): Promise<Checked<SourceText | undefined>>;
  /** Reads for a request; the diagnostics are given the first time only. */
  fetch(request: FileRequest): Promise<readonly Diagnostic[]>;
  /** What a fetched request gave; undefined if it was not fetched. */
  value(request: Omit<FileRequest, 'span'>): Value | undefined;
}

export function createFileShelf(
  files: Files,
  nameOf: (path: string) => string = (path) => path,
): FileShelf {
  const read = new Map<string, LoadedFile>();
  const values = new Map<string, Value>();
  const listings: string[] = [];
  const keyOf = ({ reader, path, base, type }: Omit<FileRequest, 'span'>) =>
    JSON.stringify([reader, placed(base, path), typeKey(type)]);

  const source: FileShelf['source'] = async (path, span) => {
    try {
      const known = read.get(path)?.bytes ?? (await files.read(path));
      if (!read.has(path)) {
        const sha256 = createHash('sha256').update(known).digest('hex');
        read.set(path, { path, sha256, bytes: known });
      }
      const text = new TextDecoder('utf-8', { fatal: true }).decode(known);
      return { value: { name: nameOf(path), text }, diagnostics: [] };
    } catch (error) {
      return { value: undefined, diagnostics: [cannotRead(nameOf(path), error, span)] };
    }
  };
  return {
    get files() {
      return [...read.values()];
    },
    listings,
    source,
    async fetch(request) {
      const key = keyOf(request);
      if (values.has(key)) return [];
      const path = placed(request.base, request.path);
      if (request.reader === 'files') {
        const found = await matching(files, path);
        listings.push(...found);
        values.set(
          key,
          found.map((each) => ({ kind: 'file', path: each })),
        );
        return [];
      }
      const { value: text, diagnostics } = await source(path, request.span);
      if (!text) {
        values.set(key, null);
        return diagnostics;
      }
      const checked = readValue(request.reader, text, request.type, posix.dirname(path));
      values.set(key, checked.value);
      return checked.diagnostics;
    },
    value: (request) => values.get(keyOf(request)),
  };
}

/** Types are told apart by what they are: several files may each have one of a name. */
function typeKey(type: Type): string {
  switch (type.kind) {
    case 'table':
    case 'record':
      return `${type.kind} ${type.record.name} ${recordKey(type.record)}`;
    case 'closed':
      return JSON.stringify(type.values);
    case 'list':
      return `list ${typeKey(type.element)}`;
    case 'optional':
      return `${typeKey(type.of)}?`;
    default:
      return type.kind;
  }
}

const recordKeys = new WeakMap<RecordType, string>();

function recordKey(record: RecordType): string {
  let key = recordKeys.get(record);
  if (key === undefined) {
    const fields = [...record.fields].map(([name, type]) => [name, typeKey(type)]);
    key = JSON.stringify([record.key, fields]);
    recordKeys.set(record, key);
  }
  return key;
}

/** A path relative to the directory of the file that says it. */
export function placed(base: string, path: string): string {
  return path.startsWith('/') ? path : posix.join(base, path);
}

/** Files whose names fit a pattern with `*` and `?` in its last part. */
async function matching(files: Files, pattern: string): Promise<readonly string[]> {
  const directory = posix.dirname(pattern);
  const text = posix
    .basename(pattern)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]');
  const fits = new RegExp(`^${text}$`, 'u');
  const names = await files.list(directory);
  return names
    .filter((name) => fits.test(name))
    .toSorted(compareStrings)
    .map((name) => posix.join(directory, name));
}

function cannotRead(path: string, error: unknown, span: Span | undefined): Diagnostic {
  const code = span ? 'E0709' : 'E1001';
  const reason =
    error instanceof TypeError
      ? 'it is not UTF-8 text'
      : ({
          ENOENT: 'there is no such file',
          EACCES: 'it may not be read',
          EISDIR: 'it is a directory',
        }[String((error as { code?: unknown }).code)] ??
        String((error as { message?: unknown }).message));
  return { code, severity: 'error', message: `cannot read \`${path}\`: ${reason}`, span };
}
