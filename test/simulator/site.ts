import type { ExitFile } from '../../engine/attempt.ts';
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

/** A batch system that outlives engines; its jobs take claims and leave `exit.json` as the wrapper does. */
export interface Site {
  /** As one engine sees it. */
  runner(): Runner;
  /** Submissions accepted so far, each time it happened: key and when. */
  readonly accepted: { readonly key: string; readonly calledAtMs: number }[];
}

export function siteOf(world: World, lanes: number): Site {
  const jobs: Job[] = [];
  const sinks = new Set<Sink>();
  const ended = new Map<AttemptId, Observation>();
  const accepted: { key: string; calledAtMs: number }[] = [];
  const { random, time } = world;
  const faults = () => world.faults.now;

  const tell = (observation: Observation) => {
    if (random.chance(faults().lostReport)) return;
    const times = random.chance(faults().doubledReport) ? 2 : 1;
    for (let n = 0; n < times; n++) {
      const late = random.chance(faults().lateReport)
        ? random.int(1_000, 30_000)
        : random.int(0, 5);
      time.after(late, () => {
        for (const sink of sinks) sink([observation]);
      });
    }
  };
  const startNext = () => {
    const running = jobs.filter((job) => job.state === 'running').length;
    if (running >= lanes) return;
    const next = jobs.find((job) => job.state === 'queued');
    if (!next) return;
    next.state = 'running';
    time.after(random.int(1, 50), () => runItem(next, 0));
    startNext();
  };
  const finish = (job: Job) => {
    job.state = 'gone';
    job.current = undefined;
    startNext();
  };
  const runItem = (job: Job, at: number) => {
    const item = job.submission.items[at];
    if (!item || job.killed) {
      // What it never came to is cancelled: its claim is taken, so that no other copy starts either.
      for (const rest of job.submission.items.slice(at)) {
        if (claim(rest.directory, job)) leave(job, rest.attempt, rest.directory, 0, 'cancelled');
      }
      finish(job);
      return;
    }
    const { attempt, directory } = item;
    if (!claim(directory, job)) {
      const outcome: Outcome = { kind: 'duplicate' };
      tell({ kind: 'ended', attempt, outcome, usage: {}, evidence: 'exit' });
      runItem(job, at + 1);
      return;
    }
    job.current = attempt;
    payloadStarts(world, attempt);
    tell({ kind: 'running', attempt, host: 'node' });
    const dies = random.chance(faults().laneDeath);
    time.after(random.int(10, 3_000), () => {
      job.current = undefined;
      if (dies) {
        payloadEnds(world, attempt, false);
        const outcome: Outcome = { kind: 'failed', cause: { kind: 'lost' } };
        ended.set(attempt, { kind: 'ended', attempt, outcome, usage: {}, evidence: 'listing' });
        finish(job);
        return;
      }
      const code = random.chance(0.08) && !job.killed ? 1 : 0;
      payloadEnds(world, attempt, code === 0 && !job.killed);
      leave(job, attempt, directory, code, job.killed ? 'cancelled' : undefined);
      runItem(job, at + 1);
    });
  };
  const claim = (directory: string, job: Job): boolean => {
    const path = `${directory}/claim`;
    if (world.disk.has(path) && world.breakage.claim !== 'off') return false;
    world.disk.set(path, `${job.externalId}\n`);
    return true;
  };
  const leave = (
    job: Job,
    attempt: AttemptId,
    directory: string,
    exitCode: number,
    cause: ExitFile['cause'],
  ) => {
    const exit: ExitFile = {
      format: 1,
      attempt,
      externalId: job.externalId,
      code: exitCode,
      cause,
      startedAtMs: time.nowMs(),
      endedAtMs: time.nowMs(),
      cpuMs: undefined,
      peakMemoryBytes: undefined,
      missing: [],
      host: 'node',
    };
    world.disk.set(`${directory}/exit.json`, `${JSON.stringify(exit)}\n`);
    const outcome: Outcome =
      cause === 'cancelled'
        ? { kind: 'cancelled' }
        : exitCode === 0
          ? { kind: 'succeeded' }
          : { kind: 'failed', cause: { kind: 'exit', code: exitCode } };
    const observation: Observation = {
      kind: 'ended',
      attempt,
      outcome,
      usage: {},
      evidence: 'exit',
    };
    ended.set(attempt, observation);
    tell(observation);
  };
  const accept = (submission: Submission, calledAtMs: number): string => {
    const externalId = `job${jobs.length + 1}`;
    jobs.push({ externalId, submission, state: 'queued', current: undefined, killed: false });
    accepted.push({ key: submission.key, calledAtMs });
    startNext();
    return externalId;
  };
  const submitOne = async (submission: Submission): Promise<Answer> => {
    const { key } = submission;
    const calledAtMs = time.nowMs();
    if (random.chance(faults().refusal)) {
      const cause = { kind: 'infrastructure' } as const;
      return { kind: 'refused', key, cause, text: 'queue closed' };
    }
    if (random.chance(faults().slowAccept)) {
      time.after(random.int(500, 40_000), () => accept(submission, calledAtMs));
      return { kind: 'unknown', key, text: 'the call timed out' };
    }
    const externalId = accept(submission, calledAtMs);
    if (random.chance(faults().lostReply)) return { kind: 'unknown', key, text: 'no reply' };
    return { kind: 'accepted', key, externalId };
  };
  const findOne = (key: string): Found => {
    if (random.chance(faults().unknownAnswer)) {
      if (world.breakage.unknown === 'absent') return { kind: 'absent' };
      return { kind: 'unknown', text: 'the listing failed' };
    }
    const job = jobs.find((one) => one.submission.key === key && one.state !== 'gone');
    return job ? { kind: 'found', externalId: job.externalId } : { kind: 'absent' };
  };
  const pollOne = (handle: Handle): Observation[] =>
    handle.items.map(({ attempt }): Observation => {
      const end = ended.get(attempt);
      const copies = jobs.filter((one) => one.submission.items.some((i) => i.attempt === attempt));
      // As a real runner: an end without `exit.json` is only told when no copy is left to make one.
      if (end) return end;
      if (copies.some((one) => one.current === attempt)) return { kind: 'running', attempt };
      if (copies.some((one) => one.state !== 'gone')) return { kind: 'waiting', attempt };
      return { kind: 'unknown', attempt, text: 'not listed' };
    });
  return {
    accepted,
    runner() {
      return {
        kind: 'simulated',
        capabilities: () => ({
          bundles: true,
          arrays: false,
          sharedDirectory: true,
          graceMs: world.breakage.grace === 'off' ? 0 : 15_000,
        }),
        check: async () => [],
        prepare: async () => ({ kind: 'ready', setup: ['true'] }),
        submit: async (batch) => Promise.all(batch.map(submitOne)),
        find: async (keys) => new Map(keys.map((key) => [key, findOne(key)])),
        poll: async (handles) =>
          random.chance(faults().unknownAnswer) ? [] : handles.flatMap(pollOne),
        observe(sink) {
          sinks.add(sink);
          return () => void sinks.delete(sink);
        },
        async cancel(handles) {
          if (random.chance(faults().lostCancel)) return;
          for (const job of jobs.filter((one) =>
            handles.some((h) => h.key === one.submission.key),
          )) {
            if (job.state === 'gone') continue;
            job.killed = true;
            if (job.state === 'queued') {
              job.state = 'running';
              runItem(job, 0);
            }
          }
        },
        log: async () => ({ bytes: new Uint8Array(), from: 0, size: 0, ended: true }),
        room: async () => ({
          cpus: lanes,
          memoryBytes: 1e12,
          totalCpus: lanes,
          totalMemoryBytes: 1e12,
          ahead: 2,
        }),
        close: async () => {},
      };
    },
  };
}
