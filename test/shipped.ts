import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Where the shipped workflows are. */
export const shippedFolder = join(import.meta.dirname, '../workflows');

/** Every shipped workflow, relative to the folder; what is under `lib/` is called by others. */
export const shippedWorkflows: readonly string[] = readdirSync(shippedFolder, {
  recursive: true,
  withFileTypes: true,
})
  .filter((entry) => entry.isFile() && entry.name.endsWith('.braid'))
  .map((entry) => relative(shippedFolder, join(entry.parentPath, entry.name)))
  .filter((name) => !name.includes('lib/'))
  .sort();
