import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explain, explainPages } from '../../../../dsl/explain/index.ts';
import { rendered } from '../../../unit/dsl/check/check.ts';

const root = join(import.meta.dirname, '../../../..');
const golden = join(root, 'test/golden/check');

/** Compares with test/golden/check/NAME.txt; UPDATE=1 rewrites it. */
function expectGolden(name: string, text: string): void {
  const path = join(golden, `${name}.txt`);
  if (process.env.UPDATE === '1') {
    mkdirSync(golden, { recursive: true });
    writeFileSync(path, `${text}\n`);
  }
  expect(`${text}\n`).toBe(readFileSync(path, 'utf8'));
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Codes that the checker itself can give. */
function ownCodes(): string[] {
  const files = readdirSync(join(root, 'dsl/check')).filter((f) => f.endsWith('.ts'));
  const found = files.flatMap((f) => read(`dsl/check/${f}`).match(/'[EW]\d{4}'/g) ?? []);
  return [...new Set(found.map((code) => code.slice(1, -1)))].sort();
}

describe('faulty files give the messages that the language promises', () => {
  const files = readdirSync(join(root, 'test/faulty')).filter((f) => /^(0[6-9]|1[0-7])/.test(f));
  test.each(files)('%s', (file) => {
    expectGolden(file.slice(0, 2), rendered(read(`test/faulty/${file}`), file));
  });
});

/** Their examples are held elsewhere: of syntax, scripts and sites. */
const elsewhere = /^(E01|E06|E091|W081[12])/;

describe('every code of the checker has a page and a golden example', () => {
  const mine = new Set(ownCodes());
  test('pages', () => {
    expect(mine.size).toBeGreaterThan(30);
    expect([...mine].filter((code) => explain(code) === undefined)).toEqual([]);
  });
  test.each(
    explainPages
      .filter((p) => mine.has(p.code) && !elsewhere.test(p.code) && p.wrong !== '')
      .map((p) => [p.code, p] as const),
  )('%s', (code, page) => {
    const text = rendered(page.wrong, 'w.braid');
    expect(text).toContain(`[${code}]`);
    expectGolden(code, text);
  });
});

describe('the shipped examples', () => {
  test.each([
    '01-hello-panda',
    '02-twinkles',
    '04-dynamic-fanout',
    '05-cosmology-sweep',
    '06-reprocess',
    '07-nightly',
    'lib/multiband',
  ])('%s has no diagnostic', (name) => {
    expect(rendered(read(`workflows/examples/${name}.braid`))).toBe('');
  });
});
