import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What the engine itself takes: `node bench/engine.ts [--count 10000] [--rounds 3]`. Start-up (`--version`,
 * `check`, a run of one instance), then many instances of `true`, two at a time, beside ninja in the same
 * round, with the engine's peak memory; then the same again, when there is nothing to do. Medians.
 *
 * BENCH_DIRECTORY names a quieter place than /tmp; nothing is deleted before the end (see peers.ts).
 */
const root = join(import.meta.dirname, '..');
const braid = join(root, 'bin/braid');
const example = join(root, 'workflows/examples/02-twinkles.braid');
const ground = mkdtempSync(join(process.env.BENCH_DIRECTORY ?? tmpdir(), 'braid-engine-'));
let places = 0;

interface Measured {
  readonly seconds: number;
  /** Most that was resident; and without what is shared with other processes (Node's own program). */
  readonly residentMb: number;
  readonly ownMb: number;
}

/** `VmHWM` is the peak so far, so that the last look before the end is near the truth. */
async function measure(directory: string, command: string, ...args: string[]): Promise<Measured> {
  execFileSync('sync');
  const start = performance.now();
  const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  let residentMb = 0;
  let ownMb = 0;
  const timer = setInterval(() => {
    residentMb = Math.max(residentMb, megabytes(child, 'VmHWM'));
    ownMb = Math.max(ownMb, megabytes(child, 'RssAnon'));
  }, 20);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  const seconds = (performance.now() - start) / 1000;
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${code}`);
  return { seconds, residentMb, ownMb };
}

function megabytes({ pid }: ChildProcess, field: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function workflowOf(count: number): string {
  const directory = join(ground, String(places++));
  mkdirSync(directory);
  const step = `step t for each i in 1..${count} {\n  script exec ["true"]\n}`;
  writeFileSync(join(directory, 'w.braid'), `workflow bench\n${step}\n`);
  const builds = Array.from({ length: count }, (_, i) => `build o${i}: t`);
  writeFileSync(join(directory, 'build.ninja'), `rule t\n  command = true\n${builds.join('\n')}\n`);
  return directory;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

function line(name: string, rounds: readonly Measured[], note = ''): void {
  const of = (field: keyof Measured) => median(rounds.map((round) => round[field]));
  const memory = `${of('residentMb').toFixed(0)} MB resident, ${of('ownMb').toFixed(0)} MB its own`;
  console.log(`  ${name.padEnd(16)} ${of('seconds').toFixed(2)} s   ${memory}${note}`);
}

async function main(): Promise<void> {
  const count = option('--count', 10_000);
  const rounds = option('--rounds', 3);
  const run = ['run', '-j', '2', 'w.braid'];
  const version: Measured[] = [];
  const check: Measured[] = [];
  const one: Measured[] = [];
  const many: Measured[] = [];
  const again: Measured[] = [];
  const ratios: number[] = [];
  await measure(ground, braid, 'check', example);
  for (let round = 0; round < rounds; round++) {
    version.push(await measure(ground, braid, '--version'));
    check.push(await measure(ground, braid, 'check', example));
    one.push(await measure(workflowOf(1), braid, ...run));
    const directory = workflowOf(count);
    const ninja = await measure(directory, 'ninja', '-j2', '--quiet');
    const made = await measure(directory, braid, ...run);
    many.push(made);
    ratios.push(made.seconds / ninja.seconds);
    again.push(await measure(directory, braid, ...run));
  }
  console.log(`the engine, ${rounds} rounds: medians`);
  line('--version', version);
  line('check', check);
  line('run of 1', one);
  line(`run of ${count}`, many, `, ${median(ratios).toFixed(2)} x ninja`);
  line('nothing to do', again);
}

try {
  await main();
} finally {
  rmSync(ground, { recursive: true, force: true });
}
