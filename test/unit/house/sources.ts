import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { floors } from './floors.ts';

const root = join(import.meta.dirname, '../../..');

/** All TypeScript sources of the floors: path relative to the repository → text. */
export function sources(): Map<string, string> {
  const files = new Map<string, string>();
  for (const floor of floors) {
    const entries = readdirSync(join(root, floor.name), { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile() || !/\.ts$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(relative(root, path), readFileSync(path, 'utf8'));
    }
  }
  return files;
}
