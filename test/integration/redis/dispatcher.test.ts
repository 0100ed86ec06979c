import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnRedis, startOwnRedis } from '../../../cli/compose/own-redis.ts';
import {
  placeName,
  type Report,
  redisOffers,
  serveSite,
  systemClock,
  workersOf,
} from '../../../engine/index.ts';
import {
  type DispatcherStage,
  dispatcherConformance,
  keyOf,
  puppet,
  submission,
} from '../../conformance/dispatcher.ts';
import { lacks } from '../../setup/needs.ts';
import { testLink, testRedis } from './redis.ts';

describe.skipIf(lacks('redis-server'))('over a real Redis', () => {
  let redis: OwnRedis;
  let count = 0;
  beforeAll(async () => {
    redis = await testRedis();
  });
  afterAll(() => redis.close());

  /** An engine's dispatcher and a worker, each with its connections, at a place of their own. */
  async function stage(): Promise<DispatcherStage & { readonly place: string }> {
    const clock = systemClock();
    const place = placeName('here', String(count++));
    const [mine, theirs] = [await testLink(redis.url), await testLink(redis.url)];
    // Runs have the same id in all tests, as their epochs and reports are found by it.
    await mine.commands.del('braid:epoch:abcdefghij', 'braid:reports:abcdefghij');
    const workers = workersOf(mine, place, clock);
    const one = puppet();
    const dispatcher = await redisOffers({
      link: mine,
      run: 'abcdefghij',
      clock,
      workers: new Map([['here', workers]]),
    });
    const reports: Report[] = [];
    dispatcher.reports((some) => reports.push(...some));
    const worker = await serveSite({
      link: theirs,
      site: 'here',
      place,
      id: 'worker-1',
      host: 'here',
      pid: 1,
      runner: one.runner,
      clock,
      submitTimeoutMs: 1_000,
    });
    const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    return {
      place,
      puppet: one,
      dispatcher,
      reports,
      async until(isTrue) {
        for (let i = 0; i < 1_000 && !isTrue(); i++) await wait(10);
        expect(isTrue()).toBe(true);
      },
      quiet: () => wait(700),
      async close() {
        await dispatcher.close();
        await workers.close();
        await worker.close();
        mine.close();
        theirs.close();
      },
    };
  }

  dispatcherConformance('BullMQ', stage);

  test('what was lost with all that Redis had is offered again, as a doubt', async () => {
    const one = await stage();
    const { puppet: site, dispatcher, reports } = one;
    for (const name of ['a', 'b', 'c', 'd']) await dispatcher.offer([submission(name)], 0);
    await one.until(() => site.submitted.length === 4);
    await dispatcher.offer([submission('e')], 0);
    await one.quiet();
    const link = await testLink(redis.url);
    await link.commands.flushall();
    link.close();
    site.answer = ({ key }) => ({
      kind: 'refused',
      key,
      cause: { kind: 'infrastructure' },
      text: 'no',
    });
    site.end('a');
    await one.until(() => site.submitted.length === 5);
    await one.until(() => reports.some((r) => r.kind === 'answer' && r.answer.key === keyOf('e')));
    // An earlier copy might have been taken: a refusal is no certainty any more.
    expect(reports).toContainEqual({
      kind: 'answer',
      answer: { kind: 'unknown', key: keyOf('e'), text: 'no' },
    });
    await one.close();
  });
});

test('a Redis of our own goes with its owner', async () => {
  const started = await startOwnRedis();
  if (started.kind === 'refused') {
    expect(started.diagnostic.code).toBe('E0934');
    return;
  }
  await started.redis.close();
  expect(() => process.kill(started.redis.pid, 0)).toThrow();
});
