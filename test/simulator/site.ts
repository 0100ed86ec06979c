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
import { writeAtSite } from './disk.ts';
import { lateFileMs } from './faults.ts';
import type { Scenario } from './scenario.ts';
import { payloadEnds, payloadStarts, strikes, tallied, type World } from './world.ts';

interface Job {
  readonly externalId: string;
  readonly submission: Submission;
  /** From when on a listing shows it. */
  readonly listedAtMs: number;
  state: 'queued' | 'running' | 'gone';
  /** The item that runs now. */
  current: AttemptId | undefined;
  killed: boolean;
}

/** An absence counts after this long. */
const graceMs = 15_000;

type Sink = (observations: readonly Observation[]) => void;

/** The inside of a site. */
interface Batch {
  readonly world: World;
  readonly lanes: number;
  readonly fails: (attempt: AttemptId) => boolean;
  readonly longestMs: number;
  /** Payloads end only by `end` and by a cancel. */
  readonly byHand: boolean;
  readonly payloads: Map<AttemptId, (how: 'well' | 'badly' | 'lost') => void>;
  readonly told: Observation[];
  /** It answers nothing until then. */
  downUntilMs: number;
  readonly jobs: Job[];
  readonly sinks: Set<Sink>;
  /** How attempts ended, as a listing says it. */
  readonly ended: Map<AttemptId, Observation>;
}

/** A batch system that outlives engines; its jobs take claims and leave `exit.json` as the wrapper does. */
export interface Site {
  /** As one engine sees it. */
  runner(): Runner;
  /** Payloads that run, in the order in which they started. */
  running(): readonly AttemptId[];
  /** Ends a payload at once, well or badly, or with its lane. */
  end(attempt: AttemptId, how: 'well' | 'badly' | 'lost'): void;
  /** Tells the last that it has told once more, newest first. */
  repeat(count: number): void;
}

export function siteOf(
  world: World,
  scenario: Pick<Scenario, 'lanes' | 'fails' | 'failing' | 'longestMs' | 'byHand' | 'down'>,
): Site {
  const { random } = world;
  const batch: Batch = {
    world,
    lanes: scenario.lanes,
    fails: scenario.fails ?? (() => random.chance(scenario.failing ?? 0.08)),
    longestMs: scenario.longestMs ?? 3_000,
    byHand: scenario.byHand ?? false,
    payloads: new Map(),
    told: [],
    downUntilMs: 0,
    jobs: [],
    sinks: new Set(),
    ended: new Map(),
  };
  const [fromMs, toMs] = scenario.down ?? [0, 0];
  if (toMs > 0) {
    world.time.after(fromMs, () => {
      batch.downUntilMs = world.time.nowMs() + toMs - fromMs;
    });
  }
  return {
    runner: () => runnerOf(batch),
    running: () => [...batch.payloads.keys()],
    end: (attempt, how) => batch.payloads.get(attempt)?.(how),
    repeat(count) {
      for (const observation of batch.told.slice(-count).reverse()) {
        for (const sink of batch.sinks) sink([observation]);
      }
    },
  };
}

function runnerOf(batch: Batch): Runner {
  const { world, lanes, sinks } = batch;
  const grace = world.breakage.grace === 'off' ? 0 : graceMs;
  const total = { totalCpus: lanes, totalMemoryBytes: 1e12 };
  return {
    kind: 'simulated',
    capabilities: () => ({
      bundles: true,
      arrays: false,
      sharedDirectory: world.shared,
      graceMs: grace,
      lagMs: lateFileMs,
    }),
    check: async () => [],
    prepare: async () => ({ kind: 'ready', setup: ['true'] }),
    submit: (submissions) => Promise.all(submissions.map((one) => submitOne(batch, one))),
    find: async (keys) => new Map(keys.map((key) => [key, findOne(batch, key)])),
    poll: async (handles) =>
      strikes(world, 'unknownAnswer') ? [] : handles.flatMap((handle) => pollOne(batch, handle)),
    observe(sink) {
      sinks.add(sink);
      return () => void sinks.delete(sink);
    },
    async cancel(handles) {
      if (!strikes(world, 'lostCancel')) cancelJobs(batch, handles);
    },
    log: async () => ({ bytes: new Uint8Array(), from: 0, size: 0, ended: true }),
    room: async () => ({ cpus: lanes, memoryBytes: 1e12, ...total, ahead: 2 }),
    close: async () => {},
  };
}

