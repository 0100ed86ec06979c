import { basename, dirname } from 'node:path';
import {
  compareStrings,
  type Diagnostic,
  positionAt,
  type ReaderName,
  type Type,
  type Value,
} from '../../dsl/index.ts';
import { readValue } from '../table/read-value.ts';
import { Invalid } from './unsettled.ts';

/**
 * What a reader makes of a file that an attempt has left; `type` is that of the call. Throws `Invalid`:
 * E0702 for a table (at the cell), E0703 for any other value.
 */
export function readOutput(
  reader: Exclude<ReaderName, 'files'>,
  path: string,
  text: string,
  type: Type,
): Value {
  const directory = dirname(path) === '.' ? '' : dirname(path);
  const { value, diagnostics } = readValue(reader, { name: path, text }, type, directory);
  const first = diagnostics.find(({ severity }) => severity === 'error');
  if (first === undefined) return value;
  throw new Invalid(asRunTime(first, reader === 'csv' || reader === 'jsonl'));
}

/**
 * The files of one directory whose names fit a pattern (`parts/part_*`, with `*` and `?`), ordered by
 * name; a leading dot has to be written.
 */
export function matchingFiles(pattern: string, names: readonly string[]): readonly Value[] {
  const directory = dirname(pattern);
  const fits = globPattern(basename(pattern));
  return names
    .filter((name) => fits.test(name))
    .sort(compareStrings)
    .map((name) => ({ kind: 'file', path: directory === '.' ? name : `${directory}/${name}` }));
}

// --- Internal helpers ---

function globPattern(pattern: string): RegExp {
  const body = pattern.replace(/[*?]|[^*?]+/g, (part) => {
    if (part === '*') return '.*';
    return part === '?' ? '.' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${/^[*?]/.test(pattern) ? '(?!\\.)' : ''}${body}$`, 'su');
}

/**
 * The words of a table that is read when planning, under the code of one that a step has made. Of a table the
 * message has the row and column too, since it is kept without the text that it points into.
 */
function asRunTime(diagnostic: Diagnostic, isTable: boolean): Diagnostic {
  if (!isTable || !diagnostic.span) return { ...diagnostic, code: isTable ? 'E0702' : 'E0703' };
  const { source, start } = diagnostic.span;
  const { line, column } = positionAt(source, start);
  const message = `${source.name}:${line}:${column}: ${diagnostic.message}`;
  return { ...diagnostic, code: 'E0702', message };
}
