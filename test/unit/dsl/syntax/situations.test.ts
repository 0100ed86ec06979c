import { expect, test } from 'vitest';
import { parse, parseSite } from '../../../../dsl/syntax/parse.ts';
import { positionAt } from '../../../../dsl/text/source.ts';
import { cpuMs } from '../../cpu-time.ts';
import { situations } from './situations.ts';

/** `CODE line:column message` of each error, the first line being the header. */
function errors(text: string): string[] {
  const { diagnostics } = parse({ name: 'x.braid', text: `workflow w\n${text}` });
  return diagnostics.map(({ code, message, span }) => {
    const at = span && positionAt(span.source, span.start);
    return `${code} ${at?.line}:${at?.column} ${message}`;
  });
}

test.each(situations)('%j', (text, ...expected) => {
  expect(errors(text)).toEqual(expected);
});

test('a file without a header, or with two', () => {
  const codes = (text: string) =>
    parse({ name: 'x.braid', text }).diagnostics.map(({ code }) => code);
  expect(codes('let x = 3')).toEqual(['E0111']);
  expect(codes('')).toEqual(['E0111']);
  expect(codes('workflow a\nworkflow b')).toEqual(['E0111']);
  expect(codes('let x = 3\nworkflow a')).toEqual(['E0111']);
});

test('a site file holds sites', () => {
  const messages = (text: string) =>
    parseSite({ name: 'x.site', text }).diagnostics.map(({ code, hint }) => [code, hint]);
  expect(messages('site a {\n  runer slurm\n}')).toEqual([['E0105', 'did you mean `runner`?']]);
  expect(messages('runner slurm {\n}')).toEqual([['E0105', 'put it inside `site NAME { ... }`']]);
});

test('what is too long or too deep is said so', () => {
  const codes = (text: string) => errors(text).map((error) => error.slice(0, 5));
  expect(codes(`let x = "${'a'.repeat(1 << 20)}"`)).toEqual(['E0113']);
  expect(codes(`let x = [${'1,'.repeat(17_000)}]`)).toEqual(['E0114']);
  expect(codes(`let x = ${'('.repeat(65)}1${')'.repeat(65)}`)).toEqual(['E0115']);
  expect(codes(`let x = ${'('.repeat(64)}1${')'.repeat(64)}`)).toEqual([]);
  expect(codes(`let x = 1${' + 1'.repeat(201)}`)).toEqual(['E0115']);
  expect(codes(`let x = ${'-'.repeat(20_000)}1`)).toEqual(['E0115']);
});

test('strings that open strings without end are looked through in linear time', () => {
  const ms = cpuMs(() => {
    errors(`let x = "${'@{a"'.repeat(100_000)}`);
    errors(`let x = """${'@{a"'.repeat(100_000)}"""`);
    errors(`let x = ${'{'.repeat(200_000)}`);
  });
  expect(ms).toBeLessThan(10_000);
});
