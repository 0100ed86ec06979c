import type { Dispatcher, Report, Submission } from '../../engine/ports.ts';
import type { Call, Life } from './life.ts';
import { strikes, type World } from './world.ts';

/** Offers that outlive engines: whoever is there takes them. It may lose all, and deliver twice and late. */
export interface Queue {
  readonly waiting: Set<Waiting>;
  /** How often each key was handed to a worker: only what never was can be said not to have started. */
  readonly delivered: Map<string, number>;
  /** The worker of the newest engine. */
  worker: { readonly life: Pick<Life, 'dead'>; take(offer: Waiting): void } | undefined;
}

interface Waiting {
  readonly submission: Submission;
  readonly priority: number;
}

export function emptyQueue(): Queue {
  return { waiting: new Set(), delivered: new Map(), worker: undefined };
}

export interface Counter {
  readonly world: World;
  readonly queue: Queue;
  readonly life: Pick<Life, 'dead'>;
  readonly call: Call;
}

/** A dispatcher whose offers go through the queue, and whose reports may be lost, doubled and late. */
export function queuedDispatcher(counter: Counter, worker: Dispatcher): Dispatcher {
  const { world, queue, life, call } = counter;
  const taking = {
    life,
    take({ submission, priority }: Waiting) {
      const { key } = submission;
      queue.delivered.set(key, (queue.delivered.get(key) ?? 0) + 1);
      void worker.offer([submission], priority);
    },
  };
  queue.worker = taking;
  for (const offer of queue.waiting) deliverLater(world, queue, offer);
  const sinks = new Set<(reports: readonly Report[]) => void>();
  const tell = (report: Report) => {
    for (const sink of sinks) pass(counter, report, sink);
  };
  return {
    ...worker,
    offer: (submissions, priority) =>
      call(() => {
        if (strikes(world, 'flush')) queue.waiting.clear();
        else for (const submission of submissions) put(world, queue, { submission, priority });
      }, true),
    withdraw: (keys) =>
      call(async () => {
        const held = [...queue.waiting].filter(({ submission: { key } }) => keys.includes(key));
        for (const offer of held) queue.waiting.delete(offer);
        // What it does not hold may have been taken, or not have come yet.
        for (const key of new Set(held.map(({ submission }) => submission.key))) {
          if (!queue.delivered.has(key)) tell({ kind: 'returned', key, text: 'withdrawn' });
        }
        await worker.withdraw(keys);
      }, true),
    reports(sink) {
      sinks.add(sink);
      const close = worker.reports((reports) => {
        for (const report of reports) {
          if (isCertain(queue, report)) pass(counter, report, sink);
        }
      });
      return () => {
        sinks.delete(sink);
        return close();
      };
    },
  };
}

/** A worker knows its own copy only: where there was another, nothing is certain of the submission. */
function isCertain({ delivered }: Queue, report: Report): boolean {
  if (report.kind === 'returned') return (delivered.get(report.key) ?? 0) <= 1;
  if (report.kind !== 'answer' || report.answer.kind !== 'refused') return true;
  return (delivered.get(report.answer.key) ?? 0) <= 1;
}

function put(world: World, queue: Queue, offer: Waiting): void {
  for (let n = strikes(world, 'doubledOffer') ? 2 : 1; n > 0; n--) {
    const copy = { ...offer };
    queue.waiting.add(copy);
    deliverLater(world, queue, copy);
  }
}

function deliverLater(world: World, queue: Queue, offer: Waiting): void {
  const late = strikes(world, 'lateOffer') ? world.random.int(1_000, 30_000) : 0;
  const deliver = () => {
    const { worker } = queue;
    if (!worker || worker.life.dead || !queue.waiting.delete(offer)) return;
    worker.take(offer);
  };
  if (late === 0) deliver();
  else world.time.after(late, deliver);
}

function pass(
  { world, life }: Counter,
  report: Report,
  sink: (reports: readonly Report[]) => void,
): void {
  if (report.kind !== 'answer' && report.kind !== 'returned') {
    sink([report]);
    return;
  }
  const { random, time } = world;
  if (strikes(world, 'lostReport')) return;
  for (let n = strikes(world, 'doubledReport') ? 2 : 1; n > 0; n--) {
    const late = strikes(world, 'lateReport') ? random.int(1_000, 30_000) : 0;
    time.after(late, () => {
      if (!life.dead) sink([report]);
    });
  }
}
