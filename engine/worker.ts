import type { Link } from './dispatch/redis/link.ts';
import { messagesFor } from './dispatch/redis/messages.ts';
import {
  beatText,
  type Held,
  ordersChannel,
  parseOrder,
  reportsKey,
  runOfKey,
  workersKey,
} from './dispatch/redis/wire.ts';
import { station } from './dispatch/station.ts';
import type { AttemptId, Clock, Close, Observation, Report, Runner } from './ports.ts';

export interface WorkerOptions {
  readonly link: Link;
  readonly site: string;
  /** `placeName` of the site and the work directory. */
  readonly place: string;
  /** Unique among workers, of all hosts. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Serves any number of runs; its observations name submissions by key. */
  readonly runner: Runner;
  readonly clock: Clock;
  readonly rate?: { readonly max: number; readonly perMs: number };
  /** Bound of one call of the runner, in milliseconds. */
  readonly submitTimeoutMs?: number;
}

export interface Serving {
  /** Attempts that have not ended. */
  held(): number;
  /** Takes nothing new; what it has goes on and is reported. */
  drain(): void;
  /** Leaves; attempts go on. */
  close(): Promise<void>;
}

const BEAT_MS = 500;
const PING_MS = 2_000;
/** Reports of one run that Redis keeps, about. */
const REPORTS_KEPT = 10_000;
const REPORTS_S = 3_600;

/** What this worker has accepted and has not seen end. */
class Hold {
  readonly #attempts = new Map<string, Map<AttemptId, boolean>>();

