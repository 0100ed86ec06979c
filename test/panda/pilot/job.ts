import {
  chmodSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from '../client.ts';
import { reportOf, storeLog } from './outputs.ts';
import { type End, runPayload } from './payload.ts';

/** What a pilot is and where it works. */
export interface Pilot {
  readonly client: Client;
  readonly name: string;
  readonly queue: string;
  readonly work: string;
  /** Gets log files and outputs. */
  readonly storage: string;
  readonly heartbeatMs: number;
  readonly stopped: AbortSignal;
  /** Process groups of payloads are noted here, for a guard to end. */
  readonly groups?: string;
}

/** A job as `pilot/acquire_jobs` gives it; unset values are the text "NULL". */
export interface Job {
  readonly PandaID: number;
  readonly attemptNr: number;
  readonly transformation: string;
  readonly jobPars: string;
  /** Comma list, with the log file. */
  readonly outFiles: string;
  readonly logFile: string;
  readonly logGUID: string;
  /** MB of the whole job; 0 without limit. */
  readonly minRamCount: number;
  /** Seconds; 0 without limit. */
  readonly maxWalltime: number;
}

/** Error codes of PanDA's pilot. */
const code = {
  download: 1149,
  missingOutput: 1165,
  stageOut: 1137,
  sigterm: 1201,
  memory: 1212,
  time: 1213,
  payload: 1305,
  killed: 1144,
} as const;

interface Failure {
  readonly code: number;
  readonly text: string;
}

/** Runs one job from its first report to its last. */
export async function runJob(pilot: Pilot, job: Job): Promise<void> {
  const directory = join(pilot.work, `PanDA_Pilot-${job.PandaID}-${job.attemptNr}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const log = join(directory, 'pilotlog.txt');
  const say = (text: string) =>
    writeFileSync(log, `${new Date().toISOString()} ${text}\n`, { flag: 'a' });
  const started = new Date();
  await update(pilot, job, { job_status: 'starting', start_time: timeText(started) });
  say(`${pilot.name} starts job ${job.PandaID}: ${job.transformation} ${job.jobPars}`);
  let failure: Failure | undefined;
  let end: End | undefined;
  try {
    await fetchTransformation(job.transformation, directory);
    end = await runPayload({
      directory,
      command: `./${basename(job.transformation)} ${job.jobPars}`,
      memoryBytes: job.minRamCount * 1024 * 1024,
      timeMs: job.maxWalltime * 1000,
      stopped: pilot.stopped,
      heartbeatMs: pilot.heartbeatMs,
      // A heartbeat that does not arrive is not the payload's fault: the next one may.
      isToBeKilled: () => update(pilot, job, { job_status: 'running' }).catch(() => false),
      ...(pilot.groups && { groups: pilot.groups }),
    });
    failure = failureOf(end);
  } catch (error) {
    failure = { code: code.download, text: `${(error as Error).message}` };
  }
  const outputs = namesOf(job.outFiles).filter((name) => name !== job.logFile);
  const missing = outputs.filter((name) => !existsSync(join(directory, name)));
  if (!failure && missing.length > 0)
    failure = { code: code.missingOutput, text: `missing output: ${missing.join(', ')}` };
  say(failure ? `failed: ${failure.code} ${failure.text}` : 'finished');
  let report = {};
  try {
    report = await stageOut(pilot, job, directory, outputs);
  } catch (error) {
    failure ??= { code: code.stageOut, text: `${(error as Error).message}` };
  }
  await lastReport(pilot, job, started, end, failure, report);
  rmSync(directory, { recursive: true, force: true });
}

/** Puts what there is of the outputs and the log into the storage; the report of it. */
async function stageOut(
  pilot: Pilot,
  job: Job,
  directory: string,
  outputs: readonly string[],
): Promise<object> {
  const kept = outputs.filter((name) => existsSync(join(directory, name)));
  for (const name of kept) await copyFile(join(directory, name), join(pilot.storage, name));
  if (namesOf(job.logFile).length === 0) return reportOf(pilot.storage, kept, {});
  storeLog(directory, join(pilot.storage, job.logFile), job.PandaID, pilot.queue);
  return reportOf(pilot.storage, [...kept, job.logFile], { [job.logFile]: job.logGUID });
}

function failureOf(end: End): Failure | undefined {
  switch (end.kind) {
    case 'exit':
      return end.exitCode === 0
        ? undefined
        : { code: code.payload, text: `payload execution failed with ${end.exitCode}` };
    case 'memory':
      return {
        code: code.memory,
        text: `payload used ${Math.round(end.maxRssBytes / 2 ** 20)} MB`,
      };
    case 'time':
      return { code: code.time, text: 'payload reached its maximum time' };
    case 'killed':
      return { code: code.killed, text: 'job was killed by the server' };
    case 'stopped':
      return { code: code.sigterm, text: 'pilot got SIGTERM' };
  }
}

async function lastReport(
  pilot: Pilot,
  job: Job,
  started: Date,
  end: End | undefined,
  failure: Failure | undefined,
  report: object,
): Promise<void> {
  await update(pilot, job, {
    job_status: failure ? 'failed' : 'finished',
    start_time: timeText(started),
    end_time: timeText(new Date()),
    trans_exit_code: end?.exitCode ?? 0,
    pilot_error_code: failure?.code ?? 0,
    pilot_error_diag: failure?.text.slice(0, 250) ?? '',
    exe_error_code: end?.kind === 'exit' ? end.exitCode : 0,
    exe_error_diag: end?.kind === 'exit' && failure ? failure.text : '',
    cpu_consumption_time: Math.round((end?.cpuMs ?? 0) / 1000),
    ...(end && end.maxRssBytes > 0 && { max_rss: Math.round(end.maxRssBytes / 1024) }),
    job_output_report: JSON.stringify(report),
  });
}

/** True where the server wants the job ended. */
async function update(pilot: Pilot, job: Job, fields: object): Promise<boolean> {
  const answer = (await pilot.client.post('pilot/update_job', {
    job_id: job.PandaID,
    attempt_nr: job.attemptNr,
    node: pilot.name,
    site_name: pilot.queue,
    pilot_id: pilot.name,
    ...fields,
  })) as { StatusCode: number; command?: string };
  if (answer.StatusCode !== 0) throw new Error(`update_job: StatusCode ${answer.StatusCode}`);
  return (answer.command ?? '').includes('tobekilled');
}

async function fetchTransformation(from: string, directory: string): Promise<void> {
  const to = join(directory, basename(from));
  if (/^https?:/.test(from)) {
    const answer = await fetch(from);
    if (!answer.ok || !answer.body) throw new Error(`${from}: ${answer.status}`);
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(to));
  } else await copyFile(from, to);
  chmodSync(to, 0o755);
}

function namesOf(list: string): string[] {
  return list.split(',').filter((name) => name !== '' && name !== 'NULL');
}

function timeText(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}
