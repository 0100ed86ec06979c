import type { Answer, Clock, Dispatcher, Report, Room, Runner, Submission } from '../ports.ts';
import { type Heap, heap } from '../run/heap.ts';
import { type Station, station } from './station.ts';

export interface InProcessOptions {
  /** By site. */
  readonly runners: ReadonlyMap<string, Runner>;
  readonly clock: Clock;
  /** A call that takes longer is given up, and its submissions are in doubt. */
  readonly submitTimeoutMs?: number;
}

interface Queued {
  readonly submission: Submission;
  readonly priority: number;
  readonly order: number;
}

interface Desk {
  /** Queued and not withdrawn, by key; the heaps may hold more. */
  readonly waiting: Map<string, Queued>;
  readonly submitting: Set<string>;
  /** Newest epoch of each run. */
  readonly epochs: Map<string, number>;
  readonly tell: (reports: readonly Report[]) => void;
}

/**
 * Offers in this process: one queue and one worker a site. A worker takes a submission only when its
 * runner has room (how much goes ahead is the engine's to count) and drops one of an older epoch. Nothing
 * is kept: what is lost with the process is found by key.
 */
export function inProcess(options: InProcessOptions): Dispatcher {
  const sinks = new Set<(reports: readonly Report[]) => void>();
  let closed = false;
  const desk: Desk = {
    waiting: new Map(),
    submitting: new Set(),
    epochs: new Map(),
    tell(reports) {
      if (!closed && reports.length > 0) for (const sink of sinks) sink(reports);
    },
  };
  const sites = new Map<string, { readonly queue: Heap<Queued>; readonly worker: Station }>();
  for (const [site, runner] of options.runners) {
    sites.set(site, stationOf(desk, site, runner, options));
  }
  let order = 0;
  return {
    async offer(submissions, priority) {
      for (const submission of submissions) {
        const place = sites.get(submission.site);
        if (!place) {
          desk.tell([{ kind: 'answer', answer: noSuchSite(submission) }]);
          continue;
        }
        const { key } = submission;
        if (isStale(desk, submission) || desk.waiting.has(key) || desk.submitting.has(key))
          continue;
        const queued = { submission, priority, order: order++ };
        desk.waiting.set(key, queued);
        place.queue.push(queued);
      }
      for (const site of new Set(submissions.map((s) => s.site))) sites.get(site)?.worker.wake();
    },
    async withdraw(keys) {
      const gone = keys.filter((key) => desk.waiting.delete(key));
      desk.tell(gone.map((key) => ({ kind: 'returned', key, text: 'withdrawn' })));
    },
    reports(sink) {
      sinks.add(sink);
      return () => void sinks.delete(sink);
    },
    async close() {
      closed = true;
      for (const { worker } of sites.values()) await worker.close();
    },
  };
}

function stationOf(
  desk: Desk,
  site: string,
  runner: Runner,
  { clock, submitTimeoutMs }: InProcessOptions,
) {
  const queue = heap<Queued>(
    (a, b) => a.priority > b.priority || (a.priority === b.priority && a.order < b.order),
  );
  const worker = station({
    site,
    runner,
    clock,
    ...(submitTimeoutMs === undefined ? {} : { submitTimeoutMs }),
    tell: desk.tell,
    intake: {
      async take(room) {
        const batch = takeFitting(desk, site, queue, room);
        for (const { key } of batch) desk.submitting.add(key);
        return batch;
      },
      async settle(batch) {
        for (const { key } of batch) desk.submitting.delete(key);
      },
      isWaiting: () => queue.size > 0,
    },
  });
  return { queue, worker };
}

function noSuchSite({ key, site }: Submission): Answer {
  const text = `no worker serves the site ${site}`;
  return { kind: 'refused', key, cause: { kind: 'infrastructure' }, text };
}

function isStale(desk: Desk, { run, epoch }: Submission): boolean {
  const newest = Math.max(epoch, desk.epochs.get(run) ?? 0);
  desk.epochs.set(run, newest);
  return epoch < newest;
}

/** The next of the queue as long as they fit; what never could is returned. */
function takeFitting(desk: Desk, site: string, queue: Heap<Queued>, room: Room): Submission[] {
  const batch: Submission[] = [];
  let { cpus, memoryBytes } = room;
  for (let next = queue.peek(); next; next = queue.peek()) {
    const { submission } = next;
    const { key, shape } = submission;
    const isWaiting = desk.waiting.get(key) === next;
    const memory = shape.memoryBytes ?? 0;
    if (isWaiting && !isStale(desk, submission)) {
      if (shape.cpus > room.totalCpus || memory > room.totalMemoryBytes) {
        desk.tell([{ kind: 'returned', key, text: `it does not fit ${site}` }]);
      } else if (room.ahead > 0 || (shape.cpus <= cpus && memory <= memoryBytes)) {
        cpus -= shape.cpus;
        memoryBytes -= memory;
        batch.push(submission);
      } else break;
    }
    if (isWaiting) desk.waiting.delete(key);
    queue.pop();
  }
  return batch;
}
