import { constants } from 'node:fs';
import { copyFile, cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Failpoint } from '../../engine/index.ts';
import { startOf } from './processes.ts';

/**
 * Copies files and directories below `results`; each appears there whole, by a rename. What a process that died
 * had begun to copy is removed. Gives the paths that were made, and what could not be.
 */
export async function publish(
  results: string,
  items: readonly { readonly from: string; readonly to: string }[],
  failpoint?: Failpoint,
): Promise<{ readonly made: readonly string[]; readonly failed: readonly string[] }> {
  const made: string[] = [];
  const failed: string[] = [];
  const swept = new Set<string>();
  for (const { from, to } of items) {
    const target = join(results, to);
    const passing = `${target}${PASSING}${hostname()}-${process.pid}`;
    const directory = dirname(target);
    try {
      await mkdir(directory, { recursive: true });
      if (!swept.has(directory)) await sweep(directory);
      swept.add(directory);
      failpoint?.('copy.before');
      const isDirectory = (await stat(from)).isDirectory();
      if (isDirectory) await cp(from, passing, { recursive: true });
      else await copyFile(from, passing, constants.COPYFILE_FICLONE);
      failpoint?.('copy.after');
      if (isDirectory) await rm(target, { recursive: true, force: true });
      await rename(passing, target);
      made.push(target);
    } catch (error) {
      await rm(passing, { recursive: true, force: true });
      failed.push(`${target}: ${(error as Error).message}`);
    }
  }
  return { made, failed };
}

/** What stands in the name of a copy that is not whole, before the host and the process that makes it. */
const PASSING = '.braid-';

/** Removes copies that processes of this host were at when they ended. */
async function sweep(directory: string): Promise<void> {
  const mark = `${PASSING}${hostname()}-`;
  for (const name of await readdir(directory)) {
    const at = name.lastIndexOf(mark);
    const pid = at < 0 ? Number.NaN : Number(name.slice(at + mark.length));
    if (!Number.isInteger(pid) || startOf(pid) !== undefined) continue;
    await rm(join(directory, name), { recursive: true, force: true });
  }
}
