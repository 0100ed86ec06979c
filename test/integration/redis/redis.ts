import { type OwnRedis, startOwnRedis } from '../../../cli/compose/own-redis.ts';
import { type Link, linkTo, systemClock } from '../../../engine/index.ts';

/** A real Redis of the test's own. */
export async function testRedis(): Promise<OwnRedis> {
  const started = await startOwnRedis();
  if (started.kind === 'refused') throw new Error(started.diagnostic.message);
  return started.redis;
}

export async function testLink(url: string): Promise<Link> {
  const linked = await linkTo(url, { nowMs: systemClock().runMs });
  if (linked.kind === 'refused') throw new Error(linked.diagnostic.message);
  return linked.link;
}
