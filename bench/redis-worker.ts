import { hostname } from 'node:os';
import { Worker } from 'bullmq';
import { linkTo, type Observation, type Runner, serveSite, systemClock } from '../engine/index.ts';

/**
 * The other process of bench/redis.ts: `bare URL QUEUE CONCURRENCY COUNT` ends after so many jobs;
 * `braid URL PLACE CONCURRENCY -` serves until its input ends, then says p50 and p99 from an end to the next start.
 */
const [kind, url = '', name = '', concurrencyText, countText] = process.argv.slice(2);
const concurrency = Number(concurrencyText);
const clock = systemClock();
const linked = await linkTo(url, { nowMs: clock.runMs });
if (linked.kind === 'refused') throw new Error(linked.diagnostic.message);
const { link } = linked;

if (kind === 'bare') {
  let left = Number(countText);
  const worker = new Worker(
    name,
    async () => {
      if (--left > 0) return;
      // The last is done when it is marked as such.
      setImmediate(async () => {
        await worker.close();
        process.exit(0);
      });
    },
    { connection: link.commands, concurrency },
  );
  await worker.waitUntilReady();
  process.stdout.write('ready\n');
} else {
  const gaps: number[] = [];
  let endedMs: number | undefined;
  const serving = await serveSite({
    link,
    site: 'local',
    place: name,
    id: 'bench',
    host: hostname(),
    pid: process.pid,
    runner: nothing((moment) => {
      const nowMs = performance.now();
      if (moment === 'end') endedMs = nowMs;
      else if (endedMs !== undefined) gaps.push(nowMs - endedMs);
    }),
    clock,
  });
  process.stdout.write('ready\n');
  process.stdin.resume();
  process.stdin.once('end', async () => {
    await serving.close();
    gaps.sort((a, b) => a - b);
    const at = (share: number) => (gaps[Math.floor(gaps.length * share)] ?? 0).toFixed(2);
    process.stdout.write(`p50 ${at(0.5)} ms, p99 ${at(0.99)} ms\n`, () => process.exit(0));
  });
}

/** Attempts that end as soon as they have begun. */
function nothing(note: (moment: 'start' | 'end') => void): Runner {
  let sink: (observations: readonly Observation[]) => void = () => {};
  return {
    kind: 'nothing',
    capabilities: () => ({ bundles: false, arrays: false, sharedDirectory: false, graceMs: 1 }),
    check: async () => [],
    prepare: async () => ({ kind: 'ready', setup: [] }),
    async submit(batch) {
      note('start');
      const outcome = { kind: 'succeeded' } as const;
      const ends = batch.flatMap(({ key, items }) =>
        items.map(({ attempt }): Observation => {
          return { kind: 'ended', key, attempt, outcome, usage: {}, evidence: 'accounting' };
        }),
      );
      setImmediate(() => {
        note('end');
        sink(ends);
      });
      return batch.map(({ key }) => ({ kind: 'accepted', key, externalId: key }));
    },
    find: async () => new Map(),
    poll: async () => [],
    observe(f) {
      sink = f;
      return () => {};
    },
    cancel: async () => {},
    log: () => Promise.reject(new Error('no logs')),
    room: async () => ({
      cpus: concurrency,
      memoryBytes: 1e12,
      totalCpus: concurrency,
      totalMemoryBytes: 1e12,
      ahead: concurrency,
    }),
    close: async () => {},
  };
}
