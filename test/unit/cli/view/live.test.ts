import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LiveState, liveLines, Painter } from '../../../../cli/view/live.ts';
import { displayWidth } from '../../../../dsl/index.ts';
import { counts } from './counts.ts';

const esc = '\u001b';

function live(changes: Partial<LiveState> = {}): LiveState {
  return {
    run: 'abcdefghij',
    workflow: 'twinkles',
    state: 'running',
    steps: [
      counts('phosim', { succeeded: 5, running: 2, ready: 3 }),
      counts('coadd', { waiting: 1 }),
    ],
    elapsedMs: 75_000,
    endedHere: 5,
    failures: [],
    notice: undefined,
    ...changes,
  };
}

const manySteps = (count: number) =>
  Array.from({ length: count }, (_, at) => counts(`step${at}`, { waiting: 2 }));

test('a head, a line a step, a total', () => {
  expect(liveLines(live(), 70, 20, false)).toEqual([
    'twinkles run abcdefghij  running  1 min 15 s',
    `  phosim  ${'█'.repeat(15)}${'▒'.repeat(6)}${'·'.repeat(9)} 5/10  2 running`,
    `  coadd   ${'·'.repeat(30)}  0/1`,
    '5 of 11 · 4.0/min · about 1 min 30 s left',
  ]);
});

test('failures are shown with their reasons, the newest last; a notice stands below the head', () => {
  const failures = ['a: exit 1', 'b: exit 2', 'c: exit 3', 'd: exit 4'];
  const steps = [counts('a', { failed: 4, blocked: 1 })];
  const lines = liveLines(live({ failures, steps, notice: 'pip install' }), 70, 20, false);
  expect(lines[1]).toBe('pip install');
  expect(lines[2]).toContain('4 failed, 1 blocked');
  expect(lines.slice(3)).toEqual([
    '  ✗ b: exit 2',
    '  ✗ c: exit 3',
    '  ✗ d: exit 4',
    '5 of 5 · 4 failed · 4.0/min',
  ]);
});

test('when not all steps fit, those at work and those that failed stay', () => {
  const steps = manySteps(40).map((step, at) =>
    at === 30 ? counts('busy', { running: 1 }) : at === 35 ? counts('bad', { failed: 1 }) : step,
  );
  const lines = liveLines(live({ steps }), 80, 10, false);
  expect(lines).toHaveLength(10);
  expect(lines.some((line) => line.startsWith('  busy '))).toBe(true);
  expect(lines.some((line) => line.startsWith('  bad '))).toBe(true);
  expect(lines.at(-2)).toBe('  … 33 more steps');
  expect(lines.at(-1)).toContain('1 of 78 · 1 failed');
});

test('without color there is no escape sequence; with it the words are the same', () => {
  const state = live({ failures: ['a: exit 1'], notice: 'pip install' });
  const plain = liveLines(state, 60, 20, false);
  const colored = liveLines(state, 60, 20, true);
  expect(plain.join('\n')).not.toContain(esc);
  expect(colored.join('\n')).toContain(esc);
  expect(colored.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(plain);
});

test("a payload's escape sequences and new lines do nothing to the terminal", () => {
  const failures = [`a: ${esc}[2J\rgone\nnext`];
  const lines = liveLines(live({ failures }), 60, 20, false);
  expect(lines.join('\n')).not.toMatch(new RegExp(`[${esc}\r]`));
  expect(lines.at(-2)).toBe('  ✗ a:  [2J gone next');
});

test('no line is wider than the terminal and no view higher, whatever is in it', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 120 });
  const step = fc.record({
    name: text,
    running: fc.nat(3),
    succeeded: fc.nat(3_000_000),
    failed: fc.nat(3),
    waiting: fc.nat(9),
    blocked: fc.nat(9),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 30 }),
      fc.array(text, { maxLength: 6 }),
      fc.option(text, { nil: undefined }),
      text,
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 1, max: 30 }),
      fc.boolean(),
      (steps, failures, notice, workflow, columns, rows, color) => {
        const all = steps.map(({ name, ...of }) => counts(name, of));
        const state = live({ steps: all, failures, notice, workflow });
        const lines = liveLines(state, columns, rows, color);
        expect(lines.length).toBeGreaterThan(0);
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) {
          expect(displayWidth(stripVTControlCharacters(line))).toBeLessThanOrEqual(columns);
        }
      },
    ),
    { numRuns: 300, seed: 20_260_722 },
  );
});

/** A terminal that only remembers, and can be resized. */
function screen(columns: number, rows: number) {
  const written: string[] = [];
  return { columns, rows, written, write: (text: string) => written.push(text) };
}

/** How many rows a text that is written moves up before it clears. */
function rowsUp(text: string | undefined): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is how a terminal is steered
  return Number(/^\u001b\[(\d+)A\r\u001b\[J/.exec(text ?? '')?.[1] ?? 0);
}

test('a painter goes back over just what it painted', () => {
  const terminal = screen(81, 25);
  const painter = new Painter(terminal);
  painter.paint(live(), false);
  painter.paint(live(), false);
  expect(terminal.written.map(rowsUp)).toEqual([0, 4]);
  expect(terminal.written[1]).toBe(`${esc}[4A\r${esc}[J${terminal.written[0]}`);
});

test('after a resize, lines that the terminal has wrapped count as the rows that they take now', () => {
  const terminal = screen(81, 25);
  const painter = new Painter(terminal);
  painter.paint(live(), false);
  const widths = (terminal.written[0] ?? '').trimEnd().split('\n').map(displayWidth);
  terminal.columns = 30;
  painter.paint(live(), false);
  const wrapped = widths.reduce((rows, width) => rows + Math.ceil(width / 30), 0);
  expect(wrapped).toBeGreaterThan(4);
  expect(rowsUp(terminal.written[1])).toBe(wrapped);
  terminal.columns = 200;
  painter.paint(live(), false);
  expect(rowsUp(terminal.written[2])).toBe(4);
});

test('a line that is said stays above the view', () => {
  const terminal = screen(81, 25);
  const painter = new Painter(terminal);
  painter.paint(live(), false);
  painter.say('note');
  painter.paint(live(), false);
  expect(terminal.written.map(rowsUp)).toEqual([0, 4, 0]);
  expect(terminal.written[1]).toBe(`${esc}[4A\r${esc}[Jnote\n`);
});

test('a terminal that does not know its size, or is tiny, is painted without more rows than it has', () => {
  for (const [columns, rows] of [
    [0, 0],
    [1, 1],
    [10, 3],
  ] as const) {
    const terminal = screen(columns, rows);
    new Painter(terminal).paint(live({ steps: manySteps(100) }), false);
    const lines = (terminal.written[0] ?? '').trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(rows || 24);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns || 80);
  }
});
