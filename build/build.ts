import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Bundles the sources into `dist/cli/`: `main.js`, and a chunk for each verb and for what verbs share, so
 * that `check` loads no engine. One file instead of two hundred halves the time that a short command
 * takes. Packages stay outside: they are installed beside, with their licences.
 *
 * `node build/build.ts DIRECTORY` puts `dist/` into another directory.
 *
 * Files are put in place one by one, `main.js` last, so that a command that is just starting finds all it needs.
 */
const root = join(import.meta.dirname, '..');
const dist = join(process.argv[2] ? resolve(process.argv[2]) : root, 'dist');
const target = join(dist, 'cli');

mkdirSync(dist, { recursive: true });
const made = mkdtempSync(join(dist, 'new-'));
try {
  const bundle = await rolldown({
    input: { main: join(root, 'cli/main.ts') },
    platform: 'node',
    external: /^[^./]/,
    // No module of ours does anything when it is loaded: what a verb does not use is left out.
    treeshake: { moduleSideEffects: false },
  });
  await bundle.write({
    dir: made,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await bundle.close();
  const names = readdirSync(made).sort((a, b) => Number(a === 'main.js') - Number(b === 'main.js'));
  mkdirSync(target, { recursive: true });
  for (const name of names) renameSync(join(made, name), join(target, name));
  remove(target, names);
  remove(dist, ['cli']);
} finally {
  rmSync(made, { recursive: true, force: true });
}

/** Removes what an earlier build has left. */
function remove(directory: string, kept: readonly string[]): void {
  for (const name of readdirSync(directory)) {
    if (!kept.includes(name)) rmSync(join(directory, name), { recursive: true, force: true });
  }
}
