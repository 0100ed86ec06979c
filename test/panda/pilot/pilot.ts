/**
 * A minimal pilot: takes jobs of a queue, runs each as a child, and tells the server how it goes.
 *
 *     PANDA_AUTH_ID_TOKEN=... PANDA_AUTH_VO=Rubin:production node test/panda/pilot/pilot.ts --url U --queue Q
 *         --name N --slots 2 --work D --storage D [--groups D] [--heartbeat 3] [--poll 1] [--label unified]
 *
 * On SIGTERM its jobs are ended and reported as ended by that signal.
 */
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Client, clientOf, RefusedError } from '../client.ts';
import { type Job, type Pilot, runJob } from './job.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: '' },
    queue: { type: 'string', default: 'BNL-LSST' },
    name: { type: 'string', default: 'pilot' },
    slots: { type: 'string', default: '1' },
    work: { type: 'string', default: '.' },
    storage: { type: 'string', default: '.' },
    groups: { type: 'string' },
    heartbeat: { type: 'string', default: '3' },
    poll: { type: 'string', default: '1' },
    label: { type: 'string', default: 'unified' },
  },
});

async function main(): Promise<void> {
  const client = clientOf(values.url, {
    token: process.env.PANDA_AUTH_ID_TOKEN ?? '',
    origin: process.env.PANDA_AUTH_VO ?? '',
  });
  for (const directory of [values.work, values.storage]) mkdirSync(directory, { recursive: true });
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  const pilot: Pilot = {
    client,
    name: values.name,
    queue: values.queue,
    work: values.work,
    storage: values.storage,
    heartbeatMs: Number(values.heartbeat) * 1000,
    stopped: stop.signal,
    ...(values.groups && { groups: values.groups }),
  };
  const running = new Set<Promise<void>>();
  while (!stop.signal.aborted) {
    const free = Number(values.slots) - running.size;
    for (const job of free > 0 ? await acquire(client, free) : []) {
      const run: Promise<void> = runJob(pilot, job)
        .catch((error) => {
          process.stderr.write(`${job.PandaID}: ${error?.stack ?? error}\n`);
        })
        .finally(() => {
          running.delete(run);
        });
      running.add(run);
    }
    // A free slot asks again after a pause; with none, the end of a job is waited for.
    const pause = sleep(Number(values.poll) * 1000, undefined, { signal: stop.signal });
    const asked = pause.catch(() => undefined);
    await (running.size === Number(values.slots) ? Promise.race([...running, asked]) : asked);
  }
  await Promise.all(running);
}

async function acquire(client: Client, count: number): Promise<readonly Job[]> {
  try {
    const answer = await client.post('pilot/acquire_jobs', {
      site_name: values.queue,
      prod_source_label: values.label,
      node: values.name,
      n_jobs: count,
    });
    return (answer as { jobs?: readonly Job[] }).jobs ?? [];
  } catch (error) {
    if (!(error instanceof RefusedError) || !error.message.startsWith('No jobs'))
      process.stderr.write(`acquire_jobs: ${error}\n`);
    return [];
  }
}

await main();
process.exit();
