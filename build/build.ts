import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Compiles the floors to `dist/`, with the files beside the sources that are no TypeScript. */
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const floors = ['dsl', 'engine', 'runners', 'cli'];

rmSync(dist, { recursive: true, force: true });
const tsc = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')],
  { stdio: 'inherit' },
);
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

for (const floor of floors) {
  const entries = readdirSync(join(root, floor), { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || /(?<!\.d)\.ts$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    cpSync(path, join(dist, relative(root, path)));
  }
}
