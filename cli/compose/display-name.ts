import { relative } from 'node:path';
import type { Context } from '../context.ts';

/** A path as people know it: relative to where they are, unless that only climbs. */
export function displayName(context: Pick<Context, 'cwd'>, path: string): string {
  const name = relative(context.cwd, path);
  return name === '' || name.startsWith('../../..') ? path : name;
}
