import { pick, type Random } from './generate-expression.ts';

const pieces: readonly string[] = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '"',
  '"""',
  '@{',
  '@@{',
  '}',
  '\\',
  '\\u00',
  '#',
  '\n',
  '\r\n',
  '\t',
  '=',
  '==',
  ':',
  ',',
  ';',
  '..',
  '??',
  '->',
  '=>',
  '|',
  '?',
  '<',
  '>',
  '-',
  '$',
  '%',
  "'",
  '`',
  ' gather ',
  ' over ',
  ' via ',
  ' for each ',
  ' in ',
  ' where ',
  ' step ',
  '\nstep x {\n',
  ' when ',
  ' retry 3 times ',
  '999999999999999999999',
  '1e999',
  '0.1.2',
  '\u0000',
  '\ud800',
  '\ufeff',
  'é',
  '漢',
  '😀',
  '\u202e',
  '1..1000000',
];

/** A text with one to eight damages, as a slip, a bad merge or a broken transfer leaves them. */
export function mutate(random: Random, text: string, others: readonly string[]): string {
  let damaged = text;
  for (let n = random(8) + 1; n > 0; n--) damaged = damage(random, damaged, others);
  return damaged;
}

function damage(random: Random, text: string, others: readonly string[]): string {
  const at = random(text.length + 1);
  const length = 1 + random(pick(random, [1, 8, 80]));
  const rest = text.slice(at + length);
  switch (random(9)) {
    case 0:
      return text.slice(0, at) + rest;
    case 1:
      return text.slice(0, at) + pick(random, pieces) + text.slice(at);
    case 2:
      return text.slice(0, at + length) + text.slice(at);
    case 3:
      return text.slice(0, at) + pick(random, pieces) + rest;
    case 4: {
      const other = pick(random, others);
      const from = random(other.length + 1);
      return text.slice(0, at) + other.slice(from, from + length) + text.slice(at);
    }
    case 5:
      return text.slice(0, at) + pick(random, pieces).repeat(1 + random(200)) + text.slice(at);
    case 6:
      return random(4) === 0 ? text.slice(0, at) : text;
    case 7:
      return withByte(random, text);
    default: {
      const to = random(text.length + 1);
      return text.slice(0, to) + text.slice(at, at + length) + text.slice(to);
    }
  }
}

/** One byte of the file changed, read again as UTF-8. */
function withByte(random: Random, text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > 0) bytes[random(bytes.length)] = random(256);
  return new TextDecoder().decode(bytes);
}
