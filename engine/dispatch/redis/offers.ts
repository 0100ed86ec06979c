import type { Queue } from 'bullmq';
import type { Clock, Close, Dispatcher, Report, RunId, Submission } from '../../ports.ts';
import { BLOCK_MS, type Link } from './link.ts';
import { pause } from './pause.ts';
import {
  epochKey,
  jobId,
  messageKey,
  messageOf,
  PREFIX,
  parseReports,
  reportsKey,
} from './wire.ts';
import type { Workers } from './workers.ts';

export interface OffersOptions {
  readonly link: Link;
  readonly run: RunId;
  readonly clock: Clock;
  /** By site. */
  readonly workers: ReadonlyMap<string, Workers>;
  readonly onNotice?: (text: string) => void;
}

/** Larger priorities come first here, smaller ones in BullMQ, which allows 1 to 2^21. */
const MIDDLE = 2 ** 20;
const SWEEP_MS = 1_000;
/** A message that is not there for so long, without an answer, was lost. */
const LOST_MS = 2_000;
/** After a failure, before the next try. */
const AGAIN_MS = 200;
const WAITING_NOTICE_MS = 5_000;

/** An engine that was paused must not lower it. Forgotten after a week without offers: claims decide then. */
const RAISE = `
if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', 604800)
end`;

interface Outstanding {
  readonly submission: Submission;
  readonly priority: number;
  /** When it was last put into the queue, or seen there or with a worker. */
  seenMs: number;
}

interface Desk {
  readonly options: OffersOptions;
  readonly queues: ReadonlyMap<string, Queue>;
  /** Offered and not answered. */
  readonly outstanding: Map<string, Outstanding>;
  tell(reports: readonly Report[]): void;
}

/**
 * Offers through BullMQ: a queue a site, a message a submission, nothing that lives as long as an attempt. Every
 * second it looks for messages that are gone without an answer and puts them there again, so that Redis may lose
 * all it has.
 */
export async function redisOffers(options: OffersOptions): Promise<Dispatcher> {
  const { Queue } = await import('bullmq');
  const { link, clock, run, workers } = options;
  const sinks = new Set<(reports: readonly Report[]) => void>();
  let closed = false;
  const queues = new Map<string, Queue>();
  for (const [site, { place }] of workers) {
    const queue = new Queue(place, {
      connection: link.commands,
      prefix: PREFIX,
      skipVersionCheck: true,
      skipMetasUpdate: true,
    });
    queue.on('error', () => {});
    queues.set(site, queue);
  }
  const desk: Desk = {
    options,
    queues,
    outstanding: new Map(),
    tell(reports) {
      for (const report of reports) {
        if (report.kind === 'answer') desk.outstanding.delete(report.answer.key);
        if (report.kind === 'returned') desk.outstanding.delete(report.key);
      }
      if (!closed && reports.length > 0) for (const sink of sinks) sink(reports);
    },
  };
  const closes: Close[] = [await listen(link, run, desk)];
  for (const [site, one] of workers) {
    let roomText = '';
    closes.push(
      one.changed(() => {
        const room = one.room();
        // What is free is counted here; totals and how much goes ahead are theirs to say.
        const text = JSON.stringify([room?.totalCpus, room?.totalMemoryBytes, room?.ahead]);
        if (room && text !== roomText) desk.tell([{ kind: 'room', site, room }]);
        roomText = text;
      }),
    );
  }
  const sweep = sweeper(desk);
  let stopSweep: Close = () => {};
  const again = () => {
    if (closed) return;
    stopSweep = clock.wake(clock.runMs() + SWEEP_MS, () => void sweep().then(again, again));
  };
  again();
  return {
    async offer(submissions, priority) {
      for (const submission of submissions) {
        const { key } = submission;
        const seenMs = clock.runMs();
        if (!desk.queues.has(submission.site)) desk.tell([noSuchSite(submission)]);
        else desk.outstanding.set(key, { submission, priority, seenMs });
      }
      const known = submissions.filter(({ key }) => desk.outstanding.has(key));
      // Not waited for: while Redis is away this would not end, and what is lost is put there again.
      void put(desk, known, false).catch(() => {});
    },
    async withdraw(keys) {
      void withdraw(desk, keys).catch(() => {});
    },
    reports(sink) {
      sinks.add(sink);
      return () => void sinks.delete(sink);
    },
    async close() {
      closed = true;
      await stopSweep();
      for (const close of closes) await close();
    },
  };
}

function noSuchSite({ key, site }: Submission): Report {
  const text = `no worker serves the site ${site}`;
  return {
    kind: 'answer',
    answer: { kind: 'refused', key, cause: { kind: 'infrastructure' }, text },
  };
}

