import { numberText, type Value } from '../../dsl/index.ts';

/** A checked value as one word: of a path, or of an environment variable. */
export function wordOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return numberText(value);
  return isFile(value) ? value.path : String(value);
}

export function isFile(value: Value): value is Extract<Value, { kind: 'file' }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file';
}
