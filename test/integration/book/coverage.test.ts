import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { builtins } from '../../../dsl/evaluate/builtins.ts';

const root = join(import.meta.dirname, '../../..');
const folder = 'docs/language';

interface Row {
  readonly construct: string;
  readonly file: string;
  readonly title: string;
  /** As linked from the page. */
  readonly example: string;
}

/** The rows of the tables of `coverage.md`; what a row lacks is empty. */
function rowsOf(markdown: string): readonly Row[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| construct |'))
    .map((line) => {
      const [construct = '', held = '', shown = ''] = line.slice(2, -2).split(' | ');
      const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(held) ?? [];
      return { construct, file, title, example: /\]\((.+)\)/.exec(shown)?.[1] ?? '' };
    });
}

/** How GitHub names a heading in a link. */
function anchorOf(heading: string): string {
  const kept = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '');
  return kept.replaceAll(' ', '-');
}

/** What is wrong with a row: the test is not there, the example is not there. */
function faultsOf({ construct, file, title, example }: Row): readonly string[] {
  const [path = '', anchor] = example.split('#');
  const page = join(root, normalize(join(folder, path)));
  const faults: string[] = [];
  if (!existsSync(join(root, file)) || file === '') faults.push(`no test file ${file}`);
  else if (!readFileSync(join(root, file), 'utf8').includes(title)) {
    faults.push(`no test "${title}" in ${file}`);
  }
  if (path === '' || !existsSync(page)) faults.push(`no example ${example}`);
  else if (anchor !== undefined) {
    const headings = readFileSync(page, 'utf8').match(/^#+ .+$/gm) ?? [];
    const anchors = headings.map((line) => anchorOf(line.replace(/^#+ /, '')));
    if (!anchors.includes(anchor)) faults.push(`no heading #${anchor} in ${path}`);
  }
  return faults.map((fault) => `${construct}: ${fault}`);
}

test('each construct of the table has the test and the example that it names', () => {
  const rows = rowsOf(readFileSync(join(root, folder, 'coverage.md'), 'utf8'));
  expect(rows.length).toBeGreaterThan(80);
  expect(rows.flatMap(faultsOf)).toEqual([]);
});

test('the check can fail: a test, a title, an example and a heading that are not there', () => {
  const [row] = rowsOf('| `x` | `test/unit/none.test.ts`: it works | [a](values.md#no-such) |');
  expect(faultsOf(row as Row)).toEqual([
    '`x`: no test file test/unit/none.test.ts',
    '`x`: no heading #no-such in values.md',
  ]);
  const file = 'test/integration/book/coverage.test.ts';
  const [other] = rowsOf(`| \`y\` | \`${file}\`: ${['so', 'titled'].join(' ')} | [b](none.md) |`);
  expect(faultsOf(other as Row)).toEqual([
    `\`y\`: no test "${['so', 'titled'].join(' ')}" in ${file}`,
    '`y`: no example none.md',
  ]);
});

test('the book names every function of the language', () => {
  const page = readFileSync(join(root, folder, 'values.md'), 'utf8');
  const prose = page.replace(/^```[\s\S]*?^```$/gm, '');
  const named = new Set(
    [...prose.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => code.match(/[a-z]+/g)),
  );
  expect([...builtins.keys()].filter((name) => !named.has(name))).toEqual([]);
});

test('links between the pages of the book lead somewhere', () => {
  const pages = ['README.md', 'tutorial.md', 'coming-from.md', 'libraries.md', 'running.md'];
  const broken = pages.flatMap((page) => {
    const links = readFileSync(join(root, folder, page), 'utf8').matchAll(/\]\(([^)]+)\)/g);
    return [...links]
      .map((link) => link[1] ?? '')
      .filter((to) => {
        const [path = '', anchor] = to.split('#');
        if (path.startsWith('https:')) return false;
        const target = join(root, folder, path);
        if (!existsSync(target)) return true;
        if (anchor === undefined) return false;
        const headings = readFileSync(target, 'utf8').match(/^#+ .+$/gm) ?? [];
        return !headings.map((line) => anchorOf(line.replace(/^#+ /, ''))).includes(anchor);
      });
  });
  expect(broken).toEqual([]);
});
