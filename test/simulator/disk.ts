import type { FileStat, Files } from '../../engine/ports.ts';
import { lateFileMs } from './faults.ts';
import type { Call } from './life.ts';
import { strikes, type World } from './world.ts';

/**
 * A site writes a file that engines may see late, or half of it first. `text` is what is there for those who
 * write beside it (O_EXCL is decided by the server).
 */
export function writeAtSite(world: World, path: string, text: string): void {
  const { disk, late, time, random } = world;
  disk.set(path, text);
  const isTorn = strikes(world, 'tornFile');
  if (!isTorn && !strikes(world, 'lateFile')) return;
  const shown = isTorn ? text.slice(0, random.int(0, text.length - 1)) : undefined;
  late.set(path, { untilMs: time.nowMs() + random.int(1, lateFileMs), text: shown });
}

/** What only a site writes. */
const ofSite = /\/(claim|exit\.json)$/;

/** As an engine sees it. */
function seen({ disk, late, time, shared }: World, path: string): string | undefined {
  if (!shared && ofSite.test(path)) return undefined;
  const kept = late.get(path);
  return kept && kept.untilMs > time.nowMs() ? kept.text : disk.get(path);
}

/** Dies half-way through a file. */
export type Die = () => Promise<never>;

export function filesOf(world: World, call: Call, die: Die): Files {
  const { disk, random } = world;
  return {
    read: (path) =>
      call(() => {
        if (strikes(world, 'failedRead')) throw new Error('input/output error');
        const text = seen(world, path);
        if (text === undefined) throw new Error(`no such file: ${path}`);
        return new TextEncoder().encode(text);
      }),
    stat: (paths) =>
      call(() => {
        if (strikes(world, 'failedStat')) throw new Error('stale file handle');
        return paths.map((path): FileStat | undefined => {
          const text = seen(world, path);
          return text === undefined
            ? undefined
            : { size: text.length, mtimeMs: 0, directory: false };
        });
      }),
    list: (directory) =>
      call(() => {
        if (strikes(world, 'failedStat')) throw new Error('stale file handle');
        return [...disk.keys()]
          .filter((path) => path.startsWith(`${directory}/`))
          .map((path) => path.slice(directory.length + 1));
      }),
    write: (files) =>
      call(async () => {
        for (const { path, text } of files) {
          if (strikes(world, 'failedWrite')) throw new Error('no space left');
          if (strikes(world, 'tornWrite')) {
            disk.set(path, text.slice(0, random.int(0, text.length - 1)));
            return die();
          }
          disk.set(path, text);
        }
      }),
    create: (path, text) =>
      call(() => {
        if (disk.has(path)) return false;
        disk.set(path, text);
        return true;
      }),
  };
}
