import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  begunRun,
  command,
  type Field,
  namesIn,
  processState,
  runDirectory,
  textOf,
  until,
  withJournal,
} from './field.ts';

/** What a run came to, by its payloads' own count, its results and its journal. */
export interface Verdict {
  readonly executions: number;
  /** Executions of an attempt that had been executed before. */
  readonly twice: number;
  /** Instances that were never executed, or less often than they had to be. */
  readonly missing: number;
  /** Attempts that the journal calls lost. */
  readonly lost: number;
  /** In words; empty if all is well. */
  readonly violations: readonly string[];
}

/** One start of a payload, as it told it. */
export interface Execution {
  readonly name: string;
  readonly attempt: number;
  /** Of the payload's own shell. */
  readonly pid: number;
  /** Pid of the lane that ran it. */
  readonly lane: number;
}

/** Each line is `NAME ATTEMPT PID LANE`; names hold spaces. */
export function executionsIn(text: string): Execution[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const found = /^(.+) (\d+) (\d+) (\d+)$/.exec(line);
      if (!found) throw new Error(`the count has a line that no payload wrote: ${line}`);
      const [name = '', attempt, pid, lane] = found.slice(1);
      return { name, attempt: Number(attempt), pid: Number(pid), lane: Number(lane) };
    });
}

/** What else than the workflow's own failures may make an attempt. */
export interface Reasons {
  /** Lanes that were killed: one more for each attempt that the journal calls lost. */
  readonly lanesKilled?: number;
  /** Instances that were taken back, and what comes after them. */
  readonly isTakenBack?: (name: string) => boolean;
}

/**
 * Judges a run that has ended: each attempt number of each instance was executed once, and there are no attempts
 * but those that the workflow's own failures ask for, or one of the reasons.
 */
export async function judge(field: Field, reasons: Reasons = {}): Promise<Verdict> {
  const { lanesKilled = 0, isTakenBack = () => false } = reasons;
  const { shape } = field;
  const run = begunRun(field);
  if (run === undefined) throw new Error('there is no run');
  const executions = executionsIn(textOf(field.count));
  const attempts = Map.groupBy(executions, ({ name }) => name);
  const journal = journalOf(field, run);
  const violations = [...journal.violations];
  let twice = 0;
  let missing = 0;
  let extra = 0;
  for (const [name, wanted] of shape.executions) {
    const numbers = (attempts.get(name) ?? []).map(({ attempt }) => attempt);
    attempts.delete(name);
    twice += numbers.length - new Set(numbers).size;
    const isFree = lanesKilled > 0 || isTakenBack(name);
    if (numbers.length < (isFree ? 1 : wanted)) missing++;
    if (!isTakenBack(name)) extra += numbers.length - wanted;
    const isInOrder = numbers.every((number, at) => number > (numbers[at - 1] ?? 0));
    const isExact = numbers.length === wanted && numbers.every((number, at) => number === at + 1);
    if (isFree ? numbers.length === 0 || !isInOrder : !isExact) {
      violations.push(`${name}: attempts ${numbers.join(', ')} instead of ${wanted}`);
    }
  }
  for (const name of attempts.keys()) violations.push(`${name} was executed and is not planned`);
  if (extra > journal.lost) violations.push(`${extra} executions more, ${journal.lost} lost`);
  if (lanesKilled === 0 && journal.lost > 0) violations.push(`${journal.lost} attempts lost`);
  for (const [path, text] of Object.entries(shape.results)) {
    if (textOf(join(field.directory, 'results', path)) !== text) {
      violations.push(`results/${path} is not what it should be`);
    }
  }
  for (const name of namesUnder(join(field.directory, 'results'))) {
    if (!(name in shape.results)) violations.push(`results/${name} is left behind`);
  }
  const audited = await command(field, ['audit', run]).ended;
  if (audited.code !== 0) violations.push(`audit: ${audited.stdout}${audited.stderr}`);
  violations.push(...(await leftBehind(field, run)));
  return { executions: executions.length, twice, missing, lost: journal.lost, violations };
}

function namesUnder(directory: string): string[] {
  const isThere = namesIn(directory).length > 0;
  if (!isThere) return [];
  const all = readdirSync(directory, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}

function journalOf(field: Field, run: string): { lost: number; violations: string[] } {
  return withJournal(field, run, (db) => {
    const violations: string[] = [];
    const check = db.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[];
    if (check.map((row) => row.integrity_check).join() !== 'ok') {
      violations.push('the journal does not pass its integrity check');
    }
    const events = db.prepare('SELECT seq, epoch, kind, json FROM events ORDER BY seq').all() as {
      seq: number;
      epoch: number;
      kind: string;
      json: string;
    }[];
    let epoch = 0;
    events.forEach((event, at) => {
      if (event.seq !== at + 1) violations.push(`event ${at + 1} has the number ${event.seq}`);
      if (event.epoch < epoch) violations.push(`event ${event.seq} is of a past engine`);
      epoch = event.epoch;
    });
    const last = events.findLast(({ kind }) => kind === 'run.ended');
    if (!last?.json.includes('"succeeded"')) violations.push('the run has not succeeded');
    const lost = events.filter(
      ({ kind, json }) => kind === 'attempt.ended' && json.includes('"cause":{"kind":"lost"}'),
    ).length;
    return { lost, violations };
  });
}

/** Pids of the lanes of a run, by the names of their directories, oldest first. */
export function lanesOf(field: Field, run: string): Map<string, number> {
  const directory = join(runDirectory(field, run), 'lanes');
  const lanes = new Map<string, number>();
  for (const name of namesIn(directory).sort((a, b) => Number(a) - Number(b))) {
    const text = textOf(join(directory, name, 'lane.json'));
    if (text !== '') lanes.set(name, (JSON.parse(text) as { pid: number }).pid);
  }
  return lanes;
}

/** Lanes end by themselves when no engine gives them anything. */
async function leftBehind(field: Field, run: string): Promise<string[]> {
  const lanes = [...lanesOf(field, run).values()];
  const gone = await until(
    () => lanes.every((pid) => processState(pid) === undefined) || undefined,
    5_000,
  );
  return gone ? [] : ['lanes are left behind'];
}
