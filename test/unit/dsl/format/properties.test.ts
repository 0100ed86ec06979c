import { expect, test } from 'vitest';
import { formatModule } from '../../../../dsl/format/format.ts';
import { commentsOf } from '../../../../dsl/format/lexeme.ts';
import { sameTree } from '../../../../dsl/format/same-tree.ts';
import type { Checked } from '../../../../dsl/index.ts';
import type { SourceText } from '../../../../dsl/text/source.ts';
import { parseAny, sourcesUnder } from '../syntax/corpus.ts';
import { randomFrom } from '../syntax/random-edit.ts';
import { disarrange } from './disarrange.ts';
import { randomProgram } from './random-program.ts';

/** Same program, same comments, and canonical already: what holds of every file that has no errors. */
function expectCanonical(source: SourceText): void {
  const before = parseAny(source).value;
  const text = formatModule(before);
  const again = { name: source.name, text };
  const after = parseAny(again);
  expect(errorsOf(after), `${source.text}\n----\n${text}`).toEqual([]);
  if (!sameTree(before, after.value)) expect(after.value, text).toEqual(before);
  expect(commentsOf(again, before.form)).toEqual(commentsOf(source, before.form));
  expect(formatModule(after.value), `of\n${source.text}`).toBe(text);
}

function errorsOf({ diagnostics }: Checked<unknown>): string[] {
  return diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.code} ${d.message}`);
}

/** The text in disorder, if it is still without errors. */
function disordered(source: SourceText, random: (below: number) => number): SourceText | undefined {
  const mixed = { name: source.name, text: disarrange(source, random) };
  return errorsOf(parseAny(mixed)).length === 0 ? mixed : undefined;
}

test('the shipped files, as they are and in disorder', () => {
  const random = randomFrom(3);
  const sources = sourcesUnder('workflows');
  let good = 0;
  for (const source of sources) {
    expectCanonical(source);
    const mixed = disordered(source, random);
    if (!mixed) continue;
    expectCanonical(mixed);
    good++;
  }
  expect(good).toBeGreaterThan(sources.length / 2);
});

test('random programs, as they are and in disorder', () => {
  const random = randomFrom(11);
  const rounds = 60;
  let good = 0;
  for (let round = 0; round < rounds; round++) {
    const source = { name: 'w.braid', text: randomProgram(random) };
    expect(errorsOf(parseAny(source)), source.text).toEqual([]);
    expectCanonical(source);
    const mixed = disordered(source, random);
    if (!mixed) continue;
    expectCanonical(mixed);
    good++;
  }
  expect(good).toBeGreaterThan(rounds / 2);
});

test('the check can fail: trees that differ in a word, in order, in a comment', () => {
  const tree = (text: string) => parseAny({ name: 'w.braid', text: `workflow w\n${text}\n` }).value;
  expect(sameTree(tree('let a = 1'), tree('let  a =\t1  # x'))).toBe(true);
  for (const other of ['let a = 2', 'let b = 1', 'let a: int = 1', '## doc\nlet a = 1', '']) {
    expect(sameTree(tree('let a = 1'), tree(other)), other).toBe(false);
  }
  expect(sameTree(tree('let a = [1, 2]'), tree('let a = [2, 1]'))).toBe(false);
});

test('the shipped files are canonical', () => {
  for (const source of sourcesUnder('workflows')) {
    expect(formatModule(parseAny(source).value), `run: braid fmt workflows/${source.name}`).toBe(
      source.text,
    );
  }
});
