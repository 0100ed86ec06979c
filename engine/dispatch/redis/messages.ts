import type { Job, Worker } from 'bullmq';
import type { Clock, Close, Room, Submission } from '../../ports.ts';
import { type Ledger, ledger } from '../../run/ledger.ts';
import type { Intake } from '../station.ts';
import { BLOCK_MS, type Link } from './link.ts';
import { pause } from './pause.ts';
import { epochKey, type Message, PREFIX } from './wire.ts';

/** A message that is taken and not settled belongs to its worker for so long, and longer while that renews it. */
const LOCK_MS = 6_000;
const RENEW_MS = 2_000;
const STALLED_MS = 3_000;
/** At once, at most. */
const BATCH = 32;
/** What does not fit here is left to others for so long. */
const PASS_MS = 500;
/** After a failure, before the next try. */
const AGAIN_MS = 200;
const EPOCH_MS = 1_000;
const EPOCHS_KEPT = 1_000;

export interface MessagesOptions {
  readonly link: Link;
  readonly place: string;
  /** Of the worker: what it takes is locked under it. */
  readonly worker: string;
  readonly clock: Clock;
  /** Most submissions that are taken from the queue in a time, by all of its workers. */
  readonly rate?: { readonly max: number; readonly perMs: number };
  /** Something has come. */
  readonly onMessage: () => void;
}

/** The queue of a place as a worker's intake. */
export interface Messages extends Intake {
  /** What this worker has under way, by key. */
  readonly ledger: Ledger;
  /** A copy of it may have been taken before: a refusal is then no certainty. */
  isDoubtful(key: string): boolean;
  close(): Promise<void>;
}

interface Hand {
  readonly job: Job<Message>;
  readonly token: string;
}

interface Desk {
  readonly options: MessagesOptions;
  readonly worker: Worker<Message>;
  readonly ledger: Ledger;
  readonly hands: Map<string, Hand>;
  /** Newest epoch of each run, and when it was asked for. */
  readonly epochs: Map<string, { epoch: number; askedMs: number }>;
  tokens: number;
  passed: boolean;
}

/** Takes messages by hand, many at a time and no more than there is room for; BullMQ's own loop is not used. */
export async function messagesFor(options: MessagesOptions): Promise<Messages> {
  const { Worker } = await import('bullmq');
  const { link, rate, clock } = options;
  const worker = new Worker<Message>(options.place, null, {
    connection: link.commands,
    prefix: PREFIX,
    autorun: false,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_MS,
    // A message is no work: it is handed on as often as its workers die.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    drainDelay: BLOCK_MS / 1000,
    skipVersionCheck: true,
    ...(rate ? { limiter: { max: rate.max, duration: rate.perMs } } : {}),
  });
  worker.on('error', () => {});
  await worker.waitUntilReady();
  await worker.startStalledCheckTimer();
  const desk: Desk = {
    options,
    worker,
    ledger: ledger(),
    hands: new Map(),
    epochs: new Map(),
    tokens: 0,
    passed: false,
  };
  const stopRenewing = renew(desk);
  let waiting: Promise<void> | undefined;
  let closed = false;
  /** Waits for one message; what comes is kept in hand until there is a call for it. */
  const kept: Hand[] = [];
  const wait = () => {
    if (closed) return;
    waiting ??= next(desk, true)
      .then((hand) => {
        if (!hand) return;
        kept.push(hand);
        options.onMessage();
      })
      .catch(() => pause(clock, AGAIN_MS))
      .finally(() => {
        waiting = undefined;
        if (kept.length === 0) wait();
      });
  };
  return {
    ledger: desk.ledger,
    isDoubtful: (key) => {
      const job = desk.hands.get(key)?.job;
      return job !== undefined && (job.data.again === true || job.stalledCounter > 0);
    },
    isWaiting: () => desk.passed,
    async take(room) {
      desk.passed = false;
      const batch: Submission[] = [];
      const hands = kept.splice(0);
      if (waiting === undefined || hands.length > 0) {
        if (!desk.ledger.isFull(room)) hands.push(...(await nextOf(desk, room, hands.length)));
      }
      const fresh = await withoutStale(desk, hands);
      for (const hand of fresh) {
        const { submission } = hand.job.data;
        if (desk.ledger.admits(room, submission.shape)) {
          desk.ledger.take(submission.key, submission.shape);
          desk.hands.set(submission.key, hand);
          batch.push(submission);
        } else await pass(desk, hand);
      }
      if (batch.length === 0 && !desk.ledger.isFull(room)) wait();
      return batch;
    },
    async settle(batch) {
      const hands = batch.flatMap(({ key }) => desk.hands.get(key) ?? []);
      for (const { key } of batch) desk.hands.delete(key);
      await Promise.all(hands.map(finish));
    },
    async close() {
      closed = true;
      await stopRenewing();
      await Promise.all(kept.map((hand) => pass(desk, hand)));
      // What is in hand and unanswered stays taken; it is handed on when its lock is over.
      await worker.close(true).catch(() => {});
    },
  };
}