  get size(): number {
    let size = 0;
    for (const attempts of this.#attempts.values()) size += attempts.size;
    return size;
  }

  add(key: string, attempts: readonly AttemptId[]): void {
    this.#attempts.set(key, new Map(attempts.map((attempt) => [attempt, false])));
  }

  /** True if that was the last of its submission. */
  note({ key = '', attempt, kind }: Observation): boolean {
    const attempts = this.#attempts.get(key);
    if (kind === 'running') {
      if (attempts) attempts.set(attempt, true);
      else this.#attempts.set(key, new Map([[attempt, true]]));
    }
    if (kind !== 'ended') return false;
    attempts?.delete(attempt);
    if (attempts && attempts.size > 0) return false;
    return this.#attempts.delete(key);
  }

  drop(key: string): void {
    this.#attempts.delete(key);
  }

  list(): Held[] {
    return [...this.#attempts].flatMap(([key, attempts]) =>
      [...attempts].map(([attempt, running]) => ({ key, attempt, running })),
    );
  }
}

/**
 * Serves a site: takes submissions of any run from its queue while there is room, hands them to its runner, and
 * reports to the run's engine. Says twice a second that it lives and what it has. Knows no journal and keeps nothing.
 */
export async function serveSite(options: WorkerOptions): Promise<Serving> {
  const { link, site, runner, clock } = options;
  const hold = new Hold();
  let draining = false;
  const messages = await messagesFor({
    link,
    place: options.place,
    worker: options.id,
    clock,
    ...(options.rate ? { rate: options.rate } : {}),
    onMessage: () => worker.wake(),
  });
  const post = poster(link);
  const tell = (reports: readonly Report[]) => {
    for (const report of reports) {
      if (report.kind === 'observations') {
        for (const one of report.observations) {
          if (hold.note(one)) messages.ledger.free(one.key ?? '');
        }
      }
      if (report.kind === 'answer' && report.answer.kind !== 'accepted') {
        hold.drop(report.answer.key);
        messages.ledger.free(report.answer.key);
      }
    }
    return post(reports.map((report) => certain(report, messages.isDoubtful)));
  };
  const worker = station({
    site,
    runner: holding(runner, hold),
    clock,
    ...(options.submitTimeoutMs === undefined ? {} : { submitTimeoutMs: options.submitTimeoutMs }),
    tell,
    intake: {
      ...messages,
      take: async (room) => (draining ? [] : messages.take(room)),
      isWaiting: () => !draining && messages.isWaiting(),
    },
  });
  const stopOrders = await obey(options);
  const stopBeating = beat(options, hold);
  worker.wake();
  return {
    held: () => hold.size,
    drain() {
      draining = true;
    },
    async close() {
      await worker.close();
      await messages.close();
      stopOrders();
      await stopBeating();
    },
  };
}

/** The runner, with what it accepts noted before anything of it can end. */
function holding(runner: Runner, hold: Hold): Runner {
  return {
    ...runner,
    submit(batch, signal) {
      for (const { key, items } of batch) {
        hold.add(
          key,
          items.map(({ attempt }) => attempt),
        );
      }
      return runner.submit(batch, signal);
    },
  };
}

/** A refusal of what an earlier copy may have started is a doubt. */
function certain(report: Report, isDoubtful: (key: string) => boolean): Report {
  if (report.kind !== 'answer' || report.answer.kind !== 'refused') return report;
  const { key, text } = report.answer;
  return isDoubtful(key) ? { kind: 'answer', answer: { kind: 'unknown', key, text } } : report;
}

/** Sends reports to the runs that they are of; one that is lost is found by a sweep. */
function poster(link: Link): (reports: readonly Report[]) => Promise<void> {
  return async (reports) => {
    const byRun = new Map<string, Report[]>();
    const add = (run: string, report: Report) => {
      const list = byRun.get(run);
      if (list) list.push(report);
      else byRun.set(run, [report]);
    };
    for (const report of reports) {
      if (report.kind === 'answer') add(runOfKey(report.answer.key), report);
      else if (report.kind === 'observations') {
        const observed = Map.groupBy(report.observations, ({ key = '' }) => runOfKey(key));
        for (const [run, observations] of observed)
          add(run, { kind: 'observations', observations });
      }
    }
    // While Redis is away nothing is kept back: old news would come in its thousands.
    if (byRun.size === 0 || link.connectedMs() === undefined) return;
    const pipeline = link.commands.pipeline();
    for (const [run, some] of byRun) {
      pipeline.xadd(reportsKey(run), 'MAXLEN', '~', REPORTS_KEPT, '*', 'r', JSON.stringify(some));
      pipeline.expire(reportsKey(run), REPORTS_S);
    }
    await pipeline.exec().catch(() => {});
  };
}

/** Listens to what engines ask. */
async function obey({ link, place, runner, clock }: WorkerOptions): Promise<() => void> {
  const redis = link.another();
  await redis.subscribe(ordersChannel(place));
  redis.on('message', (_channel: string, text: string) => {
    const order = parseOrder(text);
    if (order) void runner.cancel(order.handles, order.how).catch(() => {});
  });
  let stop: Close = () => {};
  // Whoever only listens does not notice that nothing can come any more.
  const again = () => {
    stop = clock.wake(clock.runMs() + PING_MS, () => {
      void redis.ping().catch(() => {});
      again();
    });
  };
  again();
  return () => {
    void stop();
    redis.disconnect();
  };
}

function beat(options: WorkerOptions, hold: Hold): () => Promise<void> {
  const { link, place, id, host, pid, runner, clock } = options;
  let n = clock.wall().getTime();
  let closed = false;
  let stop: () => void | Promise<void> = () => {};
  const once = async () => {
    const room = await runner.room();
    if (closed || !room || link.connectedMs() === undefined) return;
    const text = beatText({ n: ++n, host, pid, room, held: hold.list() });
    await link.commands.hset(workersKey(place), id, text);
  };
  const again = () => {
    if (closed) return;
    stop = clock.wake(
      clock.runMs() + BEAT_MS,
      () =>
        void once()
          .catch(() => {})
          .then(again),
    );
  };
  void once()
    .catch(() => {})
    .then(again);
  return async () => {
    closed = true;
    await stop();
    if (link.connectedMs() !== undefined) {
      await link.commands.hdel(workersKey(place), id).catch(() => {});
    }
  };
}
