import { link, parse } from '../../dsl/index.ts';
import { declarationCharactersMax } from '../../dsl/syntax/limits.ts';
import { randomFrom } from '../unit/dsl/syntax/random-edit.ts';
import { program } from './generate-program.ts';

/** What one mebibyte of text outside scripts may cost at most. */
export const secondsPerMebibyteMax = 12;
export const megabytesPerMebibyteMax = 512;

/** Valid declarations and such with slips, every name of its own, up to about `characters`. */
export function bigText(characters: number, seed: number): string {
  const parts = ['workflow big'];
  let length = 0;
  for (let number = 0; length < characters; number++) {
    const random = randomFrom(seed + number);
    const one = program({ random, slips: number % 4 === 0 ? 20 : 0 }, 6)
      .replace(/^.*\n/, '')
      .replace(
        /\b(step\d|Row|rows|count|share|on|label|wall|room|numbers|labels|result)\b(?! (?:oom|failed))/g,
        `$1_${number}`,
      );
    parts.push(one);
    length += one.length;
  }
  return parts.join('\n');
}

/** A text of one form that nests or repeats without end; the cap that meets it must not cost more. */
export const pathological: readonly (readonly [
  what: string,
  make: (characters: number) => string,
])[] = [
  ['open brackets', (n) => `workflow w\nlet x = ${'('.repeat(n)}`],
  ['closed brackets', (n) => `workflow w\nlet x = ${')'.repeat(n)}`],
  ['open interpolations', (n) => `workflow w\nlet x = "${'@{a"'.repeat(n / 4)}`],
  ['strings of one line', (n) => `workflow w\nlet x = [\n${'"a", '.repeat(n / 5)}]`],
  ['quotes', (n) => `workflow w\nlet x = ${'"'.repeat(n)}`],
  [
    'scripts that are never closed',
    (n) => `workflow w\n${'step a { script bash """\n'.repeat(n / 25)}`,
  ],
  ['words at the left margin', (n) => `workflow w\n${'stp x {\n'.repeat(n / 8)}`],
  ['steps of one name', (n) => `workflow w\n${'step a {\n}\n'.repeat(n / 11)}`],
  [
    'unknown names',
    (n) =>
      `workflow w\n${Array.from({ length: n / 24 }, (_, i) => `let x${i} = unknown${i}\n`).join('')}`,
  ],
  [
    'chains of lets',
    (n) =>
      `workflow w\nlet x0 = 1\n${Array.from({ length: n / 24 }, (_, i) => `let x${i + 1} = x${i} + 1\n`).join('')}`,
  ],
  ['line breaks', (n) => `workflow w\n${'\n'.repeat(n)}let x = `],
  ['comments', (n) => `workflow w\n${'# x\n'.repeat(n / 4)}let x = `],
  [
    'a long script',
    (n) =>
      `workflow w\nstep a {\n  script bash """\n${'    echo $a @{x}\n'.repeat(n / 17)}  """\n}\n`,
  ],
  ['signs', (n) => `workflow w\nlet x = 1 ${'+ 1 '.repeat(n / 4)}`],
  [
    'conditions that may be calls',
    (n) => {
      const nested = `${'if ('.repeat(60)}1${')'.repeat(60)}`;
      return `workflow w\n${numbered(n / 320, (i) => `let x${i} = ${nested}`)}`;
    },
  ],
  ['quotes and nothing else', (n) => '"'.repeat(n)],
  ['quotes, one more', (n) => '"'.repeat(n + 1)],
  ['quotes, three more', (n) => '"'.repeat(n + 3)],
  ['lines of three quotes', (n) => '"""\n'.repeat(n / 4 + 1)],
  ['arguments of calls', (n) => blocks(n, ['call c as d', '{'], '  x = 1')],
  ['arguments in steps', (n) => blocks(n, ['step s', '{'], '  x = 1')],
  ['inputs', (n) => blocks(n, ['step s', '{'], '  in a = b')],
  ['outputs', (n) => blocks(n, ['step s', '{'], '  out a: file = "x"')],
  ['conditions', (n) => blocks(n, ['step s', '{'], '  when x')],
  ['fields', (n) => blocks(n, ['record R', '{'], '  a: int')],
  ['records in a list', (n) => blocks(n, ['let r', '= ['], '  { a = 1, b = "x" },', ']')],
  ['arguments without blanks', (n) => blocks(n, ['step s', '{'], 'x=1')],
  ['numbers in a list', (n) => blocks(n, ['let r', '= ['], '1,', ']')],
  ['fallbacks of unknown names', (n) => blocks(n, ['let r', '= ['], 'a ?? b,', ']')],
  ['params', (n) => `workflow w\n${numbered(n / 18, (i) => `param p${i}: int = 1`)}`],
];

/** Declarations full of one line, each of as many as fit in `declarationCharactersMax`. */
function blocks(
  characters: number,
  [head, open]: readonly [head: string, open: string],
  line: string,
  close = '}',
): string {
  // Strings count with their numbers there, which are up to five characters long.
  const each = declarationCharactersMax - 100;
  const lines = `${line}\n`.repeat(each / (line.length + 1 + 4 * (line.split('"').length >> 1)));
  const declaration = (i: number) => `${head}${i} ${open}\n${lines}${close}`;
  return `workflow w\n${numbered(characters / lines.length, declaration)}`;
}

function numbered(count: number, make: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `${make(i)}\n`).join('');
}

/** CPU seconds of checking a text. */
export function checkSeconds(text: string): number {
  const before = process.cpuUsage();
  link(parse({ name: 'big.braid', text }).value);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Lines of figures: CPU time by size, and what a form costs that is four times as long. */
export function* measure(): Generator<string> {
  checkSeconds(bigText(1 << 16, 1));
  for (const characters of [1 << 16, 1 << 18, (1 << 20) - 4096]) {
    const text = bigText(characters, 7).slice(0, (1 << 20) - 1);
    const seconds = checkSeconds(text);
    const perMebibyte = (seconds / text.length) * (1 << 20);
    yield `${text.length} characters: ${seconds.toFixed(2)} s of CPU, ${perMebibyte.toFixed(1)} s a MiB (at most ${secondsPerMebibyteMax})`;
  }
  const megabytes = process.resourceUsage().maxRSS / 1024;
  yield `peak of memory ${megabytes.toFixed(0)} MB (at most ${megabytesPerMebibyteMax})`;
  for (const [what, make] of pathological) {
    const [small, large] = [1 << 17, 1 << 19].map((characters) => checkSeconds(make(characters)));
    yield `${what}: 128 Ki ${small?.toFixed(2)} s, 512 Ki ${large?.toFixed(2)} s`;
  }
}
