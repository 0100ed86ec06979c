/**
 * Starts a PanDA server with JEDI and two pilots, gives it jobs that end in every way and a task, and prints how they
 * ended and how long it took:
 *
 *     node test/panda/try.ts [--jobs 10] [--files 10] [--no-jedi] [--cache D]
 *
 * Ends with 1 where something ended otherwise than it should.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Client, clientOf } from './client.ts';
import { type JobText, jobsText } from './jobs.ts';
import type { Tokens } from './server/tokens.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10' },
    files: { type: 'string', default: '10' },
    'no-jedi': { type: 'boolean', default: false },
    cache: { type: 'string' },
  },
});

interface Started {
  readonly url: string;
  readonly queue: string;
  readonly site: string;
  readonly tokens: Tokens;
}

interface Described {
  readonly PandaID: number;
  readonly jobStatus: string;
  readonly pilotErrorCode: number;
  readonly transExitCode: string | null;
  readonly taskBufferErrorCode: number;
}

interface Case {
  readonly name: string;
  readonly parameters: string;
  readonly expected: string;
  readonly more?: Partial<JobText>;
}

const LIMIT_MS = 240_000;
const final = ['finished', 'failed', 'cancelled', 'closed'];
const zero = performance.now();
const seconds = () => ((performance.now() - zero) / 1000).toFixed(1);
let wrong = 0;

/** Ways to end, and how the server then describes the job: status, pilot's code, exit code. */
const cases: readonly Case[] = [
  { name: 'fails', parameters: 'exit 3', expected: 'failed 1305 3' },
  {
    name: 'output',
    parameters: 'echo data > out.txt',
    expected: 'finished 0 0',
    more: { outputs: ['out.txt'] },
  },
  {
    name: 'missing',
    parameters: 'true',
    expected: 'failed 1165 0',
    more: { outputs: ['absent.txt'] },
  },
  {
    name: 'slow',
    parameters: 'sleep 60',
    expected: 'failed 1213 143',
    more: { walltimeSeconds: 2 },
  },
  {
    name: 'large',
    parameters: `python3 -c "'import time; x = bytearray(200 << 20); time.sleep(30)'"`,
    expected: 'failed 1212 143',
    more: { memoryMb: 100 },
  },
];

async function main(): Promise<void> {
  const args = [
    fileURLToPath(new URL('start.ts', import.meta.url)),
    '--pilots',
    '2',
    '--slots',
    '3',
  ];
  if (!values['no-jedi']) args.push('--jedi');
  if (values.cache) args.push('--cache', values.cache);
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const started = JSON.parse(line) as Started;
      console.log(`${seconds()} s  server and pilots are up at ${started.url}`);
      await tryJobs(started);
      await tryKill(started);
      if (!values['no-jedi']) await tryTask(started);
      break;
    }
  } finally {
    child.stdin.end();
    await ended;
    console.log(`${seconds()} s  everything stopped`);
  }
}

function jobOf(server: Started, name: string, parameters: string): JobText {
  const transformation = `${server.url}/trf/bash-c`;
  return { name, transformation, parameters, queue: server.queue, label: 'user' };
}

async function submit(client: Client, jobs: readonly JobText[]): Promise<readonly number[]> {
  const made = await client.post('job/submit', { jobs: jobsText(jobs) });
  return (made as readonly (readonly [number])[]).map(([id]) => id);
}

async function described(client: Client, ids: readonly number[]): Promise<readonly Described[]> {
  return (await client.post('job/get_description', { job_ids: ids })) as readonly Described[];
}

