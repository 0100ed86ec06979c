import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  allToAll,
  chained,
  type GeneratedWorkflow,
  joined,
  layered,
  makefile,
  tabular,
  twinkles,
} from './plan-workflow.ts';

/**
 * What planning costs: `node bench/plan.ts [ROUNDS]`. Each workflow is planned in a process of its own,
 * from its files; `make -n` gets the same graph in the same rounds, so that their ratio means something on
 * a noisy machine. Medians.
 */
interface Measured {
  readonly instances: number;
  readonly edges: number;
  readonly loadMs: number;
  readonly planMs: number;
  readonly wallMs: number;
  /** On a busy machine the wall says little; this is what it would be alone, or less. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

interface Goal {
  readonly wallMs?: number;
  readonly peakMb?: number;
  /** Of `make -n`. */
  readonly ratio?: number;
}

const rounds = Number(process.argv[2] ?? 3);
const directory = mkdtempSync(join(tmpdir(), 'braid-bench-plan-'));
const planner = join(import.meta.dirname, 'plan-once.ts');

const cases: readonly { workflow: GeneratedWorkflow; goal: Goal; make?: string }[] = [
  { workflow: layered(11, 9_091), goal: { ratio: 0.5 }, make: makefile(11, 9_091) },
  { workflow: layered(11, 90_910), goal: { wallMs: 3000, peakMb: 500 } },
  { workflow: tabular(1_000_000, 6), goal: { wallMs: 3000, peakMb: 500 } },
  { workflow: chained(100_000), goal: { wallMs: 1000 } },
  { workflow: joined(100_000), goal: { wallMs: 1000 } },
  { workflow: allToAll(10_000), goal: { wallMs: 1000 } },
  // All sensors declared, one selected; a tenth of the visits with all sensors.
  { workflow: twinkles(22_000, 189, 1), goal: { wallMs: 1000, peakMb: 500 } },
  { workflow: twinkles(2_000, 189, 189), goal: { wallMs: 3000, peakMb: 500 } },
];

function planOnce(path: string): Measured {
  // Like `bin/braid`, which keeps compiled code.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(directory, 'compiled') };
  return JSON.parse(execFileSync(process.execPath, [planner, path], { encoding: 'utf8', env }));
}

function makeOnce(path: string): number {
  const started = performance.now();
  const { status } = spawnSync('make', ['-n', '-f', path, 'all'], { stdio: 'ignore' });
  return status === 0 ? performance.now() - started : Number.NaN;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function row(cells: readonly string[]): string {
  return cells.map((cell, at) => (at === 0 ? cell.padEnd(24) : cell.padStart(11))).join('');
}

const lines = [
  row([
    'graph',
    'instances',
    'edges',
    'load ms',
    'plan ms',
    'wall ms',
    'cpu ms',
    'peak MB',
    'make -n ms',
    'goal',
  ]),
];
let missed = 0;
try {
  for (const [at, { workflow, goal, make }] of cases.entries()) {
    const folder = join(directory, String(at));
    mkdirSync(folder);
    for (const [name, text] of Object.entries(workflow.files)) {
      writeFileSync(join(folder, name), text);
    }
    if (make) writeFileSync(join(folder, 'Makefile'), make);
    const runs: Measured[] = [];
    const makes: number[] = [];
    for (let round = 0; round < rounds; round++) {
      runs.push(planOnce(join(folder, 'workflow.braid')));
      if (make) makes.push(makeOnce(join(folder, 'Makefile')));
    }
    const of = (field: keyof Measured) => median(runs.map((run) => run[field]));
    const makeMs = median(makes);
    const good =
      of('instances') === workflow.instances &&
      of('edges') === workflow.edges &&
      of('wallMs') <= (goal.wallMs ?? Number.POSITIVE_INFINITY) &&
      of('peakMb') <= (goal.peakMb ?? Number.POSITIVE_INFINITY) &&
      (!goal.ratio || of('wallMs') <= goal.ratio * makeMs);
    if (!good) missed++;
    const figures = (
      ['instances', 'edges', 'loadMs', 'planMs', 'wallMs', 'cpuMs', 'peakMb'] as const
    ).map((field) => String(Math.round(of(field))));
    lines.push(
      row([
        workflow.name,
        ...figures,
        make ? String(Math.round(makeMs)) : '-',
        good ? 'met' : 'missed',
      ]),
    );
  }
} finally {
  rmSync(directory, { recursive: true });
}
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = missed === 0 ? 0 : 1;