async function put(desk: Desk, submissions: readonly Submission[], again: boolean): Promise<void> {
  const bySite = Map.groupBy(submissions, ({ site }) => site);
  for (const [site, some] of bySite) {
    const { link, run } = desk.options;
    const epoch = some[0]?.epoch ?? 0;
    // Sent first, so that it is there before them.
    void link.commands.eval(RAISE, 1, epochKey(run), epoch).catch(() => {});
    await desk.queues.get(site)?.addBulk(
      some.map((submission) => ({
        name: 'submission',
        data: messageOf(submission, again),
        opts: {
          jobId: jobId(submission.key, submission.epoch),
          priority: rank(desk.outstanding.get(submission.key)?.priority ?? 0),
          removeOnComplete: true,
          removeOnFail: true,
        },
      })),
    );
  }
}

function rank(priority: number): number {
  return Math.min(2 * MIDDLE - 1, Math.max(1, MIDDLE - Math.round(priority)));
}

async function withdraw(desk: Desk, keys: readonly string[]): Promise<void> {
  const gone: Report[] = [];
  for (const key of keys) {
    const one = desk.outstanding.get(key);
    if (!one) continue;
    const { site, epoch } = one.submission;
    const removed = await desk.queues.get(site)?.remove(jobId(key, epoch));
    if (removed === 1) gone.push({ kind: 'returned', key, text: 'withdrawn' });
  }
  desk.tell(gone);
}

/** Reports as they come, over a connection of its own. */
async function listen(link: Link, run: RunId, desk: Desk): Promise<Close> {
  const redis = link.another();
  let closed = false;
  // Whoever wrote before this engine came was heard by the one before, or left its evidence.
  const [newest] = await redis.xrevrange(reportsKey(run), '+', '-', 'COUNT', 1);
  let last = newest?.[0] ?? '0';
  const loop = async () => {
    while (!closed) {
      try {
        const read = await redis.xread(
          'COUNT',
          500,
          'BLOCK',
          BLOCK_MS,
          'STREAMS',
          reportsKey(run),
          last,
        );
        if (!read) {
          // A Redis that was emptied may count from before.
          if (last !== '0' && !(await redis.exists(reportsKey(run)))) last = '0';
          continue;
        }
        for (const [, entries] of read) {
          for (const [id, fields] of entries) {
            last = id;
            desk.tell(parseReports(fields[1] ?? ''));
          }
        }
      } catch {
        if (closed) return;
        await pause(desk.options.clock, AGAIN_MS);
      }
    }
  };
  void loop();
  return () => {
    closed = true;
    redis.disconnect();
  };
}

/** Puts lost messages there again, and tells what workers hold of which the answer was lost. */
function sweeper(desk: Desk): () => Promise<void> {
  const { link, clock, workers, onNotice } = desk.options;
  const told = new Set<string>();
  const fromMs = clock.runMs() + WAITING_NOTICE_MS;
  return async () => {
    if (clock.runMs() > fromMs) notices(desk, told, onNotice);
    if (desk.outstanding.size === 0 || link.connectedMs() === undefined) return;
    const nowMs = clock.runMs();
    const old = [...desk.outstanding.values()].filter(({ seenMs }) => nowMs - seenMs >= SWEEP_MS);
    if (old.length === 0) return;
    const pipeline = link.commands.pipeline();
    for (const { submission } of old) {
      const { site, key, epoch } = submission;
      pipeline.exists(messageKey(workers.get(site)?.place ?? '', key, epoch));
    }
    const found = await pipeline.exec();
    const lost: Submission[] = [];
    old.forEach((one, at) => {
      const { key, site } = one.submission;
      if (!desk.outstanding.has(key)) return;
      if (workers.get(site)?.holds(key)) {
        const answer = { kind: 'accepted', key, externalId: `worker:${key}` } as const;
        desk.tell([{ kind: 'answer', answer }]);
      } else if (found?.[at]?.[1] === 1) one.seenMs = nowMs;
      else if (nowMs - one.seenMs >= LOST_MS) {
        one.seenMs = nowMs;
        lost.push(one.submission);
      }
    });
    if (lost.length > 0) await put(desk, lost, true);
  };
}

/** What waits for a worker that is not there is said once. */
function notices(desk: Desk, told: Set<string>, onNotice: OffersOptions['onNotice']): void {
  for (const [site, one] of desk.options.workers) {
    if (one.alive() > 0) told.delete(site);
    else if (!told.has(site)) {
      told.add(site);
      onNotice?.(`no worker serves the site ${site}: \`braid worker --site ${site}\` starts one`);
    }
  }
}
