import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/**
 * A Braid of these sources, bundled into `directory`: it starts in half the time that the sources take, and
 * nobody changes it while it is tested. Gives its `bin/braid`.
 */
export function buildBraid(directory: string): string {
  mkdirSync(directory, { recursive: true });
  cpSync(join(root, 'bin'), join(directory, 'bin'), { recursive: true });
  cpSync(join(root, 'package.json'), join(directory, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  const built = spawnSync(process.execPath, [join(root, 'build/build.ts'), directory], {
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`the build failed: ${built.stderr}`);
  return join(directory, 'bin/braid');
}
