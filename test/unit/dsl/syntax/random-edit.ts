import type { SourceText } from '../../../../dsl/text/source.ts';

/** Mulberry32: a small generator whose sequence depends on nothing but the seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const tokens = /\n|"""|"[^"\n]*"|[\p{L}_][\p{L}\p{N}_]*|\d+(?:\.\d+)?|\.\.|\?\?|[=!<>]=|\S/gu;

/** One slip of a typist: a character or a token is deleted, inserted, doubled or swapped. */
export function editOnce(source: SourceText, random: (below: number) => number): string {
  const { text } = source;
  const units =
    random(2) === 0
      ? [...text].map((character, at) => ({ text: character, at }))
      : [...text.matchAll(tokens)].map((found) => ({ text: found[0], at: found.index }));
  const index = random(units.length - 1);
  const unit = units[index];
  const next = units[index + 1];
  if (!unit || !next) return text;
  const before = text.slice(0, unit.at);
  const after = text.slice(unit.at + unit.text.length);
  switch (random(4)) {
    case 0:
      return before + after;
    case 1:
      return before + (units[random(units.length)]?.text ?? '') + unit.text + after;
    case 2:
      return `${before}${unit.text}${unit.text}${after}`;
    default: {
      const between = text.slice(unit.at + unit.text.length, next.at);
      return before + next.text + between + unit.text + text.slice(next.at + next.text.length);
    }
  }
}
