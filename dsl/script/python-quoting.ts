/** How Python reads the place of a hole. */
export type PythonPlace = 'code' | 'string' | 'comment';

/**
 * Follows Python's strings and comments through a script body whose holes are placeholder characters at
 * `holes`. Source: The Python Language Reference, 2.4 (string literals); an f-string counts as a string.
 */
export function readPython(
  text: string,
  holes: ReadonlySet<number>,
): ReadonlyMap<number, PythonPlace> {
  const places = new Map<number, PythonPlace>();
  let state: PythonPlace = 'code';
  let close = '';
  for (let at = 0; at < text.length; at++) {
    if (holes.has(at)) {
      places.set(at, state);
      continue;
    }
    const next = text[at] as string;
    if (state === 'comment') {
      if (next === '\n') state = 'code';
    } else if (state === 'string') {
      if (next === '\\' && !holes.has(at + 1)) at++;
      else if (text.startsWith(close, at)) {
        at += close.length - 1;
        state = 'code';
      } else if (next === '\n' && close.length === 1) state = 'code';
    } else if (next === '#') state = 'comment';
    else if (next === '"' || next === "'") {
      state = 'string';
      close = text.startsWith(next.repeat(3), at) ? next.repeat(3) : next;
      at += close.length - 1;
    }
  }
  return places;
}
