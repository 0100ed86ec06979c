import type { Type } from '../check/type.ts';
import { compareValues } from './order.ts';
import { numberText } from './text.ts';
import type { Key } from './value.ts';

/** The order of the keys of one dimension: see `compareValues`. Made once, called for each pair. */
export function compareKeys(type: Type): (a: Key, b: Key) => number {
  if (type.kind !== 'closed') return compareValues;
  const rank = new Map(type.values.map((value, index) => [value, index]));
  return (a, b) => (rank.get(a as string) ?? -1) - (rank.get(b as string) ?? -1);
}

/** Strings of these characters need no quotes in instance names and selectors. */
const plainKey = /^[\p{L}\p{N}_.+-]+$/u;

/** A key as it stands in instance names and selectors. */
export function keyText(key: Key): string {
  if (typeof key === 'number') return numberText(key);
  if (typeof key === 'boolean') return String(key);
  return plainKey.test(key) ? key : quoted(key);
}

/** Quoted as a string of the language: `\n \t \" \\ \uXXXX`. */
function quoted(text: string): string {
  const inside = text.replace(/["\\\p{C}\u2028\u2029]/gu, (found) => {
    const known = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t' }[found];
    if (known !== undefined) return known;
    return Array.from({ length: found.length }, (_, i) => {
      return `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`;
    }).join('');
  });
  return `"${inside}"`;
}

/**
 * The name of an instance, `phosim[visit=230, sensor=R22_S11]`: as it is printed everywhere, and as
 * `parseSelector` reads it. `keys` are in the order of `dimensions`; without any it is the step's name.
 * `calls`: how many of the dimensions the calls give that the step is inside of, outermost first; they stand
 * there: `objects[tract=1].measure[coadd=3]`.
 */
export function instanceName(
  step: string,
  dimensions: readonly string[],
  keys: readonly Key[],
  calls: readonly number[] = [],
): string {
  if (dimensions.length === 0) return step;
  const parts = dimensions.map((name, i) => `${name}=${keyText(keys[i] ?? '')}`);
  if (calls.length === 0) return `${step}[${parts.join(', ')}]`;
  let at = 0;
  const places = step.split('.').map((name, i) => {
    const own = parts.slice(at, at + (calls[i] ?? parts.length));
    at += own.length;
    return own.length === 0 ? name : `${name}[${own.join(', ')}]`;
  });
  return places.join('.');
}
