import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { format, hasErrors, renderDiagnostics } from '../../../dsl/index.ts';
import { load, makePlan, memoryFiles, planSummary } from '../../../engine/index.ts';
import { blocksOf, pageOf } from './page.ts';

const path = join(import.meta.dirname, '../../../docs/language/patterns.md');
const markdown = readFileSync(path, 'utf8');

interface Pattern {
  readonly number: number;
  readonly verdict: string;
  readonly text: string;
}

const patterns: readonly Pattern[] = markdown
  .split(/^#{2,3} (?=\d+\. |[A-Z])/m)
  .flatMap((section) => {
    const head = /^(\d+)\. .*: (.*)\n/.exec(section);
    return head ? [{ number: Number(head[1]), verdict: head[2] ?? '', text: section }] : [];
  });

describe('the page of the patterns', () => {
  test('has each of the forty-three once, with a verdict, and counts them', () => {
    const numbers = patterns.map(({ number }) => number).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 43 }, (_, at) => at + 1));
    const counted = Object.fromEntries(
      [...markdown.matchAll(/^\| ([a-z ]+) \| (\d+) \|$/gm)].map(([, verdict, n]) => [
        verdict,
        Number(n),
      ]),
    );
    const found: Record<string, number> = {};
    for (const { verdict } of patterns) found[verdict] = (found[verdict] ?? 0) + 1;
    expect(found).toEqual(counted);
    expect(Object.keys(found).sort()).toEqual(['by command', 'in part', 'no', 'yes']);
  });

  test('shows what it says that the text can, itself or by the number of another pattern', () => {
    const hasExample = ({ text }: Pattern) =>
      blocksOf(text).some(({ language, words }) => language === 'braid' && !words.has('error'));
    const shown = patterns.filter(hasExample).map(({ number }) => number);
    for (const pattern of patterns) {
      const { number, verdict, text } = pattern;
      const named = [...text.matchAll(/(?:pattern|As) (\d+)/g)].map((found) => Number(found[1]));
      const isShown = hasExample(pattern) || named.some((other) => shown.includes(other));
      if (verdict === 'yes' || verdict === 'in part')
        expect(isShown, `pattern ${number}`).toBe(true);
      if (verdict === 'no') expect(hasExample(pattern), `pattern ${number}`).toBe(false);
    }
  });

  test('shows the ends of what it runs', () => {
    const named = (word: string) => (block: { words: ReadonlyMap<string, string> }) =>
      block.words.get(word);
    const run = blocksOf(markdown).filter(named('run')).map(named('name'));
    expect(run.length).toBeGreaterThan(6);
    expect(blocksOf(markdown).flatMap((block) => named('ends')(block) ?? [])).toEqual(run);
  });

  const { examples } = pageOf(markdown);
  test.each(examples.map((example) => [example.block.line, example] as const))(
    'the example of line %i is canonical, checked and planned',
    async (_, { block, text, codes }) => {
      const source = { name: 'example.braid', text };
      if (!codes.some((code) => code.startsWith('E01'))) expect(format(source).value).toBe(text);
      const loaded = await load(source.name, { files: memoryFiles({ [source.name]: text }) });
      const said = loaded.diagnostics.filter(({ severity }) => severity !== 'note');
      const planned = hasErrors(said) ? undefined : makePlan(loaded.value);
      const diagnostics = [...said, ...(planned?.diagnostics ?? [])];
      const found = [...new Set(diagnostics.map(({ code }) => code))].sort();
      expect(found, renderDiagnostics(diagnostics, { color: false })).toEqual(codes);
      if (!planned || codes.length > 0) return;
      const { min, max } = planSummary(planned.value).instances;
      expect(min === max ? `${min}` : `${min}..${max ?? '?'}`).toBe(block.words.get('instances'));
    },
  );
});
