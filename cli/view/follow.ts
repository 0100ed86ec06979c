import {
  type Binder,
  eventText,
  failuresOf,
  growthProblems,
  type Plan,
  type RecordedEvent,
  type RunState,
  statusOf,
} from '../../engine/index.ts';
import type { Context } from '../context.ts';
import { evidenceOf } from './evidence.ts';
import { failureSummary, oneLine, plainText } from './failure.ts';
import { Painter } from './live.ts';
import { durationText, endedOf } from './status.ts';

/** Repaints no more often than this, and at least this often while the run lives. */
const PAINT_MS = 200;
/** Plain lines: how often progress is said. */
const PLAIN_MS = 10_000;

/** Shows a run as it goes: live on a terminal, plain lines elsewhere, JSON lines on request. */
export interface Follower {
  begin(state: RunState): void;
  readonly onEvents: (events: readonly RecordedEvent[]) => void;
  readonly say: (line: string) => void;
  /** What goes on while something is prepared: of passing interest. */
  readonly progress: (line: string) => void;
  /** `published`: paths for people. */
  end(state: RunState, published: readonly string[]): void;
}

export interface FollowOptions {
  readonly run: string;
  readonly plan: Plan;
  readonly binder: Pick<Binder, 'name'>;
  /** The run's directory, absolute. */
  readonly directory: string;
  readonly json: boolean;
}

export function followerFor(context: Context, options: FollowOptions): Follower {
  if (options.json) return jsonFollower(context);
  return context.stdout.isTTY ? liveFollower(context, options) : plainFollower(context, options);
}

function jsonFollower(context: Context): Follower {
  return {
    begin() {},
    onEvents(events) {
      const lines = events.map((recorded) => JSON.stringify({ format: 1, ...recorded }));
      if (lines.length > 0) context.stdout.write(`${lines.join('\n')}\n`);
    },
    say: (line) => void context.stderr.write(`${line}\n`),
    progress() {},
    end() {},
  };
}

function plainFollower(context: Context, options: FollowOptions): Follower {
  const { plan, binder, run } = options;
  let state: RunState | undefined;
  let saidAt = performance.now();
  const finished = new Set<string>();
  let preparing = false;
  const doubts = new Set<string>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  const write = (line: string) => void context.stdout.write(`${line}\n`);
  const look = (folded: RunState, now: number) => {
    lookedAt = now;
    const { steps } = statusOf(folded);
    for (const step of steps) {
      if (step.growing || endedOf(step) < step.total || finished.has(step.name)) continue;
      finished.add(step.name);
      write(`${step.name}: ${stepWords(step)}`);
    }
    if (now - saidAt <= PLAIN_MS) return;
    saidAt = now;
    const ended = steps.reduce((sum, step) => sum + endedOf(step), 0);
    const total = steps.reduce((sum, step) => sum + step.total, 0);
    const running = steps.reduce((sum, step) => sum + step.running, 0);
    write(`${ended} of ${total}, ${running} running`);
  };
  return {
    begin(folded) {
      state = folded;
      write(`run ${run} of ${plan.program.name}`);
    },
    onEvents(events) {
      for (const { event } of events) {
        if (event.kind === 'environment.prepared') preparing = false;
        if (event.kind === 'environment.failed' && event.againAtMs !== undefined) {
          context.stderr.write(`env ${event.name}: ${plainText(event.text)}; it is tried again\n`);
          preparing = false;
        }
        if (event.kind === 'submission.unknown' && !doubts.has(event.text)) {
          doubts.add(event.text);
          context.stderr.write(`in doubt, looking again: ${oneLine(event.text)}\n`);
        }
        if (event.kind === 'instance.warned') write(`warning: ${eventText(event, binder)}`);
        if (event.kind === 'growth.held' && state) {
          for (const problem of growthProblems(state)) write(`held: ${problem}`);
        }
        if (event.kind !== 'attempt.ended' || event.outcome.kind !== 'failed') continue;
        const again = event.again ? '; it is tried again' : '';
        const reason = failureSummary(event.outcome.cause, event.outcome.text);
        write(`failed: ${binder.name(event.instance)}: ${reason}${again}`);
      }
      const now = performance.now();
      if (state && now - lookedAt > PAINT_MS) look(state, now);
    },
    say: (line) => void context.stderr.write(`${line}\n`),
    progress(line) {
      if (!preparing) context.stderr.write(`${line}\n`);
      preparing = true;
    },
    end(last, published) {
      look(last, performance.now());
      for (const line of closingLines(last, options, published)) write(line);
    },
  };
}