async function next(desk: Desk, block: boolean): Promise<Hand | undefined> {
  const token = `${desk.options.worker}-${++desk.tokens}`;
  const job = await desk.worker.getNextJob(token, { block });
  return job ? { job, token } : undefined;
}

/** As many as there is room for, judged by one cpu each. */
async function nextOf(desk: Desk, room: Room, have: number): Promise<Hand[]> {
  const most = Math.min(BATCH, room.totalCpus + room.ahead - desk.ledger.size - have);
  if (most < 1) return [];
  const taken = await Promise.all(Array.from({ length: most }, () => next(desk, false)));
  return taken.filter((hand) => hand !== undefined);
}

/** Messages of engines that another one has replaced are dropped. */
async function withoutStale(desk: Desk, hands: readonly Hand[]): Promise<Hand[]> {
  await learnEpochs(desk, hands);
  const isStale = ({ job }: Hand) => {
    const { run, epoch } = job.data.submission;
    return epoch < (desk.epochs.get(run)?.epoch ?? 0);
  };
  await Promise.all(hands.filter(isStale).map(finish));
  return hands.filter((hand) => !isStale(hand));
}

/** Asks for what is older than a second: what slips through is stopped by its claim. */
async function learnEpochs({ options, epochs }: Desk, hands: readonly Hand[]): Promise<void> {
  const nowMs = options.clock.runMs();
  for (const { job } of hands) {
    const { run, epoch } = job.data.submission;
    const known = epochs.get(run);
    if (known && epoch > known.epoch) known.epoch = epoch;
  }
  const runs = [...new Set(hands.map(({ job }) => job.data.submission.run))].filter(
    (run) => nowMs - (epochs.get(run)?.askedMs ?? Number.NEGATIVE_INFINITY) > EPOCH_MS,
  );
  if (runs.length === 0) return;
  const answers = await options.link.commands.mget(runs.map(epochKey));
  if (epochs.size > EPOCHS_KEPT) epochs.clear();
  runs.forEach((run, at) => {
    // A Redis that was emptied knows less than it said before.
    const epoch = Math.max(Number(answers[at] ?? 0), epochs.get(run)?.epoch ?? 0);
    epochs.set(run, { epoch, askedMs: nowMs });
  });
}

async function pass(desk: Desk, { job, token }: Hand): Promise<void> {
  desk.passed = true;
  const wallMs = desk.options.clock.wall().getTime();
  await job.moveToDelayed(wallMs + PASS_MS, token).catch(() => {});
}

/** It may have been handed on meanwhile; then it is another's. */
async function finish({ job, token }: Hand): Promise<void> {
  await job.moveToCompleted(undefined, token, false).catch(() => {});
}

function renew({ options, worker, hands }: Desk): Close {
  const { clock } = options;
  let stop: Close = () => {};
  const again = () => {
    stop = clock.wake(clock.runMs() + RENEW_MS, () => {
      const all = [...hands.values()];
      const ids = all.map(({ job }) => job.id ?? '');
      const tokens = all.map(({ token }) => token);
      if (all.length > 0) void worker.extendJobLocks(ids, tokens, LOCK_MS).catch(() => {});
      again();
    });
  };
  again();
  return () => stop();
}
