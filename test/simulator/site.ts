import type { AttemptFile, ExitFile } from '../../engine/attempt.ts';
import type {
  Answer,
  AttemptId,
  Found,
  Handle,
  Observation,
  Outcome,
  Runner,
  Submission,
} from '../../engine/ports.ts';
import { payloadEnds, payloadStarts, type World } from './world.ts';

interface Job {
  readonly externalId: string;
  readonly submission: Submission;
  state: 'queued' | 'running' | 'gone';
  /** The item that runs now. */
  current: AttemptId | undefined;
  killed: boolean;
}

type Sink = (observations: readonly Observation[]) => void;

/** The inside of a site. */
interface Batch {
  readonly world: World;
  readonly lanes: number;
  /** The chance of a payload to end badly. */
  readonly failing: number;
  readonly jobs: Job[];
  readonly sinks: Set<Sink>;
  /** How attempts ended, as a listing says it. */
  readonly ended: Map<AttemptId, Observation>;
}

/** A batch system that outlives engines; its jobs take claims and leave `exit.json` as the wrapper does. */
export interface Site {
  /** As one engine sees it. */
  runner(): Runner;
}

export function siteOf(world: World, lanes: number, failing = 0.08): Site {
  const batch: Batch = { world, lanes, failing, jobs: [], sinks: new Set(), ended: new Map() };
  return { runner: () => runnerOf(batch) };
}

function runnerOf(batch: Batch): Runner {
  const { world, lanes, sinks } = batch;
  const { random } = world;
  const grace = world.breakage.grace === 'off' ? 0 : 15_000;
  const total = { totalCpus: lanes, totalMemoryBytes: 1e12 };
  return {
    kind: 'simulated',
    capabilities: () => ({ bundles: true, arrays: false, sharedDirectory: true, graceMs: grace }),
    check: async () => [],
    prepare: async () => ({ kind: 'ready', setup: ['true'] }),
    submit: async (submissions) => submissions.map((one) => submitOne(batch, one)),
    find: async (keys) => new Map(keys.map((key) => [key, findOne(batch, key)])),
    poll: async (handles) =>
      random.chance(world.faults.now.unknownAnswer)
        ? []
        : handles.flatMap((handle) => pollOne(batch, handle)),
    observe(sink) {
      sinks.add(sink);
      return () => void sinks.delete(sink);
    },
    async cancel(handles) {
      if (!random.chance(world.faults.now.lostCancel)) cancelJobs(batch, handles);
    },
    log: async () => ({ bytes: new Uint8Array(), from: 0, size: 0, ended: true }),
    room: async () => ({ cpus: lanes, memoryBytes: 1e12, ...total, ahead: 2 }),
    close: async () => {},
  };
}

/** A hint: lost, doubled or late by chance. */
function tell({ world, sinks }: Batch, observation: Observation): void {
  const { random, time } = world;
  const { lostReport, doubledReport, lateReport } = world.faults.now;
  if (random.chance(lostReport)) return;
  for (let n = random.chance(doubledReport) ? 2 : 1; n > 0; n--) {
    const late = random.chance(lateReport) ? random.int(1_000, 30_000) : random.int(0, 5);
    time.after(late, () => {
      for (const sink of sinks) sink([observation]);
    });
  }
}

function startNext(batch: Batch): void {
  const { jobs, lanes, world } = batch;
  const running = jobs.filter((job) => job.state === 'running').length;
  const next = jobs.find((job) => job.state === 'queued');
  if (running >= lanes || !next) return;
  next.state = 'running';
  world.time.after(world.random.int(1, 50), () => runItem(batch, next, 0));
  startNext(batch);
}

function finish(batch: Batch, job: Job): void {
  job.state = 'gone';
  job.current = undefined;
  startNext(batch);
}

/** Runs the items of a job from the `at`-th on, one after another, as the wrapper does. */
function runItem(batch: Batch, job: Job, at: number): void {
  const item = job.submission.items[at];
  if (!item || job.killed) {
    // What it never came to is cancelled: its claim is taken, so that no other copy starts either.
    for (const { attempt, directory } of job.submission.items.slice(at)) {
      if (claim(batch, directory, job)) leave(batch, job, attempt, directory, 0, 'cancelled');
    }
    finish(batch, job);
    return;
  }
  const { attempt, directory } = item;
  if (!claim(batch, directory, job)) {
    const outcome: Outcome = { kind: 'duplicate' };
    tell(batch, { kind: 'ended', attempt, outcome, usage: {}, evidence: 'exit' });
    runItem(batch, job, at + 1);
    return;
  }
  job.current = attempt;
  payloadStarts(batch.world, attempt, isUndo(batch, directory));
  tell(batch, { kind: 'running', attempt, host: 'node' });
  const dies = batch.world.random.chance(batch.world.faults.now.laneDeath);
  batch.world.time.after(batch.world.random.int(10, 3_000), () => {
    job.current = undefined;
    if (dies) die(batch, job, attempt, isUndo(batch, directory));
    else endItem(batch, job, at);
  });
}

