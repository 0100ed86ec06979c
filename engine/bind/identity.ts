import { hash } from 'node:crypto';
import { encodeValue, type FileValue, type Table, type Value } from '../../dsl/index.ts';

/**
 * Paths as fingerprints see them: `@/...` stands for what a file is instead of where it is. Text that is
 * made of a path (`basename(x)`, `"@{bin}/simulate.py"`) then is the same wherever things are.
 */
export function outputPath(fingerprint: string, output: string, path: string): string {
  return `@/${fingerprint}/${output}/${path}`;
}

/** A location is its name, so that to move between sites reruns nothing. */
export function locationPath(name: string): string {
  return `@/location/${name}`;
}

export function digestOf(text: string): string {
  return hash('sha256', text, 'hex');
}

export type Encode = (value: Value) => string;

/** Lists from this length on are encoded once and then stand by their digest. */
const LONG = 16;

/**
 * `encodeValue`, with lists that many instances share encoded once an object. `contents` has digests of
 * files that were there before the run, by path; any other file is its path.
 */
export function makeEncoder(contents: ReadonlyMap<string, string>): Encode {
  const digests = new WeakMap<object, string>();
  const file = ({ path }: FileValue): string => contents.get(path) ?? path;
  return (value) => {
    if (!isShared(value)) return encodeValue(value, file);
    let digest = digests.get(value);
    if (digest === undefined) {
      digest = `#${digestOf(encodeValue(value, file))};`;
      digests.set(value, digest);
    }
    return digest;
  };
}

/** A string with its length in front, so that what follows it cannot be mistaken for a part of it. */
export function textOf(text: string): string {
  return `${text.length}:${text}`;
}

function isShared(value: Value): value is Table | readonly Value[] {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) ? value.length >= LONG : 'kind' in value && value.kind === 'table';
}
