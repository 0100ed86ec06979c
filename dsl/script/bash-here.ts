import { type Frame, push, type Reader } from './bash-reader.ts';

/** At `<<`: notes the here-document; its body begins after the line. */
export function noteHere(reader: Reader, frame: Frame): void {
  reader.at += 2;
  const dashed = reader.text[reader.at] === '-';
  if (dashed) reader.at++;
  while (/[ \t]/.test(reader.text[reader.at] ?? '')) reader.at++;
  const rest = reader.text.slice(reader.at);
  const word = /^(?:'[^'\n]*'|"[^"\n]*"|\\.|[^\s;&|<>()'"\\])+/.exec(rest)?.[0];
  if (word === undefined) return;
  reader.at += word.length;
  const delimiter = word.replace(/['"]/g, '').replace(/\\(.)/g, '$1');
  const quoted = delimiter !== word;
  reader.pending.push({ delimiter, quoted, dashed, command: frame.command });
}

/**
 * After a line break: goes into the first here-document that the line asked for. Where its delimiter is
 * quoted bash replaces nothing, so that it is passed over.
 */
export function openHere(reader: Reader): void {
  for (let next = reader.pending.shift(); next; next = reader.pending.shift()) {
    const { end, after } = bounds(reader, next.delimiter, next.dashed);
    if (!next.quoted) {
      push(reader, 'here', '', { end, after, command: next.command });
      return;
    }
    for (const hole of reader.holes) {
      if (hole < reader.at || hole >= end) continue;
      reader.places.set(hole, { where: 'fixed', by: 'a quoted here-document' });
    }
    reader.at = after;
  }
}

function bounds(
  reader: Reader,
  delimiter: string,
  dashed: boolean,
): { end: number; after: number } {
  const { text } = reader;
  for (let line = reader.at; line < text.length; ) {
    const found = text.indexOf('\n', line);
    const stop = found < 0 ? text.length : found;
    const content = text.slice(line, stop);
    if ((dashed ? content.replace(/^\t+/, '') : content) === delimiter) {
      return { end: line, after: stop + 1 };
    }
    line = stop + 1;
  }
  return { end: text.length, after: text.length };
}

/** Leaves a here-document whose body has been read, whatever was left open in it. */
export function closeHere(reader: Reader): void {
  const found = reader.frames.findIndex((frame) => reader.at >= frame.end);
  if (found < 0) return;
  reader.at = reader.frames[found]?.after ?? reader.at;
  reader.frames.length = found;
  openHere(reader);
}
