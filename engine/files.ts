import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, posix } from 'node:path';
import { compareStrings } from '../dsl/index.ts';
import type { FileStat, Files } from './ports.ts';

/** The machine's file system. Missing files reject with the system's error, as `read` needs to say why. */
export function diskFiles(): Files {
  return {
    read: (path) => readFile(path),
    stat: (paths) => Promise.all(paths.map(statOf)),
    async list(directory) {
      return inCodePointOrder(await readdir(directory).catch(() => []));
    },
    async write(files) {
      const directories = new Set(files.map((file) => dirname(file.path)));
      for (const directory of directories) await mkdir(directory, { recursive: true });
      await Promise.all(files.map((file) => writeFile(file.path, file.text)));
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

async function statOf(path: string): Promise<FileStat | undefined> {
  try {
    const found = await stat(path);
    return { size: found.size, mtimeMs: found.mtimeMs, directory: found.isDirectory() };
  } catch {
    return undefined;
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