function liveFollower(context: Context, options: FollowOptions): Follower {
  const { plan, binder, run } = options;
  const painter = new Painter(context.stdout);
  const startedAt = performance.now();
  let state: RunState | undefined;
  let notice: string | undefined;
  let endedHere = 0;
  let timer: NodeJS.Timeout | undefined;
  const paint = () => {
    if (!state) return;
    const { steps } = statusOf(state);
    const failures = failuresOf(state, binder).map(
      ({ name, cause, text }) => `${name}: ${failureSummary(cause, text)}`,
    );
    const elapsedMs = performance.now() - startedAt;
    painter.paint(
      {
        run,
        workflow: plan.program.name,
        state: state.run,
        steps,
        elapsedMs,
        endedHere,
        failures,
        notice,
      },
      context.color.stdout,
    );
  };
  return {
    begin(folded) {
      state = folded;
      paint();
      timer = setInterval(paint, PAINT_MS);
      timer.unref();
      context.stdout.on('resize', paint);
    },
    onEvents(events) {
      for (const { event } of events) if (event.kind === 'attempt.ended') endedHere += 1;
      if (events.some(({ event }) => event.kind === 'environment.prepared')) notice = undefined;
      if (state && events.some(({ event }) => event.kind === 'growth.held')) {
        notice = growthProblems(state).at(-1);
      }
      if (events.some(({ event }) => event.kind === 'growth.released')) notice = undefined;
    },
    say(line) {
      painter.say(line);
      paint();
    },
    progress(line) {
      notice = line;
    },
    end(last, published) {
      clearInterval(timer);
      context.stdout.off('resize', paint);
      notice = undefined;
      state = last;
      paint();
      painter.leave();
      for (const line of closingLines(last, options, published)) painter.say(line);
    },
  };
}

function stepWords(step: ReturnType<typeof statusOf>['steps'][number]): string {
  const words = (
    ['succeeded', 'reused', 'failed', 'skipped', 'blocked', 'cancelled', 'retired'] as const
  )
    .filter((name) => step[name] > 0)
    .map((name) => `${step[name]} ${name}`);
  return words.join(', ') || 'nothing to do';
}

/** What stays on the screen: the verdict, the failures with their places, where the results are. */
export function closingLines(
  state: RunState,
  { run, plan, binder, directory }: FollowOptions,
  published: readonly string[],
): string[] {
  const status = statusOf(state);
  const sum = (name: 'succeeded' | 'reused' | 'failed' | 'blocked' | 'skipped' | 'cancelled') =>
    status.steps.reduce((total, step) => total + step[name], 0);
  const words = (['succeeded', 'reused', 'failed', 'blocked', 'skipped', 'cancelled'] as const)
    .filter((name) => sum(name) > 0)
    .map((name) => `${sum(name)} ${name === 'succeeded' ? 'ran' : name}`);
  const took =
    status.startedAt && status.finishedAt
      ? ` in ${durationText(Date.parse(status.finishedAt) - Date.parse(status.startedAt))}`
      : '';
  const lines = [
    `run ${run} of ${plan.program.name} ${verdict(status.state)}${took}: ${words.join(', ') || 'nothing to do'}`,
  ];
  for (const problem of growthProblems(state)) lines.push(`  ${problem}`);
  const failures = failuresOf(state, binder).filter((f) => f.standing === 'failed');
  for (const failure of failures.slice(0, 5)) {
    lines.push(`  ${failure.name}: ${failureSummary(failure.cause, failure.text)}`);
    if (failure.attempt === 0) continue;
    const { place, stderr } = evidenceOf(
      state.plan,
      state,
      directory,
      failure.instance,
      failure.attempt,
    );
    if (place) lines.push(`    at ${place.file}:${place.line}: ${place.text.trim()}`);
    const last = stderr.at(-1);
    if (last !== undefined) lines.push(`    ${plainText(last)}`);
  }
  if (failures.length > 5) lines.push(`  and ${failures.length - 5} more`);
  if (failures.length > 0) lines.push(`\`braid failures ${run}\` shows more`);
  if (status.state === 'interrupted') lines.push(`\`braid resume ${run}\` goes on with it`);
  for (const path of published.slice(0, 12)) lines.push(`  ${path}`);
  if (published.length > 12) lines.push(`  and ${published.length - 12} more files`);
  return lines;
}

function verdict(state: string): string {
  return state === 'interrupted'
    ? 'is interrupted'
    : state === 'cancelled'
      ? 'was cancelled'
      : state;
}
