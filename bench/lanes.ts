/**
 * The local runner alone against ninja: `node bench/lanes.ts [attempts] [rounds]`.
 *
 * Ours: each attempt gets its directory, attempt.json, work/, claim, exit.json, stdout and stderr; no engine
 * and no journal. ninja: the same command two at a time, with its log. Rounds are in pairs, each begun with
 * a sync; what counts is the median of the ratios, as the milliseconds depend on the machine's other work.
 *
 * Nothing is deleted between rounds. An ext4 without a journal (as in many virtual machines) does not use the
 * inodes of deleted files for some minutes, and looks through all of them at each creation: after a large
 * deletion, making a file takes 30 times as long there. BENCH_DIRECTORY names a quieter place than /tmp.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttemptFile, Runner, Submission } from '../engine/index.ts';
import { localRunner } from '../runners/index.ts';

const attempts = Number(process.argv[2] ?? 1000);
const rounds = Number(process.argv[3] ?? 5);
const SLOTS = 2;
const COMMANDS: readonly (readonly string[])[] = [['true'], ['sh', '-c', 'true']];

const root = mkdtempSync(join(process.env.BENCH_DIRECTORY ?? tmpdir(), 'bench-lanes-'));
for (const command of COMMANDS) await compare(command);
rmSync(root, { recursive: true });

async function compare(command: readonly string[]): Promise<void> {
  const ratios: number[] = [];
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    execFileSync('sync');
    const ninjaMs = timeNinja(command);
    execFileSync('sync');
    const lanesMs = await timeLanes(command);
    ratios.push(lanesMs / ninjaMs);
    ours.push(lanesMs / attempts);
    theirs.push(ninjaMs / attempts);
  }
  const line = [
    `${command.join(' ')}: lanes ${median(ours).toFixed(2)} ms an attempt`,
    `ninja -j${SLOTS} ${median(theirs).toFixed(2)} ms`,
    `ratio ${median(ratios).toFixed(2)} (${ratios.map((r) => r.toFixed(2)).join(' ')})`,
  ];
  process.stdout.write(`${line.join(', ')}\n`);
}

function timeNinja(command: readonly string[]): number {
  const directory = mkdtempSync(join(root, 'ninja-'));
  const builds = Array.from({ length: attempts }, (_, i) => `build out${i}: run\n`);
  const rule = `rule run\n  command = ${command.join(' ')}\n`;
  writeFileSync(join(directory, 'build.ninja'), rule + builds.join(''));
  const start = performance.now();
  execFileSync('ninja', ['-C', directory, `-j${SLOTS}`, '--quiet'], { stdio: 'ignore' });
  const elapsed = performance.now() - start;
  return elapsed;
}

async function timeLanes(command: readonly string[]): Promise<number> {
  const directory = mkdtempSync(join(root, 'lanes-'));
  const start = performance.now();
  const runner = localRunner({
    lanesDirectory: join(directory, 'lanes'),
    environmentsDirectory: join(directory, 'env'),
    slots: SLOTS,
  });
  await runAll(runner, directory, command);
  const elapsed = performance.now() - start;
  await runner.close();
  return elapsed;
}

/** Keeps one attempt ahead of each lane, as the engine does. */
function runAll(runner: Runner, directory: string, command: readonly string[]): Promise<void> {
  const { signal } = new AbortController();
  return new Promise((resolve, reject) => {
    let next = 0;
    let ended = 0;
    const offer = async (count: number) => {
      const batch: Submission[] = [];
      for (; count > 0 && next < attempts; count--)
        batch.push(prepared(directory, next++, command));
      if (batch.length > 0) await runner.submit(batch, signal);
    };
    runner.observe?.((observations) => {
      const ends = observations.filter((o) => o.kind === 'ended');
      const bad = ends.find((o) => o.outcome.kind !== 'succeeded');
      if (bad) reject(new Error(JSON.stringify(bad)));
      ended += ends.length;
      if (ended === attempts) resolve();
      else offer(ends.length).catch(reject);
    });
    offer(2 * SLOTS).catch(reject);
  });
}

/** What the engine has done before it offers a submission. */
function prepared(place: string, number: number, command: readonly string[]): Submission {
  const directory = join(place, 'step', String(Math.floor(number / 1000)), String(number), '1');
  const key = `braid-benchbench-${number}`;
  const resources = {
    cpus: 1,
    memoryBytes: undefined,
    timeMs: undefined,
    diskBytes: undefined,
    gpus: 0,
  };
  const file: AttemptFile = {
    format: 1,
    run: 'benchbench',
    attempt: `${number}.1`,
    submission: key,
    epoch: 1,
    step: 'step',
    instance: `step[i=${number}]`,
    command,
    environment: {
      BRAID_RUN: 'benchbench',
      BRAID_STEP: 'step',
      BRAID_KEY: `i=${number}`,
      BRAID_ATTEMPT: '1',
      BRAID_CPUS: '1',
      BRAID_SCRATCH: join(directory, 'work'),
    },
    setup: [],
    resources,
    links: [],
    outputs: [],
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'attempt.json'), JSON.stringify(file));
  const items = [{ attempt: file.attempt, directory }];
  return {
    key,
    run: file.run,
    epoch: 1,
    site: 'local',
    shape: resources,
    form: 'single',
    offer: 1,
    items,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
