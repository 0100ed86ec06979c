import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, braidJson, scratch, start, until, write } from './braid.ts';

/** Detects in each image of a cell, merges, and measures each image again with what was merged. */
const library = `workflow measure version "1.0"
param images: list<file>
param label: string
param counter: string
param gate: string = "/"
let prefix = "@{label}-"

step detect for each image in images {
  out peaks: file = "peaks.txt"
  script bash """
    echo "detect $BRAID_KEY" >> @{counter}
    sed "s/^/@{prefix}/" @{image} > @{peaks}
  """
}
step merge {
  in  peaks = gather detect.peaks
  out merged: file = "merged.txt"
  script bash """
    echo "merge $BRAID_KEY" >> @{counter}
    until [ -e @{gate} ]; do sleep 0.05; done
    cat @{peaks} > @{merged}
  """
}
step measure for each image in images {
  in  merged = merge.merged
  out table: file = "table.txt"
  out rows: int = text("rows.txt")
  script bash """
    echo "measure $BRAID_KEY" >> @{counter}
    cat @{image} @{merged} > @{table}
    wc -l < @{table} > rows.txt
  """
}
step catalog {
  in  tables = gather measure.table
  in  rows = gather measure.rows
  out catalog: file = "catalog.txt"
  script bash """
    echo "catalog $BRAID_KEY" >> @{counter}
    echo "@{label} of @{len(images)}: @{sum(rows)} rows" > @{catalog}
    cat @{tables} >> @{catalog}
  """
}
output catalog: file = catalog.catalog
`;

const caller = `workflow cells version "1.0"
use "lib/measure.braid" as measure
record Cell key tract, patch { tract: int, patch: int, name: string }
param cells: table<Cell> = csv("cells.csv")
param counter: string
param gate: string = "/"

step image for each c in cells, band in ["g", "r"] {
  out image: file = "image.txt"
  when band != "r" or patch != 2
  script bash """
    echo "image $BRAID_KEY" >> @{counter}
    echo @{c.name} @{band} > @{image}
  """
}
call measure as objects for each c in cells {
  images = gather image.image over band
  label = c.name
  counter = counter
  gate = gate
}
step all {
  in  catalogs = gather objects.catalog over tract, patch
  out all: file = "all.txt"
  script bash """
    echo "all" >> @{counter}
    cat @{catalogs} > @{all}
  """
}
output all: file = all.all publish "all"
`;

function directory() {
  const dir = scratch({
    'w.braid': caller,
    'lib/measure.braid': library,
    'cells.csv': 'tract,patch,name\n1,1,a\n1,2,b\n2,1,c\n',
  });
  const counter = join(dir, 'count');
  const executed = () =>
    existsSync(counter) ? readFileSync(counter, 'utf8').trim().split('\n') : [];
  return { dir, executed, args: ['w.braid', '-j', '2', '--set', `counter=${counter}`] };
}

/** What all.txt holds, computed here: one line a catalog, then the tables of its images in band order. */
function expected(): string {
  const cells = [
    ['a', ['g', 'r']],
    ['b', ['g']],
    ['c', ['g', 'r']],
  ] as const;
  return cells
    .map(([name, bands]) => {
      const merged = bands.map((band) => `${name}-${name} ${band}`);
      const tables = bands.flatMap((band) => [`${name} ${band}`, ...merged]);
      return [`${name} of ${bands.length}: ${tables.length} rows`, ...tables].join('\n');
    })
    .join('\n');
}

test('a library runs once for each key, and is killed, edited and resumed without loss', async () => {
  const { dir, executed, args } = directory();
  const gate = join(dir, 'open');
  const engine = start(dir, ['run', ...args, '--set', `gate=${gate}`]);
  await until('both lanes to wait in a merge', () => {
    return executed().filter((line) => line.startsWith('merge')).length === 2;
  });
  engine.process.kill('SIGKILL');
  await engine.ended;
  // The run keeps the library with its text: what is edited now is for the next one.
  write(dir, { 'lib/measure.braid': library.replace(' of ', ' from '), open: '' });
  const resumed = braid(dir, ['resume', 'last', '-j', '2']);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(readFileSync(join(dir, 'results/all/all.txt'), 'utf8').trim()).toBe(expected());
  expect(executed().length).toBe(new Set(executed()).size);
  expect(executed().length).toBe(5 + 5 + 3 + 5 + 3 + 1);

  const { steps } = braidJson(dir, ['status', 'last']);
  const inside = steps.find((s: { name: string }) => s.name === 'objects.detect');
  expect(inside).toMatchObject({ total: 6, succeeded: 5, skipped: 1 });
}, 60_000);

test('a second run does nothing, and names of calls do not count', () => {
  const { dir, executed, args } = directory();
  expect(braid(dir, ['run', ...args]).code).toBe(0);
  const before = executed();
  expect(braid(dir, ['logs', 'last', 'objects[tract=1, patch=2].merge']).code).toBe(0);
  expect(braid(dir, ['run', ...args]).code).toBe(0);
  write(dir, { 'w.braid': caller.replaceAll('objects', 'things') });
  expect(braid(dir, ['run', ...args]).code).toBe(0);
  expect(executed()).toEqual(before);

  const name = 'things[tract=1, patch=2].measure[image=0]';
  expect(braid(dir, ['why', 'last', name]).stdout).toContain(name);
  expect(braid(dir, ['why', 'last', 'things.measure[tract=1, patch=2, image=0]']).stdout).toContain(
    name,
  );
  expect(braid(dir, ['why', 'last', 'things[tract=1, patch=9].merge']).code).not.toBe(0);

  write(dir, { 'lib/measure.braid': library.replace(' of ', ' from ') });
  const { steps } = braidJson(dir, [
    'plan',
    ...args.filter((a) => a !== '-j' && a !== '2'),
    '--why',
  ]);
  const toRun = steps.map((s: { name: string; toRun: number }) => [s.name, s.toRun]);
  expect(Object.fromEntries(toRun)).toMatchObject({
    'things.measure': 0,
    'things.catalog': 3,
    all: 1,
  });
}, 60_000);
