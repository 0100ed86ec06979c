/**
 * Weeks in minutes: one work directory, one worker that is never touched, runs without end, and bad things that happen
 * to all the rest:
 *
 *     node test/chaos/soak.ts [--minutes 30] [--seed N] [--directory D]
 *
 * Engines are killed and resumed, Redis is killed and emptied, a second worker is killed and started anew. After each run
 * it looks at the memory and the open files of the worker that stays, and at what Redis holds. Prints a line a run, and
 * ends with 1 if anything was lost or executed twice, or if the worker grew in the second half.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomOf } from '../simulator/random.ts';
import { buildBraid } from './built.ts';
import { begunRun, command, type Engine, makeField, namesIn, textOf } from './field.ts';
import { startServer } from './redis/server.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    directory: { type: 'string', default: tmpdir() },
  },
});

const WIDTH = 150;
const workflow = `workflow soak
param round: int
param count: string
step make for each i in 1..${WIDTH} {
  out x: file = "x"
  retry 2 { on lost }
  script bash """
    echo @{round}.@{i}.$BRAID_ATTEMPT >> @{count}
    echo @{round} @{i} > @{x}
  """
}
step all {
  in  xs = gather make.x
  out n: int = text("n")
  script bash """
    cat @{xs} | wc -l > n
  """
}
`;

interface Look {
  readonly round: number;
  readonly residentMb: number;
  readonly files: number;
  readonly redisKeys: number;
}

function look(round: number, pid: number, redisKeys: number): Look {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const residentMb = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  return { round, residentMb, files: readdirSync(`/proc/${pid}/fd`).length, redisKeys };
}

/** Of the straight line through the points: what is added with each. */
function slope(numbers: readonly number[]): number {
  const n = numbers.length;
  const meanX = (n - 1) / 2;
  const meanY = numbers.reduce((a, b) => a + b, 0) / n;
  const above = numbers.reduce((sum, y, x) => sum + (x - meanX) * (y - meanY), 0);
  return above / numbers.reduce((sum, _, x) => sum + (x - meanX) ** 2, 0);
}

const scratch = mkdtempSync(join(values.directory, 'braid-soak-'));
const braid = buildBraid(join(scratch, 'braid'));
const directory = join(scratch, 'work');
const count = join(directory, 'count');
const random = randomOf(Number(values.seed));
const redis = await startServer(join(scratch, 'redis'), { append: false });
const url = `unix://${redis.socket}`;
const shape = { name: 'soak', text: workflow, executions: new Map(), results: {} };
const field = makeField(braid, directory, shape);
const run = (...args: string[]): Engine => command(field, [...args, '--redis', url]);
const steady = run('worker', '-j', '1');
let other = run('worker', '-j', '1');
const counts = { rounds: 0, engines: 0, workers: 0, redis: 0, twice: 0, missing: 0 };
const looks: Look[] = [];
const until = Date.now() + Number(values.minutes) * 60_000;

async function oneRound(round: number): Promise<void> {
  const before = begunRun(field);
  const begin = ['run', 'soak.braid', '--set', `round=${round}`, '--set', `count=${count}`];
  // One that was killed before it had a journal has left no run.
  const next = () => {
    const begun = begunRun(field);
    const isNew = begun === undefined || begun === before;
    return run(...(isNew ? begin : ['resume', begun]), '--no-worker');
  };
  let engine = next();
  for (;;) {
    const after = random.int(300, 6_000);
    const early = new Promise<'early'>((resolve) => setTimeout(() => resolve('early'), after));
    const ended = await Promise.race([engine.ended, early]);
    if (ended !== 'early') {
      if (ended.code === 0) return;
      if (ended.signal === null) throw new Error(`round ${round}: ${ended.stderr}`);
    } else await strike();
    if (ended === 'early' && !random.chance(0.4)) continue;
    engine.process.kill('SIGKILL');
    await engine.ended;
    counts.engines++;
    engine = next();
  }
}

async function strike(): Promise<void> {
  const dice = random.next();
  if (dice < 0.15) {
    counts.redis++;
    if (random.chance(0.5)) await redis.tell('FLUSHALL');
    else {
      await redis.kill();
      await redis.start();
    }
  } else if (dice < 0.3) {
    counts.workers++;
    other.process.kill('SIGKILL');
    await other.ended;
    other = run('worker', '-j', '1');
  }
}

/** What payloads wrote down, against what each round has to have. */
function judge(): void {
  const seen = new Map<string, number>();
  for (const line of textOf(count).split('\n').filter(Boolean)) {
    seen.set(line, (seen.get(line) ?? 0) + 1);
  }
  for (const [line, times] of seen) {
    if (times === 1) continue;
    counts.twice++;
    console.log(`executed ${times} times: ${line}`);
  }
  for (let round = 1; round <= counts.rounds; round++) {
    for (let i = 1; i <= WIDTH; i++) {
      if (![1, 2, 3].some((attempt) => seen.has(`${round}.${i}.${attempt}`))) counts.missing++;
    }
  }
}

while (Date.now() < until) {
  const round = counts.rounds + 1;
  await oneRound(round);
  counts.rounds = round;
  const one = look(round, steady.pid, Number(await redis.tell('DBSIZE')));
  looks.push(one);
  const { residentMb, files, redisKeys } = one;
  console.log(`${round}: ${residentMb.toFixed(1)} MB, ${files} files, ${redisKeys} keys`);
  // A run that has ended is not needed any more: disks are not what is tried here.
  for (const name of namesIn(join(directory, '.braid/runs')).sort().slice(0, -2)) {
    rmSync(join(directory, '.braid/runs', name), { recursive: true, force: true });
  }
}
judge();
const second = looks.slice(Math.floor(looks.length / 2));
const growthMb = slope(second.map(({ residentMb }) => residentMb)) * second.length;
const growthFiles = slope(second.map(({ files }) => files)) * second.length;
console.log(
  `${counts.rounds} runs, ${counts.rounds * (WIDTH + 1)} attempts; killed: ${counts.engines} engines, ${counts.workers} workers, Redis ${counts.redis} times; twice ${counts.twice}, missing ${counts.missing}`,
);
console.log(
  `the worker that stayed, in the second half: ${growthMb.toFixed(1)} MB and ${growthFiles.toFixed(1)} files more`,
);
for (const one of [steady, other]) {
  one.process.kill('SIGTERM');
  await one.ended;
}
await redis.close();
const isWell = counts.twice + counts.missing === 0 && growthMb < 10 && growthFiles < 5;
if (isWell) rmSync(scratch, { recursive: true, force: true });
process.exitCode = isWell ? 0 : 1;
