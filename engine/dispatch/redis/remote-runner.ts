import type { Capabilities, Found, Observation, Runner } from '../../ports.ts';
import type { Link } from './link.ts';
import { messageKey, ordersChannel } from './wire.ts';
import type { Workers } from './workers.ts';

/** What is done and known of a kind of place without its workers: through the shared directory. */
export interface Remains extends Pick<Runner, 'kind' | 'check' | 'prepare' | 'log'> {
  /** What is left of submissions that no living worker has. */
  find(keys: readonly string[]): Promise<ReadonlyMap<string, Found>>;
  poll: Runner['poll'];
}

export interface RemoteRunnerOptions {
  readonly link: Link;
  readonly site: string;
  readonly epoch: number;
  readonly workers: Workers;
  readonly remains: Remains;
  readonly capabilities: Capabilities;
}

/**
 * A site as the engine sees it where workers serve it. What living workers have is known from their beats; of the
 * rest the attempts' directories and what workers left beside them tell. Without Redis everything is unknown.
 */
export function remoteRunner(options: RemoteRunnerOptions): Runner {
  const { link, site, workers, remains } = options;
  return {
    kind: remains.kind,
    capabilities: () => options.capabilities,
    check: remains.check,
    prepare: remains.prepare,
    log: remains.log,
    // Offers go through the queue.
    submit: async (batch) =>
      batch.map(({ key }) => ({ kind: 'unknown', key, text: `${site} is served by workers` })),
    find: (keys) => find(options, keys),
    async poll(handles) {
      const seen: Observation[] = [];
      const unseen = handles.flatMap((handle) => {
        const held = workers.held(handle.key);
        const items = handle.items.filter((item) => {
          const one = held.find(({ attempt }) => attempt === item.attempt);
          if (!one) return true;
          const { attempt } = one;
          seen.push(one.running ? { kind: 'running', attempt } : { kind: 'waiting', attempt });
          return false;
        });
        return items.length > 0 ? [{ ...handle, items }] : [];
      });
      return [...seen, ...(unseen.length > 0 ? await remains.poll(unseen) : [])];
    },
    async cancel(handles, how) {
      const order = JSON.stringify({ kind: 'cancel', how, handles });
      if (link.connectedMs() !== undefined)
        await link.commands.publish(ordersChannel(workers.place), order);
    },
    room: async () => workers.room(),
    close: () => workers.close(),
  };
}

async function find(
  { link, epoch, workers, remains }: RemoteRunnerOptions,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Found>> {
  const unknown = (text: string) =>
    new Map(keys.map((key): [string, Found] => [key, { kind: 'unknown', text }]));
  if (link.connectedMs() === undefined) return unknown('Redis is away');
  // First the queue, then the workers: what is taken in between is with one of them.
  const queued = new Set<string>();
  const pipeline = link.commands.pipeline();
  for (const key of keys) pipeline.exists(messageKey(workers.place, key, epoch));
  const there = await pipeline.exec();
  keys.forEach((key, at) => {
    if (there?.[at]?.[1] === 1) queued.add(key);
  });
  if (!(await workers.heardAll())) return unknown('not all workers were heard');
  const found = new Map<string, Found>();
  const rest = keys.filter((key) => !workers.holds(key));
  const left = rest.length > 0 ? await remains.find(rest) : new Map<string, Found>();
  for (const key of keys) {
    const one = left.get(key);
    if (!one) found.set(key, { kind: 'found', externalId: `worker:${key}` });
    // Whoever took a message may have died before it said so; what it began is not waited for with the message.
    else if (!queued.has(key) || one.kind === 'found') found.set(key, one);
    else found.set(key, { kind: 'unknown', text: 'it waits for a worker' });
  }
  return found;
}
