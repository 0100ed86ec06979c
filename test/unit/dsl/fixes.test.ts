import { describe, expect, test } from 'vitest';
import { explainPages } from '../../../dsl/explain/index.ts';
import type { Diagnostic } from '../../../dsl/text/diagnostic.ts';
import { fixedText } from '../../../dsl/text/fix.ts';
import { linked } from './check/check.ts';
import { read, sourcesUnder } from './syntax/corpus.ts';
import { situations } from './syntax/situations.ts';

/** Every faulty text of the pages, of the promised messages and of the situations. */
const faulty: readonly (readonly [name: string, text: string])[] = [
  ...explainPages.filter((p) => p.wrong !== '').map((p) => [p.code, p.wrong] as const),
  ...sourcesUnder('test/faulty').map(({ name }) => [name, read(`test/faulty/${name}`)] as const),
  ...situations.map(([text]) => [text, `workflow w\n${text}`] as const),
];

const said = ({ code, message }: Diagnostic) => `${code} ${message}`;

function count(diagnostics: readonly Diagnostic[], like: Diagnostic): number {
  return diagnostics.filter((d) => said(d) === said(like)).length;
}

const found = faulty.flatMap(([name, text]) =>
  linked(text).diagnostics.map((diagnostic) => ({ name, text, diagnostic })),
);

describe('a fix takes its diagnostic away and leaves no new error of syntax', () => {
  const fixable = found.flatMap(({ name, text, diagnostic }) =>
    (diagnostic.fixes ?? []).map(
      (fix) => [`${said(diagnostic)}: ${fix.title} (${name})`, { text, diagnostic, fix }] as const,
    ),
  );
  test.each(fixable)('%s', (_name, { text, diagnostic, fix }) => {
    const source = diagnostic.span?.source;
    if (!source) throw new Error('a fix without a place');
    const before = linked(text).diagnostics;
    const fixed = fixedText(source, fix);
    const after = linked(fixed).diagnostics;
    expect(count(after, diagnostic), fixed).toBe(count(before, diagnostic) - 1);
    const syntax = (list: readonly Diagnostic[]) =>
      list.filter(({ code }) => code.startsWith('E01') && code !== 'E0111').length;
    expect(syntax(after), fixed).toBeLessThanOrEqual(syntax(before));
  });
});

test('who asks "did you mean" offers it', () => {
  const without = found.filter(
    ({ diagnostic: { hint, fixes } }) => hint?.startsWith('did you mean') && !fixes?.length,
  );
  expect(without.map(({ diagnostic, name }) => `${said(diagnostic)} (${name})`)).toEqual([]);
});

/** Codes whose hint tells what to think about, and which leave more than one way out or none to type. */
const withoutFix = new Set(
  (
    'E0115 E0206 E0207 E0208 E0211 E0212 E0305 E0307 E0308 E0309 E0310 E0407 E0501 E0502 E0503 ' +
    'E0603 E0605 E0606 E0607 W0801 W0803 W0805'
  ).split(' '),
);

test('the hints of all other codes of a text are offered as edits', () => {
  const offered = new Set(found.flatMap(({ diagnostic: d }) => (d.fixes?.length ? [d.code] : [])));
  const all = new Set(found.map(({ diagnostic }) => diagnostic.code));
  expect([...all].filter((code) => offered.has(code) === withoutFix.has(code))).toEqual([]);
  expect(offered.size).toBeGreaterThan(38);
});
