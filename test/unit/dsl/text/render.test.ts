import { expect, test } from 'vitest';
import type { Diagnostic } from '../../../../dsl/text/diagnostic.ts';
import { diagnosticToJson } from '../../../../dsl/text/diagnostic-json.ts';
import { renderDiagnostic, renderDiagnostics } from '../../../../dsl/text/render.ts';
import type { Span } from '../../../../dsl/text/source.ts';

const plain = { color: false };

/** The first stretch of a text that reads `words`. */
function find(name: string, text: string, words: string): Span {
  const start = text.indexOf(words);
  return { source: { name, text }, start, end: start + words.length };
}

function at(text: string, words: string, more: Partial<Diagnostic> = {}): Diagnostic {
  const span = find('a.braid', text, words);
  return { code: 'E0000', severity: 'error', message: 'wrong', span, ...more };
}

test('several places, near and far, in order of lines', () => {
  const text = 'one\ntwo\nthree\nfour\n\n\n\n\n\nten\n';
  const main = at(text, 'ten', { label: 'here', notes: ['why\nso'], hint: 'do' });
  const { source } = main.span as Span;
  const place = (words: string) => ({ ...find('', text, words), source });
  const labels = [
    { span: place('three'), text: 'third' },
    { span: place('one'), text: 'first' },
  ];
  expect(renderDiagnostic({ ...main, labels }, plain)).toBe(
    `
error[E0000]: wrong
  --> a.braid:10:1
   |
 1 | one
   | --- first
 2 | two
 3 | three
   | ----- third
...
10 | ten
   | ^^^ here
   = note: why
           so
   = hint: do`.slice(1),
  );
});

test('several labels on one line', () => {
  const text = 'a = b + c';
  const main = at(text, 'c', { label: 'an int' });
  const { source } = main.span as Span;
  const labels = [{ span: { source, start: 4, end: 5 }, text: 'a string' }];
  expect(renderDiagnostic({ ...main, labels }, plain)).toBe(
    `
error[E0000]: wrong
 --> a.braid:1:9
  |
1 | a = b + c
  |     - a string
  |         ^ an int`.slice(1),
  );
});

test('tabs, wide characters, the end of a line and spans of several lines', () => {
  const lines = (text: string, words: string) =>
    renderDiagnostic(at(text, words), plain).split('\n');
  expect(lines('\tx = y', 'y').slice(3)).toEqual(['1 |     x = y', '  |         ^']);
  expect(lines('let x = "星" y', 'y').slice(3)).toEqual([
    '1 | let x = "星" y',
    '  |              ^',
  ]);
  expect(lines('"e\u0301" y', 'y').slice(3)).toEqual(['1 | "e\u0301" y', '  |     ^']);
  expect(lines('a {\n b\n}', '{\n b\n}').slice(3)).toEqual(['1 | a {', '  |   ^']);
  expect(lines('a =\r\nb', '\r\n').slice(3)).toEqual(['1 | a =', '  |    ^']);
});

test('another file, and no file at all', () => {
  const span = find('other.csv', 'x,y\n1,2\n', '2');
  const two = at('let a', 'a', { labels: [{ span, text: 'there' }] });
  expect(renderDiagnostic(two, plain).split('\n').slice(5)).toEqual([
    ' ::: other.csv:2:3',
    '  |',
    '2 | 1,2',
    '  |   - there',
  ]);
  const none: Diagnostic = { code: 'E1', severity: 'warning', message: 'no such file', hint: 'x' };
  expect(renderDiagnostic(none, plain)).toBe('warning[E1]: no such file\n  = hint: x');
});

test('colours change nothing but colours', () => {
  const coloured = renderDiagnostic(at('let a', 'a', { label: 'l', hint: 'h' }), { color: true });
  expect(coloured).toContain('\u001b[1;31merror[E0000]\u001b[0m');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour
  expect(coloured.replaceAll(/\u001b\[[\d;]*m/g, '')).toBe(
    renderDiagnostic(at('let a', 'a', { label: 'l', hint: 'h' }), plain),
  );
});

test('a list is in the order of places', () => {
  const text = 'a b c';
  const source = { name: 'x', text };
  const one = (start: number, code: string): Diagnostic => ({
    code,
    severity: 'error',
    message: 'm',
    span: { source, start, end: start + 1 },
  });
  const printed = renderDiagnostics([one(4, 'E3'), one(0, 'E2'), one(0, 'E1')], plain);
  expect([...printed.matchAll(/E\d/g)].map(([code]) => code)).toEqual(['E1', 'E2', 'E3']);
});

test('as JSON, with lines and columns from 1', () => {
  const main = at('let\n a = b', 'a = b', { hint: 'h' });
  const labels = [{ span: { ...(main.span as Span), start: 0, end: 3 }, text: 't' }];
  const fixes = [{ title: 'write `c`', edits: [{ span: main.span as Span, text: 'c' }] }];
  expect(diagnosticToJson({ ...main, labels, fixes })).toEqual({
    code: 'E0000',
    severity: 'error',
    message: 'wrong',
    file: 'a.braid',
    line: 2,
    column: 2,
    endLine: 2,
    endColumn: 7,
    labels: [{ file: 'a.braid', line: 1, column: 1, endLine: 1, endColumn: 4, text: 't' }],
    notes: [],
    hint: 'h',
    fixes: [
      {
        title: 'write `c`',
        edits: [{ file: 'a.braid', line: 2, column: 2, endLine: 2, endColumn: 7, newText: 'c' }],
      },
    ],
  });
  expect(diagnosticToJson(main).fixes).toEqual([]);
});