/** The lane goes with its payload: no `exit.json`, but a listing will say so. */
function die(batch: Batch, job: Job, attempt: AttemptId, undo: boolean): void {
  payloadEnds(batch.world, attempt, false, undo);
  const outcome: Outcome = { kind: 'failed', cause: { kind: 'lost' } };
  batch.ended.set(attempt, { kind: 'ended', attempt, outcome, usage: {}, evidence: 'listing' });
  finish(batch, job);
}

function endItem(batch: Batch, job: Job, at: number): void {
  const item = job.submission.items[at];
  if (!item) return;
  const code = batch.world.random.chance(batch.failing) && !job.killed ? 1 : 0;
  const undo = isUndo(batch, item.directory);
  payloadEnds(batch.world, item.attempt, code === 0 && !job.killed, undo);
  leave(batch, job, item.attempt, item.directory, code, job.killed ? 'cancelled' : undefined);
  runItem(batch, job, at + 1);
}

/** Its `attempt.json` says that it takes something back. */
function isUndo({ world }: Batch, directory: string): boolean {
  const text = world.disk.get(`${directory}/attempt.json`);
  return text !== undefined && (JSON.parse(text) as AttemptFile).undo === true;
}

function claim({ world }: Batch, directory: string, job: Job): boolean {
  const path = `${directory}/claim`;
  if (world.disk.has(path) && world.breakage.claim !== 'off') return false;
  world.disk.set(path, `${job.externalId}\n`);
  return true;
}

function leave(
  batch: Batch,
  job: Job,
  attempt: AttemptId,
  directory: string,
  code: number,
  cause: ExitFile['cause'],
): void {
  const { world, ended } = batch;
  const exit: ExitFile = {
    format: 1,
    attempt,
    externalId: job.externalId,
    code,
    cause,
    startedAtMs: world.time.nowMs(),
    endedAtMs: world.time.nowMs(),
    cpuMs: undefined,
    peakMemoryBytes: undefined,
    missing: [],
    host: 'node',
  };
  world.disk.set(`${directory}/exit.json`, `${JSON.stringify(exit)}\n`);
  const outcome = outcomeOf(code, cause);
  const observation: Observation = { kind: 'ended', attempt, outcome, usage: {}, evidence: 'exit' };
  ended.set(attempt, observation);
  tell(batch, observation);
}

function outcomeOf(code: number, cause: ExitFile['cause']): Outcome {
  if (cause === 'cancelled') return { kind: 'cancelled' };
  return code === 0 ? { kind: 'succeeded' } : { kind: 'failed', cause: { kind: 'exit', code } };
}

function accept(batch: Batch, submission: Submission): string {
  const externalId = `job${batch.jobs.length + 1}`;
  const job: Job = { externalId, submission, state: 'queued', current: undefined, killed: false };
  batch.jobs.push(job);
  startNext(batch);
  return externalId;
}

function submitOne(batch: Batch, submission: Submission): Answer {
  const { random, time, faults } = batch.world;
  const { key } = submission;
  if (random.chance(faults.now.refusal)) {
    return { kind: 'refused', key, cause: { kind: 'infrastructure' }, text: 'queue closed' };
  }
  if (random.chance(faults.now.slowAccept)) {
    time.after(random.int(500, 40_000), () => accept(batch, submission));
    return { kind: 'unknown', key, text: 'the call timed out' };
  }
  const externalId = accept(batch, submission);
  if (random.chance(faults.now.lostReply)) return { kind: 'unknown', key, text: 'no reply' };
  return { kind: 'accepted', key, externalId };
}

function findOne({ world, jobs }: Batch, key: string): Found {
  if (world.random.chance(world.faults.now.unknownAnswer)) {
    if (world.breakage.unknown === 'absent') return { kind: 'absent' };
    return { kind: 'unknown', text: 'the listing failed' };
  }
  const job = jobs.find((one) => one.submission.key === key && one.state !== 'gone');
  return job ? { kind: 'found', externalId: job.externalId } : { kind: 'absent' };
}

function pollOne({ ended, jobs }: Batch, handle: Handle): Observation[] {
  return handle.items.map(({ attempt }): Observation => {
    const end = ended.get(attempt);
    if (end) return end;
    const copies = jobs.filter((one) => one.submission.items.some((i) => i.attempt === attempt));
    if (copies.some((one) => one.current === attempt)) return { kind: 'running', attempt };
    if (copies.some((one) => one.state !== 'gone')) return { kind: 'waiting', attempt };
    return { kind: 'unknown', attempt, text: 'not listed' };
  });
}

function cancelJobs(batch: Batch, handles: readonly Handle[]): void {
  for (const job of batch.jobs.filter((one) => handles.some((h) => h.key === one.submission.key))) {
    if (job.state === 'gone') continue;
    job.killed = true;
    if (job.state !== 'queued') continue;
    job.state = 'running';
    runItem(batch, job, 0);
  }
}
