import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../dsl/evaluate/evaluate.ts';
import type { Scope } from '../../../../dsl/evaluate/scope.ts';
import type { Value } from '../../../../dsl/evaluate/value.ts';
import { explain, explainPages } from '../../../../dsl/explain/index.ts';
import { parse } from '../../../../dsl/syntax/parse.ts';
import type { Expression } from '../../../../dsl/syntax/tree.ts';
import { linked, rendered } from '../../../unit/dsl/check/check.ts';

const root = join(import.meta.dirname, '../../../..');
const golden = join(root, 'test/golden/script');

function codesIn(folder: string): string[] {
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.ts'));
  const texts = files.map((file) => readFileSync(join(root, folder, file), 'utf8'));
  return [...new Set(texts.flatMap((text) => text.match(/'[EW]0\d{3}'/g) ?? []))]
    .map((code) => code.slice(1, -1))
    .sort();
}

/** Compares with test/golden/script/NAME.txt; UPDATE=1 rewrites it. */
function expectGolden(name: string, text: string): void {
  const path = join(golden, `${name}.txt`);
  if (process.env.UPDATE === '1') {
    mkdirSync(golden, { recursive: true });
    writeFileSync(path, `${text}\n`);
  }
  expect(`${text}\n`).toBe(readFileSync(path, 'utf8'));
}

describe('scripts', () => {
  const codes = codesIn('dsl/script');

  it('has codes', () => expect(codes).toEqual(expect.arrayContaining(['E0601', 'W0805'])));

  it.each(codes)('%s has a page whose example gives it and whose remedy does not', (code) => {
    const page = explain(code);
    expect(page).toBeDefined();
    const text = rendered(page?.wrong ?? '', 'w.braid');
    expect(text).toContain(`[${code}]`);
    expectGolden(code, text);
    expect(rendered(page?.right ?? '', 'w.braid')).toBe('');
  });
});

/** The codes that come of evaluating the lets and conditions of a workflow with its default parameters. */
function evaluationCodes(text: string): string[] {
  const { declarations } = parse({ name: 'w.braid', text }).value;
  const values = new Map<string, Value>();
  const scope: Scope = { lookup: (name) => values.get(name) };
  const codes: string[] = [];
  const run = (expression: Expression | undefined): Value => {
    if (!expression) return null;
    const result = evaluate(expression, scope);
    if (!result.ok) codes.push(result.diagnostic.code);
    return result.ok ? result.value : null;
  };
  for (const declaration of declarations) {
    if (declaration.kind === 'param') {
      values.set(declaration.name.text, run(declaration.default));
      run(declaration.where);
    } else if (declaration.kind === 'let')
      values.set(declaration.name.text, run(declaration.value));
  }
  return codes;
}

describe('evaluation', () => {
  const codes = codesIn('dsl/evaluate').filter((code) => code.startsWith('E07'));

  it.each(codes)('%s has a page', (code) => expect(explain(code)?.title).toBeDefined());

  const shown = explainPages.filter((page) => codes.includes(page.code) && page.wrong !== '');

  it('has examples', () => expect(shown.length).toBeGreaterThan(3));

  it.each(shown.map((page) => [page.code, page] as const))('%s', (code, page) => {
    expect(evaluationCodes(page.wrong)).toContain(code);
    expect(evaluationCodes(page.right)).toEqual([]);
    for (const text of [page.wrong, page.right]) expect(linked(text).diagnostics).toEqual([]);
  });
});
