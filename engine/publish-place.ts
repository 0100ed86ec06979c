import { basename, dirname, isAbsolute, join } from 'node:path';
import { type Key, keyText } from '../dsl/index.ts';

/** `place/dim=value/name`: two files with different keys never have one place. */
export function laidOut(place: string, keys: ReadonlyMap<string, Key>, from: string): string {
  const words = [...keys].map(([name, key]) => `${name}=${pathWord(key)}`);
  return join(place, ...words, basename(from));
}

/** What a template says; with a `/` at its end, the file keeps its name below it. */
export function filled(place: string, from: string): string {
  return place.endsWith('/') ? join(place, basename(from)) : join(place);
}

/** True for a path that is not below the place for results. */
export function isOutside(to: string): boolean {
  return to === '.' || to === '..' || to.startsWith('../') || isAbsolute(to);
}

/** `a/b/c`: `a/b`, `a`. */
export function directoriesOf(to: string): string[] {
  const found: string[] = [];
  for (let at = dirname(to); at !== '.' && at !== '/'; at = dirname(at)) found.push(at);
  return found;
}

/**
 * A key as a part of a path's component. Letters and digits of every script stay; other characters are
 * written by the bytes of their UTF-8, `%2F`, as in addresses, so that no two keys become one word.
 */
function pathWord(key: Key): string {
  if (typeof key !== 'string') return keyText(key);
  return key.replace(/[^\p{L}\p{M}\p{N}_.+-]/gu, (character) => {
    // Half of a pair has no UTF-8 of its own.
    if (/^\p{Cs}$/u.test(character)) return `%u${hex(character.charCodeAt(0))}`;
    return [...new TextEncoder().encode(character)].map((byte) => `%${hex(byte)}`).join('');
  });
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(2, '0');
}