/** A hint: lost, doubled or late by chance. */
function tell({ world, sinks, told }: Batch, observation: Observation): void {
  const { random, time } = world;
  told.push(observation);
  if (strikes(world, 'lostReport')) return;
  for (let n = strikes(world, 'doubledReport') ? 2 : 1; n > 0; n--) {
    const late = strikes(world, 'lateReport') ? random.int(1_000, 30_000) : random.int(0, 5);
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
  const end = (how: 'well' | 'badly' | 'lost') => {
    if (batch.payloads.get(attempt) === end) batch.payloads.delete(attempt);
    else if (batch.byHand) return;
    job.current = undefined;
    if (how === 'lost') die(batch, job, attempt, isUndo(batch, directory));
    else endItem(batch, job, at, how === 'badly' && !job.killed);
  };
  batch.payloads.set(attempt, end);
  if (batch.byHand) return;
  const dies = strikes(batch.world, 'laneDeath');
  const fails = batch.fails(attempt);
  batch.world.time.after(batch.world.random.int(10, batch.longestMs), () => {
    end(dies ? 'lost' : fails ? 'badly' : 'well');
  });
}

/** The lane goes with its payload: no `exit.json`, but a listing will say so. */
function die(batch: Batch, job: Job, attempt: AttemptId, undo: boolean): void {
  payloadEnds(batch.world, attempt, false, undo);
  const outcome: Outcome = { kind: 'failed', cause: { kind: 'lost' } };
  list(batch, attempt, { kind: 'ended', attempt, outcome, usage: {}, evidence: 'listing' });
  finish(batch, job);
}

function endItem(batch: Batch, job: Job, at: number, fails: boolean): void {
  const item = job.submission.items[at];
  if (!item) return;
  const code = fails ? 1 : 0;
  const undo = isUndo(batch, item.directory);
  payloadEnds(batch.world, item.attempt, code === 0 && !job.killed, undo);
  leave(batch, job, item.attempt, item.directory, code, job.killed ? 'cancelled' : undefined);
  runItem(batch, job, at + 1);
}

/** Its `attempt.json` says that it takes something back. */
function isUndo({ world }: Batch, directory: string): boolean {
  const text = world.disk.get(`${directory}/attempt.json`);
  try {
    return (JSON.parse(text ?? '') as AttemptFile).undo === true;
  } catch {
    world.violations.push(`it was started from ${directory} though that is not whole`);
    return false;
  }
}

function claim({ world }: Batch, directory: string, job: Job): boolean {
  const path = `${directory}/claim`;
  if (world.disk.has(path) && world.breakage.claim !== 'off' && world.shared) {
    tallied(world, 'blockedCopy');
    return false;
  }
  writeAtSite(world, path, `${job.externalId}\n`);
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
  const { world } = batch;
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
  writeAtSite(world, `${directory}/exit.json`, `${JSON.stringify(exit)}\n`);
  const outcome = outcomeOf(code, cause);
  const observation: Observation = { kind: 'ended', attempt, outcome, usage: {}, evidence: 'exit' };
  list(batch, attempt, observation);
  tell(batch, observation);
}

/** A listing shows it, and may forget it early. */
function list({ world, ended }: Batch, attempt: AttemptId, observation: Observation): void {
  if (!strikes(world, 'forgottenEnd')) ended.set(attempt, observation);
}

function outcomeOf(code: number, cause: ExitFile['cause']): Outcome {
  if (cause === 'cancelled') return { kind: 'cancelled' };
  return code === 0 ? { kind: 'succeeded' } : { kind: 'failed', cause: { kind: 'exit', code } };
}

function accept(batch: Batch, submission: Submission): string {
  const { world, jobs } = batch;
  // A site without a shared directory has unique names of its own instead, as PanDA's tasks do.
  const known = jobs.find(({ submission: { key } }) => key === submission.key);
  if (known && !world.shared) {
    tallied(world, 'blockedCopy');
    return known.externalId;
  }
  const externalId = `job${jobs.length + 1}`;
  const listedAtMs = world.time.nowMs() + (strikes(world, 'lateListing') ? graceMs / 2 : 0);
  for (let n = strikes(world, 'startedTwice') ? 2 : 1; n > 0; n--) {
    jobs.push({
      externalId,
      submission,
      listedAtMs,
      state: 'queued',
      current: undefined,
      killed: false,
    });
  }
  startNext(batch);
  return externalId;
}

async function submitOne(batch: Batch, submission: Submission): Promise<Answer> {
  const { world } = batch;
  const { random, time } = world;
  const { key } = submission;
  if (isDown(batch)) return { kind: 'unknown', key, text: 'the site is down' };
  if (strikes(world, 'refusal')) {
    return { kind: 'refused', key, cause: { kind: 'infrastructure' }, text: 'queue closed' };
  }
  if (strikes(world, 'slowAccept')) {
    // Beyond the grace, too: then the claim alone keeps copies apart.
    const atMost = world.shared ? 40_000 : graceMs - 1;
    time.after(random.int(500, atMost), () => accept(batch, submission));
    return { kind: 'unknown', key, text: 'the call timed out' };
  }
  if (strikes(world, 'slowReply')) await time.sleep(random.int(500, graceMs / 2));
  const externalId = accept(batch, submission);
  if (strikes(world, 'slowReply')) await time.sleep(random.int(500, 25_000));
  if (strikes(world, 'lostReply')) return { kind: 'unknown', key, text: 'no reply' };
  return { kind: 'accepted', key, externalId };
}

const OUTAGE_MS = [5_000, 90_000] as const;

/** Whoever asks may find it down, and for how long. */
function isDown(batch: Batch): boolean {
  const { time, random } = batch.world;
  if (time.nowMs() < batch.downUntilMs) return true;
  if (!strikes(batch.world, 'outage')) return false;
  batch.downUntilMs = time.nowMs() + random.int(...OUTAGE_MS);
  return true;
}

function findOne(batch: Batch, key: string): Found {
  const { world, jobs } = batch;
  if (isDown(batch) || strikes(world, 'unknownAnswer')) {
    if (world.breakage.unknown === 'absent') return { kind: 'absent' };
    return { kind: 'unknown', text: 'the listing failed' };
  }
  const isListed = (one: Job) => one.state !== 'gone' && one.listedAtMs <= world.time.nowMs();
  const job = jobs.find((one) => one.submission.key === key && isListed(one));
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
    if (batch.byHand && job.current) batch.payloads.get(job.current)?.('well');
    if (job.state !== 'queued') continue;
    job.state = 'running';
    runItem(batch, job, 0);
  }
}
