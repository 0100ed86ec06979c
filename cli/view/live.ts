import { stripVTControlCharacters } from 'node:util';
import { countsText, durationText, endedOf, type StepCounts } from './status.ts';

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

const paint = {
  green: (s: string) => `\u001b[32m${s}\u001b[39m`,
  red: (s: string) => `\u001b[31m${s}\u001b[39m`,
  blue: (s: string) => `\u001b[36m${s}\u001b[39m`,
  dim: (s: string) => `\u001b[2m${s}\u001b[22m`,
  bold: (s: string) => `\u001b[1m${s}\u001b[22m`,
};

/**
 * The view as lines, none wider than `columns`, at most `rows` of them: a head, a line a step (those
 * at work first to stay when there is no room for all), the last failures, a total.
 */
export function liveLines(
  state: LiveState,
  columns: number,
  rows: number,
  color: boolean,
): string[] {
  const style = color ? paint : { green: id, red: id, blue: id, dim: id, bold: id };
  const total = state.steps.reduce((sum, step) => sum + step.total, 0);
  const ended = state.steps.reduce((sum, step) => sum + endedOf(step), 0);
  const failed = state.steps.reduce((sum, step) => sum + step.failed, 0);
  const lines = [
    `${style.bold(state.workflow)} ${style.dim(`run ${state.run}`)}  ${state.state}  ${durationText(
      state.elapsedMs,
    )}`,
  ];
  if (state.notice) lines.push(style.dim(cut(state.notice, columns)));

  const failureLines = state.failures.slice(-3).map((f) => style.red(cut(`  ✗ ${f}`, columns)));
  const room = Math.max(1, rows - lines.length - failureLines.length - 2);
  const shown = chooseSteps(state.steps, room);
  const nameWidth = Math.min(
    Math.max(4, ...shown.map((step) => step.name.length)),
    Math.max(8, Math.floor(columns / 3)),
  );
  const countWidth = Math.max(...shown.map((step) => `${endedOf(step)}/${step.total}`.length), 3);
  const barWidth = Math.max(0, Math.min(30, columns - nameWidth - countWidth - 24));
  for (const step of shown) {
    const done = `${endedOf(step)}/${step.total}`.padStart(countWidth);
    const plain = `  ${cut(step.name, nameWidth).padEnd(nameWidth)}  `;
    const used = plain.length + barWidth + 1 + countWidth + 2;
    const counts = cut(countsText(step), Math.max(0, columns - used));
    lines.push(
      `${plain}${bar(step, barWidth, style)} ${done}  ${
        step.failed > 0 ? style.red(counts) : style.dim(counts)
      }`,
    );
  }
  if (shown.length < state.steps.length) {
    lines.push(style.dim(`  … ${state.steps.length - shown.length} more steps`));
  }
  lines.push(...failureLines);
  lines.push(cut(totalLine(state, ended, total, failed), columns));
  return lines;
}

function totalLine(state: LiveState, ended: number, total: number, failed: number): string {
  const parts = [`${ended} of ${total}`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (state.endedHere > 0 && state.elapsedMs > 0) {
    const perSecond = (state.endedHere * 1000) / state.elapsedMs;
    parts.push(perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`);
    const left = total - ended;
    if (left > 0) parts.push(`about ${durationText((left / perSecond) * 1000)} left`);
  }
  return parts.join(' · ');
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

function bar(step: StepCounts, width: number, style: typeof paint): string {
  if (width === 0) return '';
  const total = Math.max(1, step.total);
  const part = (count: number) => Math.floor((count / total) * width);
  const bad = step.failed + step.blocked + step.cancelled;
  const badCells = bad > 0 ? Math.max(1, part(bad)) : 0;
  const doneCells = Math.min(width - badCells, part(endedOf(step) - bad));
  const busy = step.running + step.submitted;
  const busyCells = busy > 0 ? Math.min(width - doneCells - badCells, Math.max(1, part(busy))) : 0;
  const rest = Math.max(0, width - doneCells - badCells - busyCells);
  return (
    style.green('█'.repeat(doneCells)) +
    style.red('█'.repeat(badCells)) +
    style.blue('▒'.repeat(busyCells)) +
    style.dim('·'.repeat(rest))
  );
}

/** Cut to a width with an ellipsis; control characters become spaces. */
function cut(text: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a payload's words may hold them
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  if (clean.length <= width) return clean;
  return width <= 1 ? clean.slice(0, width) : `${clean.slice(0, width - 1)}…`;
}

function id(text: string): string {
  return text;
}

/**
 * Repaints in place on a terminal: moves up over what it painted last, clears to the end. Lines that a
 * resize has wrapped since are counted as the rows that they take now.
 */
export class Painter {
  readonly #stream: NodeJS.WriteStream;
  /** Visible widths of the lines painted last. */
  #widths: readonly number[] = [];

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  paint(state: LiveState, color: boolean): void {
    const columns = Math.max(20, (this.#stream.columns ?? 80) - 1);
    const rows = Math.max(4, (this.#stream.rows ?? 24) - 1);
    const lines = liveLines(state, columns, rows, color).slice(0, rows);
    this.#stream.write(`${this.#back()}${lines.join('\n')}\n`);
    this.#widths = lines.map((line) => stripVTControlCharacters(line).length);
  }

  /** A line above the view that stays. */
  say(line: string): void {
    this.#stream.write(`${this.#back()}${line}\n`);
    this.#widths = [];
  }

  #back(): string {
    const columns = Math.max(1, this.#stream.columns ?? 80);
    const rows = this.#widths.reduce(
      (sum, width) => sum + Math.max(1, Math.ceil(width / columns)),
      0,
    );
    return rows > 0 ? `\u001b[${rows}A\r\u001b[J` : '';
  }
}
