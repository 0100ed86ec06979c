import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, posix } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compareStrings } from '../dsl/index.ts';
import type { FileStat, Files } from './ports.ts';

/** Files up to this size are read at once; larger ones beside the engine's thread. */
const SMALL_BYTES = 65_536;
/** Many small calls in a row hold up the engine's thread no longer than this. */
const SLICE_MS = 8;

/**
 * The machine's file system. Missing files reject with the system's error, as `read` needs to say why.
 * What is small is done with synchronous calls: each costs a tenth of one that goes through the thread
 * pool, and an attempt takes a handful of them.
 */
export function diskFiles(): Files {
  return {
    read: async (path) => readSmall(path) ?? readFile(path),
    readText: async (path) => readFileSync(path, 'utf8'),
    async stat(paths) {
      const found: (FileStat | undefined)[] = [];
      await inSlices(paths, (path) => found.push(statOf(path)));
      return found;
    },
    async list(directory) {
      return inCodePointOrder(await readdir(directory).catch(() => []));
    },
    async write(files) {
      let made: string | undefined;
      await inSlices(files, ({ path, text }) => {
        const directory = dirname(path);
        if (directory !== made) mkdirSync(directory, { recursive: true });
        made = directory;
        put(path, text);
      });
    },
    async create(path, text) {
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, text, { flag: 'wx' });
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      }
    },
  };
}

/**
 * A file that is there is replaced as a whole: a shell may be reading a script just now, and an engine that was
 * stopped may write it once more.
 */
function put(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }
}

/** Undefined for one that is not small, or no file. Throws the system's error. */
function readSmall(path: string): Uint8Array | undefined {
  const descriptor = openSync(path, 'r');
  try {
    const found = fstatSync(descriptor);
    // The size of what is no file on a disk (`/proc`, a pipe) says nothing.
    if (!found.isFile() || found.size === 0 || found.size > SMALL_BYTES) return undefined;
    const bytes = new Uint8Array(found.size);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function statOf(path: string): FileStat | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && { size: found.size, mtimeMs: found.mtimeMs, directory: found.isDirectory() };
  } catch {
    return undefined;
  }
}

async function inSlices<T>(items: readonly T[], each: (item: T) => void): Promise<void> {
  let since = performance.now();
  for (const item of items) {
    each(item);
    if (performance.now() - since < SLICE_MS) continue;
    await nextTurn();
    since = performance.now();
  }
}

/** Files in memory, by path with `/`: for tests, the simulator and the editor's open documents. */
export function memoryFiles(texts: Readonly<Record<string, string | Uint8Array>> = {}): Files {
  const contents = new Map<string, Uint8Array>();
  const put = (path: string, content: string | Uint8Array) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    contents.set(posix.normalize(path), bytes);
  };
  for (const [path, content] of Object.entries(texts)) put(path, content);
  const inside = (directory: string) => {
    const prefix = directory === '.' ? '' : `${posix.normalize(directory).replace(/\/$/, '')}/`;
    const names = [...contents.keys()]
      .filter((path) => path.startsWith(prefix) && (prefix !== '' || !path.startsWith('/')))
      .map((path) => path.slice(prefix.length).split('/')[0] ?? '');
    return inCodePointOrder([...new Set(names)]);
  };
  return {
    async read(path) {
      const content = contents.get(posix.normalize(path));
      if (content) return content;
      throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
    },
    async stat(paths) {
      return paths.map((path) => {
        const content = contents.get(posix.normalize(path));
        if (content) return { size: content.length, mtimeMs: 0, directory: false };
        return inside(path).length > 0 ? { size: 0, mtimeMs: 0, directory: true } : undefined;
      });
    },
    async list(directory) {
      return inside(directory);
    },
    async write(files) {
      for (const { path, text } of files) put(path, text);
    },
    async create(path, text) {
      if (contents.has(posix.normalize(path))) return false;
      put(path, text);
      return true;
    },
  };
}

/** Node's own order of names is the file system's. */
function inCodePointOrder(names: readonly string[]): readonly string[] {
  return names.toSorted(compareStrings);
}
