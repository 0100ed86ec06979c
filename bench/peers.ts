import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * 1 000 instances of `true`, two at a time, in three shapes, beside ninja, make and Snakemake (its
 * greedy scheduler). Each measurement starts in a fresh directory after a sync; the tools take turns;
 * medians and ratios to ninja of the same round are printed.
 *
 *     node bench/peers.ts [--count 1000] [--rounds 5] [--no-snakemake]
 */
const root = join(import.meta.dirname, '..');

/**
 * Nothing below it is removed before the end: on some file systems (ext4 without a journal) creating files
 * is twenty times slower for minutes after many were deleted. BENCH_DIRECTORY puts it elsewhere.
 */
const ground = mkdtempSync(join(process.env.BENCH_DIRECTORY ?? tmpdir(), 'braid-bench-'));
let places = 0;

type Shape = 'wide' | 'layered' | 'chain';

interface Tool {
  readonly name: string;
  readonly shapes: readonly Shape[];
  /** Writes what the tool needs into `directory`. */
  write(directory: string, shape: Shape, count: number): void;
  readonly command: readonly [string, ...string[]];
}

/** Indices that instance `i` waits for. Layered: ten layers, three of the layer before. */
function parents(shape: Shape, i: number, count: number): number[] {
  if (shape === 'wide') return [];
  if (shape === 'chain') return i === 0 ? [] : [i - 1];
  const width = Math.max(1, Math.floor(count / 10));
  const layer = Math.floor(i / width);
  if (layer === 0) return [];
  const first = (layer - 1) * width;
  return [0, 1, 2].map((k) => first + ((i + k) % width));
}

const ninja: Tool = {
  name: 'ninja',
  shapes: ['wide', 'layered', 'chain'],
  command: ['ninja', '-j2', '--quiet'],
  write(directory, shape, count) {
    const lines = ['rule t', '  command = true'];
    for (let i = 0; i < count; i++) {
      const on = parents(shape, i, count).map((p) => `o${p}`);
      lines.push(`build o${i}: t ${on.join(' ')}`.trimEnd());
    }
    writeFileSync(join(directory, 'build.ninja'), `${lines.join('\n')}\n`);
  },
};

const make: Tool = {
  name: 'make',
  shapes: ['wide', 'layered', 'chain'],
  command: ['make', '-s', '-j2'],
  write(directory, shape, count) {
    const names = Array.from({ length: count }, (_, i) => `o${i}`);
    // `true;` keeps make from running the command without a shell, as the others do with theirs.
    const lines = [`all: ${names.join(' ')}`, `.PHONY: all ${names.join(' ')}`];
    for (let i = 0; i < count; i++) {
      const on = parents(shape, i, count).map((p) => `o${p}`);
      lines.push(`o${i}: ${on.join(' ')}`.trimEnd(), '\t@true;');
    }
    writeFileSync(join(directory, 'Makefile'), `${lines.join('\n')}\n`);
  },
};

const snakemake: Tool = {
  name: 'snakemake',
  // A chain of 1 000 ends in Python's recursion limit.
  shapes: ['wide', 'layered'],
  command: ['snakemake', '-j2', '--scheduler', 'greedy', '--quiet', 'all'],
  write(directory, shape, count) {
    const lines = ['rule all:', `    input: [f"o{i}" for i in range(${count})]`];
    for (let i = 0; i < count; i++) {
      const on = parents(shape, i, count).map((p) => `"o${p}"`);
      lines.push(`rule r${i}:`);
      if (on.length > 0) lines.push(`    input: ${on.join(', ')}`);
      lines.push(`    output: touch("o${i}")`, '    shell: "true"');
    }
    writeFileSync(join(directory, 'Snakefile'), `${lines.join('\n')}\n`);
  },
};

function braid(name: string, script: string): Tool {
  return {
    name,
    shapes: ['wide', 'layered', 'chain'],
    command: [join(root, 'bin/braid'), 'run', '-j', '2', 'w.braid'],
    write(directory, shape, count) {
      const lines = ['workflow bench'];
      if (shape === 'wide') {
        lines.push(`step t for each i in 1..${count} {`, `  ${script}`, '}');
      } else if (shape === 'chain') {
        lines.push(
          `step t for each i in 1..${count} {`,
          '  in  before = previous t.n over i ?? 0',
          '  out n: int = i',
          `  ${script}`,
          '}',
        );
      } else {
        const width = Math.max(1, Math.floor(count / 10));
        const links = ['a,b', ...layeredRows(width)];
        writeFileSync(join(directory, 'links.csv'), `${links.join('\n')}\n`);
        lines.push(
          'record Link key a, b { a: int, b: int }',
          'param links: table<Link> = csv("links.csv")',
        );
        for (let layer = 0; layer < 10; layer++) {
          const dimension = layer % 2 === 0 ? 'a' : 'b';
          const other = layer % 2 === 0 ? 'b' : 'a';
          lines.push(`step s${layer} for each ${dimension} in 0..${width - 1} {`);
          if (layer > 0) lines.push(`  in  x = gather s${layer - 1}.n over ${other} via links`);
          lines.push(`  out n: int = ${layer}`, `  ${script}`, '}');
        }
      }
      writeFileSync(join(directory, 'w.braid'), `${lines.join('\n')}\n`);
    },
  };
}

/** Each of a layer waits for three of the layer before, whichever way round the pair is read. */
function layeredRows(width: number): string[] {
  const rows: string[] = [];
  for (let a = 0; a < width; a++) {
    for (const k of [0, 1, 2]) rows.push(`${a},${(a + k) % width}`);
  }
  return rows;
}

/** Wall seconds of one run in a fresh directory. */
function measure(tool: Tool, shape: Shape, count: number): number {
  const directory = join(ground, String(places++));
  mkdirSync(directory);
  tool.write(directory, shape, count);
  spawnSync('sync');
  const [command, ...args] = tool.command;
  const start = process.hrtime.bigint();
  const run = spawnSync(command, args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (run.status !== 0) throw new Error(`${tool.name} ${shape}: exit ${run.status}\n${run.stderr}`);
  return seconds;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

function main(): void {
  const count = option('--count', 1000);
  const rounds = option('--rounds', 5);
  const tools = [
    ninja,
    make,
    braid('braid exec', 'script exec ["true"]'),
    braid('braid bash', 'script bash """true"""'),
  ];
  if (!process.argv.includes('--no-snakemake')) tools.push(snakemake);
  console.log(
    `${count} instances of \`true\`, 2 at a time, ${rounds} rounds: median seconds (ratio to ninja)`,
  );
  for (const shape of ['wide', 'layered', 'chain'] as const) {
    const seconds = new Map<string, number[]>();
    const taking = tools.filter((tool) => tool.shapes.includes(shape));
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? taking : [...taking].reverse();
      for (const tool of order) {
        if (tool.name === 'snakemake' && round >= 2) continue;
        const list = seconds.get(tool.name) ?? [];
        list.push(measure(tool, shape, count));
        seconds.set(tool.name, list);
      }
    }
    const base = seconds.get('ninja') ?? [];
    const cells = taking.map((tool) => {
      const list = seconds.get(tool.name) ?? [];
      const ratio = median(list.map((value, i) => value / (base[i] ?? Number.NaN)));
      return `${tool.name} ${median(list).toFixed(2)} (${ratio.toFixed(2)})`;
    });
    console.log(`  ${shape.padEnd(8)} ${cells.join('   ')}`);
  }
}

try {
  main();
} finally {
  rmSync(ground, { recursive: true, force: true });
}
