import { expect, test } from 'vitest';
import { link, parse } from '../../../../dsl/index.ts';
import { sameCodeMax } from '../../../../dsl/text/cap.ts';

const count = sameCodeMax + 234;

test('of errors of one code the first are told, and how many more there are', () => {
  const names = Array.from({ length: count }, (_, i) => `let x${i} = unknown${i}`);
  const text = `workflow w\n${names.join('\n')}\nlet last = 1 + "a"\n`;
  const { diagnostics } = link(parse({ name: 'w.braid', text }).value);
  const unknown = diagnostics.filter(({ code }) => code === 'E0201');
  expect(unknown).toHaveLength(sameCodeMax + 1);
  expect(unknown.at(-1)?.message).toBe('234 more of E0201 in this file are not shown');
  expect(unknown.at(-1)?.span?.start).toBe(text.indexOf(`unknown${sameCodeMax}`));
  expect(diagnostics.filter(({ code }) => code !== 'E0201')).toHaveLength(1);
});

test('so are errors of reading', () => {
  const text = `workflow w\nstep s {\n${'  x = 1\n'.repeat(count)}}\n`;
  const { diagnostics } = parse({ name: 'w.braid', text });
  expect(diagnostics).toHaveLength(sameCodeMax + 1);
  expect(diagnostics.at(-1)?.message).toBe('234 more of E0105 in this file are not shown');
});
