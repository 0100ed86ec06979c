import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse, parseSite } from '../../../../dsl/syntax/parse.ts';
import type { Module } from '../../../../dsl/syntax/tree.ts';
import type { Checked } from '../../../../dsl/text/diagnostic.ts';
import type { SourceText } from '../../../../dsl/text/source.ts';

const root = join(import.meta.dirname, '../../../..');

/** The workflow and site files under a folder of the repository, by path. */
export function sourcesUnder(folder: string): SourceText[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(braid|site)$/.test(entry.name))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { name: relative(join(root, folder), path), text: readFileSync(path, 'utf8') };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Parses a text as what its name says it is. */
export function parseAny(source: SourceText): Checked<Module> {
  return source.name.endsWith('.site') ? parseSite(source) : parse(source);
}
