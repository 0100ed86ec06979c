import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from '../../dsl/index.ts';
import { countsText, durationText, endedOf, progressText, type StepCounts } from './status.ts';

/** What the live view shows; a snapshot of a run. */
export interface LiveState {
  readonly run: string;
  readonly workflow: string;
  readonly state: string;
  readonly steps: readonly StepCounts[];
  /** Since the engine started. */
  readonly elapsedMs: number;
  /** Wall time of ended attempts in this engine's life, for the time left. */
  readonly endedHere: number;
  /** Newest last: `instance: reason`. */
  readonly failures: readonly string[];
  /** A line for what is being prepared (an environment), or a notice. */
  readonly notice: string | undefined;
}

const colors = {
  green: [32, 39],
  red: [31, 39],
  blue: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
} as const;

/** A piece of a line and how it is shown. */
interface Part {
  readonly text: string;
  readonly style?: keyof typeof colors;
}

/** What a view may take of a terminal. */
interface Space {
  /** Terminal cells. */
  readonly columns: number;
  readonly rows: number;
}

/**
 * The view as lines, none wider than `columns` terminal cells, at most `rows` of them: a head, a line a
 * step (those at work first to stay when there is no room for all), the last failures, a total.
 */
export function liveLines(
  state: LiveState,
  columns: number,
  rows: number,
  color: boolean,
): string[] {
  const lines = layOut(state, { columns, rows });
  // The total is the line that says most, so it stays last even where there is room for nothing else.
  const kept = [...lines.slice(0, Math.max(0, rows - 1)), totalLine(state)];
  return kept.map((parts) => styled(parts, columns, color));
}

/** All lines but the total. */
function layOut(state: LiveState, { columns, rows }: Space): Part[][] {
  const head: Part[][] = [
    [
      { text: state.workflow, style: 'bold' },
      { text: ` run ${state.run}`, style: 'dim' },
      { text: `  ${state.state}  ${durationText(state.elapsedMs)}` },
    ],
  ];
  if (state.notice) head.push([{ text: state.notice, style: 'dim' }]);
  const free = Math.max(1, rows - head.length - 1);
  const failures = Math.min(state.failures.length, 3, Math.floor(free / 2));
  const room = free - failures;
  const shown = chooseSteps(state.steps, room);
  const lines = [...head, ...stepLines(shown, columns)];
  if (shown.length < state.steps.length && shown.length < room) {
    lines.push([{ text: `  … ${state.steps.length - shown.length} more steps`, style: 'dim' }]);
  }
  for (const failure of failures > 0 ? state.failures.slice(-failures) : []) {
    lines.push([{ text: `  ✗ ${failure}`, style: 'red' }]);
  }
  return lines;
}

function stepLines(shown: readonly StepCounts[], columns: number): Part[][] {
  const nameWidth = Math.min(
    Math.max(4, ...shown.map((step) => displayWidth(step.name))),
    Math.max(8, Math.floor(columns / 3)),
  );
  const countWidth = Math.max(...shown.map((step) => progressText(step).length), 3);
  const barWidth = Math.max(0, Math.min(30, columns - nameWidth - countWidth - 24));
  return shown.map((step) => {
    const name = cut(step.name, nameWidth);
    const blanks = ' '.repeat(nameWidth - displayWidth(name));
    const done = progressText(step).padStart(countWidth);
    return [
      { text: `  ${name}${blanks}  ` },
      ...bar(step, barWidth),
      { text: `${barWidth > 0 ? ' ' : ''}${done}  ` },
      { text: countsText(step), style: step.failed > 0 ? 'red' : 'dim' },
    ];
  });
}

