import { newState } from '../drive/fold.ts';
import type { Plan } from '../plan/plan.ts';
import type { Files, Journal, RunId, StoredEvent } from '../ports.ts';
import type { RunEvent } from '../run/event.ts';
import { reduce } from '../run/reduce.ts';
import { attemptDirectory, resultOf } from '../run/result.ts';
import type { StepRules } from '../run/rules.ts';
import { snapshot } from '../run/snapshot.ts';
import { type RunState, stateOf } from '../run/state.ts';
import { instanceStates, isEnded } from '../run/states.ts';
import { checkLeft, findOverlaps, readLeft } from './evidence.ts';
import { JournalTracer } from './journal-trace.ts';
import type { Violation } from './violation.ts';

export interface AuditOptions {
  readonly run: RunId;
  /** Absolute path of the directory that attempts are below. */
  readonly directory: string;
  readonly plan: Plan;
  readonly rules: readonly StepRules[];
  readonly journal: Pick<Journal, 'read' | 'latest'>;
  /** The last event when a backup took the place of a damaged journal; 0 if none ever did. */
  readonly restoredAt?: number;
  readonly files: Files;
}

/** What a run's journal and the directories of its attempts say together. */
export interface Audit {
  /** The fold of the journal, as far as it could be folded. */
  readonly state: RunState;
  readonly events: number;
  /** Engines that drove the run. */
  readonly epochs: number;
  readonly instances: number;
  readonly submissions: number;
  readonly attempts: number;
  /** Ends of attempts, and what never ended. */
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly open: number;
  readonly reused: number;
  /** Attempts that ran, or were under way, while another of their instance did. */
  readonly overlapping: number;
  /** Attempts and instances without an end in a run that has ended. */
  readonly lost: number;
  /** Attempts that a later engine took on from the one that had offered them. */
  readonly adopted: number;
  /** Offers of the same attempts again, after a doubt. */
  readonly repeated: number;
  /** Offers that came back unstarted. */
  readonly returned: number;
  /** Copies that found their claim taken, and did not run. */
  readonly duplicates: number;
  /** In the order of the journal. */
  readonly violations: readonly Violation[];
}

/** Holds a run, live or ended, against what the engine promises. Changes nothing. */
export async function auditRun(options: AuditOptions): Promise<Audit> {
  const violations: Violation[] = [];
  const report = (violation: Violation) => void violations.push(violation);
  const { tracer, state, whole } = await readJournal(options, report);
  const isRestored = (options.restoredAt ?? 0) > 0;
  const left = await readLeft(options.files, tracer.attempts, ({ instance, number }) =>
    attemptDirectory(state, options.directory, instance, number),
  );
  for (const one of left) {
    for (const violation of checkLeft(one, isRestored)) report(violation);
  }
  const overlaps = findOverlaps(left);
  for (const violation of overlaps) report(violation);
  if (whole) {
    findUnended(state, report);
    await checkOutputs(options, state, report);
  }
  violations.sort((a, b) => (a.seq ?? tracer.events) - (b.seq ?? tracer.events));
  const ends = (kind: string) =>
    tracer.attempts.filter(({ end }) => end?.outcome.kind === kind).length;
  return {
    state,
    events: tracer.events,
    epochs: tracer.epochs,
    instances: state.wiring.size,
    submissions: tracer.submissions,
    attempts: tracer.attempts.length,
    succeeded: ends('succeeded'),
    failed: ends('failed'),
    cancelled: ends('cancelled'),
    open: tracer.attempts.filter(({ end }) => !end).length,
    reused: state.reused.reduce((sum, n) => sum + n, 0),
    overlapping: new Set(
      violations.flatMap(({ rule, instance, attempt }) =>
        rule === 'overlap' ? [`${instance}.${attempt}`] : [],
      ),
    ).size,
    lost: violations.filter(({ rule }) => rule === 'lost').length,
    adopted: tracer.attempts.filter(({ adopted }) => adopted).length,
    repeated: tracer.repeated,
    returned: tracer.returned,
    duplicates: left.reduce((sum, { duplicates }) => sum + duplicates, 0),
    violations,
  };
}

/** Traces and folds all events, from the first one on: a snapshot is held against them. */
async function readJournal(
  { run, plan, rules, journal }: AuditOptions,
  report: (violation: Violation) => void,
): Promise<{ tracer: JournalTracer; state: RunState; whole: boolean }> {
  const tracer = new JournalTracer(run, report);
  const state = newState(plan, rules);
  const kept = await journal.latest();
  let whole = true;
  const fold = (stored: StoredEvent) => {
    const { seq, at, runMs } = stored;
    const event = stored.event as RunEvent;
    const twice = findTwice(state, event);
    if (twice) report({ ...twice, seq });
    reduce(state, { at, runMs, event });
    if (kept?.seq === seq && !isSame(kept.state, snapshot(state))) {
      report({ rule: 'snapshot', seq, text: 'the snapshot is not what the events come to' });
    }
  };
  for await (const events of journal.read(1)) {
    for (const stored of events) {
      try {
        tracer.take(stored);
        if (whole) fold(stored);
      } catch (error) {
        whole = false;
        const text = `\`${stored.event.kind}\` does not fit what is before it: ${(error as Error).message}`;
        report({ rule: 'fold', seq: stored.seq, text });
      }
    }
  }
  return { tracer, state, whole };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** A success of what has succeeded and was not reset since. */
function findTwice(state: RunState, event: RunEvent): Violation | undefined {
  if (event.kind === 'attempt.ended') {
    if (event.outcome.kind !== 'succeeded' || event.undo) return undefined;
  } else if (event.kind !== 'instance.reused') return undefined;
  const { instance } = event;
  if (stateOf(state, instance) !== 'succeeded') return undefined;
  const attempt = event.kind === 'attempt.ended' ? { attempt: event.number } : {};
  return { rule: 'twice', instance, ...attempt, text: 'it had succeeded and was not reset' };
}

/** In a run that has ended nothing is left open. */
function findUnended(state: RunState, report: (violation: Violation) => void): void {
  if (!['succeeded', 'failed', 'cancelled'].includes(state.run)) return;
  for (let instance = 0; instance < state.wiring.size; instance++) {
    const at = state.instances.state[instance] ?? 0;
    if (isEnded[at]) continue;
    const text = `the run has ended (${state.run}), and it is still ${instanceStates[at]}`;
    report({ rule: 'lost', instance, text });
  }
}

/** What instances that stand as succeeded have left, own and reused. */
async function checkOutputs(
  { directory, files }: AuditOptions,
  state: RunState,
  report: (violation: Violation) => void,
): Promise<void> {
  const paths: string[] = [];
  const expected: { instance: number; attempt: number | undefined; path: string; size: number }[] =
    [];
  for (let instance = 0; instance < state.wiring.size; instance++) {
    if (stateOf(state, instance) !== 'succeeded') continue;
    const attempt = state.own.get(instance)?.number;
    const result = resultOf(state, directory, instance);
    for (const { path, size } of result?.files ?? []) {
      paths.push(`${result?.directory}/${path}`);
      expected.push({ instance, attempt, path, size });
    }
  }
  const found = await files.stat(paths);
  for (const [at, { instance, attempt, path, size }] of expected.entries()) {
    const stat = found[at];
    if (stat?.directory || stat?.size === size) continue;
    const text = stat
      ? `${path} has ${stat.size} bytes, ${size} were recorded`
      : `${path} is not there any more`;
    report({ rule: 'output', instance, ...(attempt === undefined ? {} : { attempt }), text });
  }
}
