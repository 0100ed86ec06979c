import { constants } from 'node:fs';
import { copyFile, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Copies files and directories below `results`; each appears there whole, by a rename. Gives the paths that
 * were made, and what could not be.
 */
export async function publish(
  results: string,
  items: readonly { readonly from: string; readonly to: string }[],
): Promise<{ readonly made: readonly string[]; readonly failed: readonly string[] }> {
  const made: string[] = [];
  const failed: string[] = [];
  for (const { from, to } of items) {
    const target = join(results, to);
    const passing = `${target}.braid-${process.pid}`;
    try {
      await mkdir(dirname(target), { recursive: true });
      const isDirectory = (await stat(from)).isDirectory();
      if (isDirectory) await cp(from, passing, { recursive: true });
      else await copyFile(from, passing, constants.COPYFILE_FICLONE);
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
