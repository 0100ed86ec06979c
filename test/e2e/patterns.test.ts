import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf, pageOf } from '../integration/book/page.ts';
import { braid, braidJson, root, scratch, until } from './braid.ts';

const markdown = readFileSync(join(root, 'docs/language/patterns.md'), 'utf8');
const shown = pageOf(markdown).examples.filter(({ block }) => block.words.has('run'));

/** A line a step, as the page shows it: "search: 1 succeeded, 2 failed". */
function ends(dir: string): string {
  const { steps } = braidJson(dir, ['status', 'last']);
  const lines = steps.map((step: Readonly<Record<string, unknown>>) => {
    const counts = Object.entries(step).filter(
      ([state, count]) => state !== 'total' && typeof count === 'number' && count > 0,
    );
    return `${step.name}: ${counts.map(([state, count]) => `${count} ${state}`).join(', ')}\n`;
  });
  return lines.join('');
}

test.each(shown.map(({ block, text }) => [block.words.get('name') ?? '', text] as const))(
  'the pattern %s ends as its page shows',
  (name, text) => {
    const dir = scratch({ 'pattern.braid': text });
    const ended = braid(dir, ['run', 'pattern.braid']);
    expect(ended.code, ended.stderr).toBe(0);
    const expected = blocksOf(markdown).find(({ words }) => words.get('ends') === name);
    expect(ends(dir)).toBe(expected?.text);
  },
);

test('one instance is cancelled, then the rest: patterns 19 and 20', async () => {
  const text = `workflow cancelled
step search for each i in 1..2 {
  script bash """
    sleep 120
  """
}
step report {
  after search succeeded
  script bash """
    echo never
  """
}
`;
  const dir = scratch({ 'cancelled.braid': text });
  expect(braid(dir, ['run', '--detach', '-j', '2', 'cancelled.braid']).code).toBe(0);
  await until('both run', () => ends(dir).startsWith('search: 2 running'));
  expect(braid(dir, ['cancel', 'last', 'search[i=1]', '--yes']).code).toBe(0);
  await until('one is cancelled', () => ends(dir).startsWith('search: 1 running, 1 cancelled'));
  expect(braid(dir, ['cancel', 'last', '--yes']).code).toBe(0);
  await until('all are', () => ends(dir).startsWith('search: 2 cancelled'));
});
