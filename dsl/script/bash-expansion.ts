import { addToWord, type Frame, push, type Reader, top } from './bash-reader.ts';

/** At `$`: `$name`, `${...}`, `$(...)`, `$((...))`, `$[...]`, `$'...'`, `$"..."`, or a plain dollar. */
export function readDollar(reader: Reader, frame: Frame): void {
  const { text, at } = reader;
  addToWord(reader, '$');
  if (reader.holes.has(at + 1)) {
    keepCharacter(reader);
    reader.at++;
    return;
  }
  const next = text[at + 1];
  if (text.startsWith('((', at + 1)) open(reader, 3, 'arithmetic', ')');
  else if (next === '(') open(reader, 2, 'command', ')');
  else if (next === '[') open(reader, 2, 'arithmetic', ']');
  else if (next === '{') readParameter(reader, frame);
  else if (next === "'" && !frame.quoted) open(reader, 2, 'ansi', "'");
  else if (next === '"' && !frame.quoted) open(reader, 2, 'double', '"');
  else {
    const name = /^[A-Za-z_]\w*/.exec(text.slice(at + 1, at + 101))?.[0];
    if (name !== undefined) reader.variables.push({ name, offset: at });
    reader.at += 1 + (name?.length ?? 0);
  }
}

function open(reader: Reader, length: number, kind: Frame['kind'], close: string): void {
  reader.at += length;
  push(reader, kind, close);
}

function readParameter(reader: Reader, frame: Frame): void {
  const offset = reader.at;
  const head = /^[!#]?(\w+)?/.exec(reader.text.slice(offset + 2, offset + 102));
  const name = head?.[1];
  if (name !== undefined && !/^\d/.test(name)) reader.variables.push({ name, offset });
  reader.at = offset + 2 + (head?.[0].length ?? 0);
  const rest = reader.text.slice(reader.at, reader.at + 101).replace(/^\[[^\]]*\]/, '');
  const takesPattern = /^[#%/^,]/.test(rest);
  push(reader, 'parameter', '}', {
    quoted: frame.quoted,
    quotesCount: !frame.quoted || takesPattern,
  });
  if (reader.text[reader.at] === '[') open(reader, 1, 'arithmetic', ']');
}

export function readBacktick(reader: Reader): void {
  const frame = top(reader);
  reader.at++;
  if (frame.close === '`') {
    reader.frames.pop();
    return;
  }
  addToWord(reader, '');
  push(reader, 'command', '`');
}

/** `\x` is read as one; before a hole the backslash stays itself. */
export function readEscape(reader: Reader): void {
  if (reader.holes.has(reader.at + 1)) {
    keepCharacter(reader);
    addToWord(reader, '\\');
    reader.at++;
    return;
  }
  const next = reader.text[reader.at + 1] ?? '';
  if (next !== '\n') addToWord(reader, next);
  reader.at += 2;
}

/**
 * A `\` or `$` directly before a hole would get a new meaning from the text put in its place, so it is
 * escaped: once, and once more inside each pair of backticks.
 */
function keepCharacter(reader: Reader): void {
  let text = `\\${reader.text[reader.at]}`;
  for (const frame of reader.frames) {
    if (frame.close === '`') text = text.replace(/[\\$`]/g, '\\$&');
  }
  reader.edits.set(reader.at, text);
}
