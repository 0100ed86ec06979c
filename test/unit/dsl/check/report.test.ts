import { expect, test } from 'vitest';
import { linked } from './check.ts';

const isHinted = ({ hint }: { readonly hint?: string | undefined }) =>
  hint?.startsWith('did you mean') === true;

test('a name that is near is said for each of many errors', () => {
  const lets = Array.from({ length: 90 }, (_, i) => `let count_${i} = 1\nlet y${i} = kount_${i}`);
  const { diagnostics } = linked(`workflow w\n${lets.join('\n')}\n`);
  expect(diagnostics.filter(isHinted).length).toBe(90);
});

test('thousands of errors against hundreds of names: neither all comparisons nor all lists are made', () => {
  const outs = Array.from({ length: 600 }, (_, i) => `  out catalog_${i}: file = "c${i}"`);
  const readers = Array.from(
    { length: 1500 },
    (_, i) => `step r${i} { in x = make.katalog_${i % 600} }`,
  );
  const make = `step make {\n${outs.join('\n')}\n  script bash """\n    true\n  """\n}`;
  const { diagnostics } = linked(`workflow w\n${make}\n${readers.join('\n')}\n`);
  const wrong = diagnostics.filter(({ code }) => code === 'E0203');
  expect(wrong.length).toBe(1001);
  const hinted = wrong.filter(isHinted).length;
  expect(hinted).toBeGreaterThan(200);
  expect(hinted).toBeLessThan(400);
  const listed = wrong.filter(({ label }) => label !== undefined).length;
  expect(listed).toBeGreaterThan(400);
  expect(listed).toBeLessThan(1100);
});