async function tryJobs(server: Started): Promise<void> {
  const client = clientOf(server.url, server.tokens.user);
  const plain = Array.from({ length: Number(values.jobs) }, (_, n) => `hello_${n}`);
  const ids = await submit(client, [
    ...plain.map((name) => jobOf(server, name, `echo ${name}`)),
    ...cases.map((c) => ({ ...jobOf(server, c.name, c.parameters), ...c.more })),
  ]);
  console.log(`${seconds()} s  submitted ${ids.length} jobs`);
  const times = new Map<number, string>();
  const jobs = await until('jobs', async () => {
    const found = await described(client, ids);
    for (const job of found)
      if (final.includes(job?.jobStatus) && !times.has(job.PandaID))
        times.set(job.PandaID, seconds());
    return times.size === ids.length ? found : undefined;
  });
  const names = [...plain, ...cases.map((c) => c.name)];
  jobs.forEach((job, n) => {
    const got = `${job.jobStatus} ${job.pilotErrorCode} ${job.transExitCode}`;
    const expected = cases[n - plain.length]?.expected ?? 'finished 0 0';
    tell(`${times.get(job.PandaID)} s  job ${names[n]}`, got, expected);
  });
}

async function tryKill(server: Started): Promise<void> {
  const client = clientOf(server.url, server.tokens.user);
  const ids = await submit(client, [jobOf(server, 'long', 'sleep 100')]);
  await until('a running job', async () =>
    (await described(client, ids))[0]?.jobStatus === 'running' ? true : undefined,
  );
  await client.post('job/kill', { job_ids: ids });
  const job = await until('its kill', async () => {
    const [found] = await described(client, ids);
    return found && final.includes(found.jobStatus) ? found : undefined;
  });
  const got = `${job.jobStatus} ${job.pilotErrorCode} ${job.taskBufferErrorCode}`;
  tell(`${seconds()} s  kill of a running job`, got, 'cancelled 1144 0');
}

async function tryTask(server: Started): Promise<void> {
  const client = clientOf(server.url, server.tokens.production);
  const names = Array.from({ length: Number(values.files) }, (_, n) => `step:${n}`);
  const id = await client.post('task/submit', { task_parameters: taskOf(server, names) });
  console.log(`${seconds()} s  submitted task ${id} of ${names.length}`);
  let last = '';
  const status = await until('the task', async () => {
    const now = (await client
      .get('task/get_status', { task_id: Number(id) })
      .catch(String)) as string;
    if (now !== last) console.log(`${seconds()} s  task ${now}`);
    last = now;
    return ['done', 'finished', 'failed', 'aborted', 'broken', 'exhausted'].includes(now)
      ? now
      : undefined;
  });
  const details = await client.get('task/get_details', { task_id: Number(id) });
  const { statistics } = details as { statistics: string };
  tell(`${seconds()} s  task`, `${status} ${statistics}`, `done finished*${names.length}`);
}

function taskOf(server: Started, names: readonly string[]): object {
  return {
    ...{
      taskName: `try.${Date.now()}`,
      uniqueTaskName: true,
      vo: 'wlcg',
      userName: 'Ada Lovelace',
    },
    ...{ prodSourceLabel: 'managed', taskType: 'test', processingType: 'braid', taskPriority: 900 },
    ...{ site: server.queue, cloud: 'LSST', PandaSite: server.site, workingGroup: null },
    ...{ noInput: true, nFiles: names.length, nFilesPerJob: 1, pfnList: names },
    ...{ transPath: `${server.url}/trf/bash-c`, architecture: '', transUses: '', transHome: null },
    jobParameters: [{ type: 'constant', value: 'echo ${IN/L}' }],
    log: {
      ...{ type: 'template', param_type: 'log', dataset: 'PandaJob_#{pandaid}/' },
      ...{ destination: 'local', token: 'local', value: 'try.$JEDITASKID.${SN}.log.tgz' },
    },
    ...{ coreCount: 1, ramCount: 1024, ramUnit: 'MBPerCoreFixed', maxWalltime: 3600 },
    ...{ maxAttempt: 3, maxFailure: 3, skipScout: true, noWaitParent: true, nChunksToWait: 1 },
  };
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what}: not after ${LIMIT_MS / 1000} s`);
    await sleep(500);
  }
}

function tell(what: string, got: string, expected: string): void {
  if (got !== expected) wrong++;
  console.log(`${what.padEnd(36)} ${got}${got === expected ? '' : `   EXPECTED ${expected}`}`);
}

await main();
process.exit(wrong > 0 ? 1 : 0);