function totalLine(state: LiveState): Part[] {
  const sum = (count: (step: StepCounts) => number) =>
    state.steps.reduce((total, step) => total + count(step), 0);
  const total = sum((step) => step.total);
  const ended = sum(endedOf);
  const failed = sum((step) => step.failed);
  const parts = [`${ended} of ${total}`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (state.endedHere > 0 && state.elapsedMs > 0) {
    const perSecond = (state.endedHere * 1000) / state.elapsedMs;
    parts.push(perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`);
    const left = total - ended;
    if (left > 0) parts.push(`about ${durationText((left / perSecond) * 1000)} left`);
  }
  return [{ text: parts.join(' · ') }];
}

/** The steps to show when not all fit: those at work or with failures, then the next waiting. */
function chooseSteps(steps: readonly StepCounts[], room: number): readonly StepCounts[] {
  if (steps.length <= room) return steps;
  const weight = (step: StepCounts) =>
    step.running + step.submitted + step.failed > 0 ? 0 : endedOf(step) < step.total ? 1 : 2;
  const chosen = new Set(
    steps
      .map((step, index) => ({ index, weight: weight(step) }))
      .sort((a, b) => a.weight - b.weight || a.index - b.index)
      .slice(0, Math.max(1, room - 1))
      .map((entry) => entry.index),
  );
  return steps.filter((_, index) => chosen.has(index));
}

function bar(step: StepCounts, width: number): Part[] {
  const total = Math.max(1, step.total);
  const part = (count: number) => Math.floor((count / total) * width);
  const bad = step.failed + step.blocked + step.cancelled;
  const badCells = bad > 0 ? Math.min(width, Math.max(1, part(bad))) : 0;
  const doneCells = Math.min(width - badCells, part(endedOf(step) - bad));
  const busy = step.running + step.submitted;
  const busyCells = busy > 0 ? Math.min(width - doneCells - badCells, Math.max(1, part(busy))) : 0;
  const rest = width - doneCells - badCells - busyCells;
  return [
    { text: '█'.repeat(doneCells), style: 'green' },
    { text: '█'.repeat(badCells), style: 'red' },
    { text: '▒'.repeat(busyCells), style: 'blue' },
    { text: '·'.repeat(rest), style: 'dim' },
  ];
}

/** The parts as one line, cut where the terminal ends. */
function styled(parts: readonly Part[], columns: number, color: boolean): string {
  let left = columns;
  let line = '';
  for (const { text, style } of parts) {
    const fitting = cut(text, left);
    left -= displayWidth(fitting);
    if (fitting === '') continue;
    const [on, off] = color && style ? colors[style] : [];
    line += on === undefined ? fitting : `\u001b[${on}m${fitting}\u001b[${off}m`;
  }
  return line.trimEnd();
}

/** Cut to a width in terminal cells, with an ellipsis; control characters become spaces. */
function cut(text: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a payload's words may hold them
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  if (displayWidth(clean) <= width) return clean;
  let fitting = '';
  let left = width - 1;
  for (const character of clean) {
    left -= displayWidth(character);
    if (left < 0) break;
    fitting += character;
  }
  return width < 1 ? '' : `${fitting}…`;
}

/** What is needed of a terminal; `columns` and `rows` follow its size. */
export type Screen = Pick<NodeJS.WriteStream, 'columns' | 'rows'> & {
  write(text: string): unknown;
};

/**
 * Repaints in place on a terminal: moves up over what it painted last, clears to the end. Lines that a
 * resize has wrapped since are counted as the rows that they take now.
 */
export class Painter {
  readonly #stream: Screen;
  /** Visible widths of the lines painted last. */
  #widths: readonly number[] = [];

  constructor(stream: Screen) {
    this.#stream = stream;
  }

  paint(state: LiveState, color: boolean): void {
    // A terminal that does not know its size says 0. The last column and row stay free: some wrap there.
    const columns = Math.max(1, (this.#stream.columns || 80) - 1);
    const rows = Math.max(1, (this.#stream.rows || 24) - 1);
    const lines = liveLines(state, columns, rows, color);
    this.#stream.write(`${this.#back()}${lines.join('\n')}\n`);
    this.#widths = lines.map((line) => displayWidth(stripVTControlCharacters(line)));
  }

  /** Leaves what is painted where it is: what comes next is written below it. */
  leave(): void {
    this.#widths = [];
  }

  /** A line above the view that stays. */
  say(line: string): void {
    this.#stream.write(`${this.#back()}${line}\n`);
    this.#widths = [];
  }

  #back(): string {
    const columns = this.#stream.columns || 80;
    const rows = this.#widths.reduce(
      (sum, width) => sum + Math.max(1, Math.ceil(width / columns)),
      0,
    );
    return rows > 0 ? `\u001b[${rows}A\r\u001b[J` : '';
  }
}
