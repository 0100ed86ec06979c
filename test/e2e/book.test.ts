import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf, type Example, pageOf } from '../integration/book/page.ts';
import { braid, braidJson, root, scratch } from './braid.ts';

/** What an example that is run has to leave behind, by its name. */
const results: Readonly<Record<string, (dir: string) => void>> = {
  three: (dir) => expect(braid(dir, ['logs', 'last', 'greet']).stdout).toBe('Hello, DESC\n'),
  many: (dir) => {
    const lines = read(dir, 'poster.txt').trimEnd().split('\n');
    expect(lines).toEqual(["Hello DESC collaborator's cat", 'Hello Fermi', 'Hello Rubin']);
  },
  table: (dir) => {
    const [head, ...rows] = read(dir, 'colours.csv').trimEnd().split('\n');
    expect(head).toBe('star,g-r,r-i');
    const colours = Object.fromEntries(rows.map((row) => row.split(',')).map((r) => [r[0], r[1]]));
    // What stars.csv was made with; about 0.006 mag is the error of a mean of five visits.
    const truth = { A: 0.3, B: 0.52, C: 1.06, D: 0.14 };
    for (const [star, colour] of Object.entries(truth)) {
      expect(Math.abs(Number(colours[star]) - colour), star).toBeLessThan(0.03);
    }
    const { steps } = braidJson(dir, ['status', 'last']);
    expect(steps.find((s: { name: string }) => s.name === 'mean').skipped).toBe(4);
  },
};

function read(dir: string, name: string): string {
  return readFileSync(join(dir, 'results', name), 'utf8');
}

function run({ text, block }: Example, files: Readonly<Record<string, string>>): void {
  const name = block.words.get('name') ?? '';
  const dir = scratch({ ...files, 'example.braid': text });
  const ended = braid(dir, ['run', 'example.braid']);
  expect(ended.code, `${name}: ${ended.stderr}`).toBe(0);
  const look = results[name];
  if (!look) throw new Error(`no result is known of the example ${name}`);
  look(dir);
}

test('the examples of the tutorial that are to be run do what the page says', () => {
  const page = pageOf(readFileSync(join(root, 'docs/language/tutorial.md'), 'utf8'));
  const runs = page.examples.filter(({ block }) => block.words.has('run'));
  expect(runs.map(({ block }) => block.words.get('name'))).toEqual(Object.keys(results));
  for (const example of runs) run(example, page.files);
});

test('verbs that the book names are verbs of the command line', () => {
  const help = braid(root, ['--help']).stdout;
  const verbs = [...help.matchAll(/^ {2}([a-z]+)/gm)].map((match) => match[1]);
  const folder = join(root, 'docs/language');
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));
  const named = pages.flatMap((page) => {
    const text = readFileSync(join(folder, page), 'utf8');
    const shell = blocksOf(text).filter(({ language }) => language === 'sh');
    const commands = shell.flatMap((block) => [...block.text.matchAll(/^braid ([a-z]+)/gm)]);
    const prose = [...text.matchAll(/(?<!`)`braid ([a-z]+)[^`]*`/g)];
    return [...commands, ...prose].map((match) => match[1]);
  });
  expect(new Set(named).size).toBeGreaterThan(8);
  expect([...new Set(named)].filter((name) => !verbs.includes(name))).toEqual([]);
});
