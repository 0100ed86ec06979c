import type {
  Answer,
  Clock,
  Close,
  Dispatcher,
  Report,
  Room,
  Runner,
  Submission,
} from '../ports.ts';
import { type Heap, heap } from '../run/heap.ts';

export interface InProcessOptions {
  /** By site. */
  readonly runners: ReadonlyMap<string, Runner>;
  readonly clock: Clock;
  /** A call that takes longer is given up, and its submissions are in doubt. */
  readonly submitTimeoutMs?: number;
}

const SUBMIT_TIMEOUT_MS = 60_000;
/** What has to wait for room is tried again after so long, and whenever something ends. */
const RETRY_MS = 250;

interface Queued {
  readonly submission: Submission;
  readonly priority: number;
  readonly order: number;
}

/** The queue of one site and its one worker. */
interface Station {
  readonly site: string;
  readonly runner: Runner;
  readonly queue: Heap<Queued>;
  busy: boolean;
  /** Asked to look again while it was busy. */
  again: boolean;
  timer: Close | undefined;
  /** Attempts that it last wanted ahead. */
  ahead: number | undefined;
}

interface Desk {
  readonly options: InProcessOptions;
  /** Queued and not withdrawn, by key; the heap may hold more. */
  readonly waiting: Map<string, Queued>;
  readonly submitting: Set<string>;
  /** Newest epoch of each run. */
  readonly epochs: Map<string, number>;
  readonly tell: (reports: readonly Report[]) => void;
  closed: boolean;
}

/**
 * Offers in this process: one queue and one worker a site. A worker takes a submission only when its
 * runner has room (how much goes ahead is the engine's to count), drops one of an older epoch, and
 * reports what came of it. Nothing is kept: what is lost with the process is found by key.
 */
export function inProcess(options: InProcessOptions): Dispatcher {
  const sinks = new Set<(reports: readonly Report[]) => void>();
  const desk: Desk = {
    options,
    waiting: new Map(),
    submitting: new Set(),
    epochs: new Map(),
    closed: false,
    tell(reports) {
      if (!desk.closed && reports.length > 0) for (const sink of sinks) sink(reports);
    },
  };
  const stations = new Map<string, Station>();
  const closes: Close[] = [];
  for (const [site, runner] of options.runners) {
    const station = stationOf(site, runner);
    stations.set(site, station);
    const close = runner.observe?.((observations) => {
      desk.tell([{ kind: 'observations', observations }]);
      if (desk.waiting.size > 0 && observations.some((o) => o.kind === 'ended'))
        work(desk, station);
    });
    if (close) closes.push(close);
  }
  let order = 0;
  return {
    async offer(submissions, priority) {
      for (const submission of submissions) {
        const station = stations.get(submission.site);
        if (!station) {
          desk.tell([{ kind: 'answer', answer: noSuchSite(submission) }]);
          continue;
        }
        const { key } = submission;
        if (isStale(desk, submission) || desk.waiting.has(key) || desk.submitting.has(key))
          continue;
        const queued = { submission, priority, order: order++ };
        desk.waiting.set(key, queued);
        station.queue.push(queued);
      }
      for (const site of new Set(submissions.map((s) => s.site))) {
        const station = stations.get(site);
        if (station) work(desk, station);
      }
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
      desk.closed = true;
      for (const station of stations.values()) void station.timer?.();
      for (const close of closes) await close();
    },
  };
}

function stationOf(site: string, runner: Runner): Station {
  const queue = heap<Queued>(
    (a, b) => a.priority > b.priority || (a.priority === b.priority && a.order < b.order),
  );
  return { site, runner, queue, busy: false, again: false, timer: undefined, ahead: undefined };
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

/** Lets the worker of a station go on; one at a time. */
function work(desk: Desk, station: Station): void {
  if (station.busy) {
    station.again = true;
    return;
  }
  station.busy = true;
  void workOff(desk, station)
    .catch(() => waitForRoom(desk, station))
    .finally(() => {
      station.busy = false;
      if (station.again && !desk.closed) {
        station.again = false;
        work(desk, station);
      }
    });
}

async function workOff(desk: Desk, station: Station): Promise<void> {
  while (!desk.closed) {
    const room = await station.runner.room();
    // What is free is the engine's to count; how much goes ahead is the runner's to say.
    if (room.ahead !== (station.ahead ?? room.ahead))
      desk.tell([{ kind: 'room', site: station.site, room }]);
    station.ahead = room.ahead;
    const batch = takeFitting(desk, station, room);
    if (batch.length === 0) break;
    for (const { key } of batch) desk.submitting.add(key);
    const answers = await submit(desk, station.runner, batch);
    for (const { key } of batch) desk.submitting.delete(key);
    desk.tell(answers.map((answer) => ({ kind: 'answer', answer })));
  }
  if (desk.closed) return;
  if (station.queue.size > 0) waitForRoom(desk, station);
}

function waitForRoom(desk: Desk, station: Station): void {
  if (station.timer || desk.closed) return;
  const { clock } = desk.options;
  station.timer = clock.wake(clock.runMs() + RETRY_MS, () => {
    station.timer = undefined;
    work(desk, station);
  });
}

/** The next of the queue as long as they fit; what never could is returned. */
function takeFitting(desk: Desk, station: Station, room: Room): Submission[] {
  const batch: Submission[] = [];
  let { cpus, memoryBytes } = room;
  for (let next = station.queue.peek(); next; next = station.queue.peek()) {
    const { submission } = next;
    const { key, shape } = submission;
    const isWaiting = desk.waiting.get(key) === next;
    const memory = shape.memoryBytes ?? 0;
    if (isWaiting && !isStale(desk, submission)) {
      if (shape.cpus > room.totalCpus || memory > room.totalMemoryBytes) {
        desk.tell([{ kind: 'returned', key, text: `it does not fit ${station.site}` }]);
      } else if (room.ahead > 0 || (shape.cpus <= cpus && memory <= memoryBytes)) {
        cpus -= shape.cpus;
        memoryBytes -= memory;
        batch.push(submission);
      } else break;
    }
    if (isWaiting) desk.waiting.delete(key);
    station.queue.pop();
  }
  return batch;
}

/** One bounded call; whoever gets no answer is in doubt. */
async function submit(
  desk: Desk,
  runner: Runner,
  batch: readonly Submission[],
): Promise<readonly Answer[]> {
  const { clock, submitTimeoutMs = SUBMIT_TIMEOUT_MS } = desk.options;
  const abort = new AbortController();
  let stop: Close = () => {};
  const timeout = new Promise<readonly Answer[]>((resolve) => {
    stop = clock.wake(clock.runMs() + submitTimeoutMs, () => {
      abort.abort();
      resolve([]);
    });
  });
  let text = 'the site did not answer';
  const call = runner.submit(batch, abort.signal).catch((error: unknown): readonly Answer[] => {
    text = `the runner failed: ${error instanceof Error ? error.message : String(error)}`;
    return [];
  });
  const answers = await Promise.race([call, timeout]);
  await stop();
  const answered = new Set(answers.map((answer) => answer.key));
  const silent = batch.filter(({ key }) => !answered.has(key));
  return [...answers, ...silent.map(({ key }): Answer => ({ kind: 'unknown', key, text }))];
}
