import { isList } from '../evaluate/text.ts';
import type { Value } from '../evaluate/value.ts';
import { wordOf } from './hole-value.ts';

/**
 * The lines before a body. The ERR trap notes the line that failed with builtins only, in a file that the
 * environment names, and leaves the status as it is; `-E` lets it hold in functions. A failure inside
 * `$( )` is noted first and then overwritten by the line that holds it, if that one fails too.
 */
export function bashPrelude(assignments: readonly string[]): string {
  const note = '{ printf "%s\\n" "$LINENO" >| "$BRAID_FAILED_LINE"; } 2>/dev/null || :';
  const lines = [
    'set -Eeuo pipefail',
    `trap 'if [[ -n \${BRAID_FAILED_LINE:-} ]]; then ${note}; fi' ERR`,
    ...assignments,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The right side of an assignment: `'text'`, or `( 'a' 'b' )` for a list. */
export function bashValue(value: Value): string {
  if (!isList(value)) return singleQuoted(wordOf(value));
  return value.length === 0
    ? '()'
    : `( ${value.map((each) => singleQuoted(wordOf(each))).join(' ')} )`;
}

/** In single quotes nothing has a meaning but the quote itself. */
function singleQuoted(text: string): string {
  return `'${text.replaceAll('\0', '').replaceAll("'", "'\\''")}'`;
}

/**
 * What stands in the body for a variable. An empty array counts as unset for `set -u` in bash before 4.4,
 * so that it needs the form with `+`.
 */
export function bashText(name: string, value: Value, quoting: 'word' | 'quoted'): string {
  if (!isList(value)) return quoting === 'word' ? `"\${${name}}"` : `\${${name}}`;
  // Only a value of JSON can turn out to be a list inside quotes: there it is one text.
  const all = quoting === 'word' ? `"\${${name}[@]}"` : `\${${name}[*]}`;
  return value.length === 0 ? `\${${name}[@]+${all}}` : all;
}
