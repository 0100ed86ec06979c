import { randomFrom } from '../unit/dsl/syntax/random-edit.ts';
import { program } from './generate-program.ts';
import { mutate } from './mutate.ts';

export interface Input {
  readonly name: string;
  readonly text: string;
}

/** What a corpus text is: its name says whether it is a workflow or a site file. */
export type Corpus = readonly Input[];

/**
 * Input `index` of a seed; it depends on nothing else. A third each: programs that mostly check, programs
 * with slips, and damaged examples (of the shipped files, and of generated programs).
 */
export function inputOf(seed: number, index: number, corpus: Corpus): Input {
  const random = randomFrom(seed * 1_000_003 + index * 7919);
  const name = 'fuzz.braid';
  if (index % 3 === 0) return { name, text: program({ random, slips: 0 }, 6) };
  if (index % 3 === 1) return { name, text: program({ random, slips: 12 }, 6) };
  const all = corpus.map(({ text }) => text);
  const base = random(3) === 0 ? undefined : corpus[random(corpus.length)];
  const text = base?.text ?? program({ random, slips: 0 }, 3);
  return { name: base?.name ?? name, text: mutate(random, text, all) };
}
