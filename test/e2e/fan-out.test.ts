import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lacks } from '../setup/needs.ts';
import { braid, braidJson, root, scratch, start, until } from './braid.ts';

/** Fan-out known only at run time, with the real engine and scripts. */
const clusters = join(root, 'workflows/clusters/clusters.braid');

/** By step: how many instances ran well, were reused, are there. */
function counts(dir: string): Record<string, readonly [ran: number, reused: number, all: number]> {
  const { steps } = braidJson(dir, ['status', 'last']);
  return Object.fromEntries(
    steps.map((step: { name: string; succeeded: number; reused: number; total: number }) => [
      step.name,
      [step.succeeded, step.reused, step.total],
    ]),
  );
}

/** How often each instance ended well in the last run. */
function successes(dir: string): Map<number, number> {
  const ends = new Map<number, number>();
  for (const line of braid(dir, ['events', 'last', '--json']).stdout.trim().split('\n')) {
    const { event } = JSON.parse(line);
    if (event.kind !== 'attempt.ended' || event.outcome.kind !== 'succeeded') continue;
    ends.set(event.instance, (ends.get(event.instance) ?? 0) + 1);
  }
  return ends;
}

test.skipIf(lacks('python3'))(
  'clusters: killed with -9 while it fans out, resumed, run again, run with another threshold',
  async () => {
    const fields = [
      { field: 1, groups: 4, galaxies: 60 },
      { field: 2, groups: 3, galaxies: 60 },
    ];
    const dir = scratch({ 'small.json': JSON.stringify({ fields }) });
    const args = ['run', '-j', '2', clusters, '--params', 'small.json'];
    const engine = start(dir, args);
    await until('a fit', () => {
      const status = braid(dir, ['status', 'last', '--json']);
      if (status.code !== 0) return false;
      return JSON.parse(status.stdout).steps[2].succeeded > 0;
    });
    engine.process.kill('SIGKILL');
    await engine.ended;
    const resumed = braid(dir, ['resume', 'last']);
    expect(resumed.code, resumed.stderr).toBe(0);
    const first = counts(dir);
    const [fits = 0] = first.fit ?? [];
    expect(fits).toBeGreaterThan(3);
    expect(first).toMatchObject({ sky: [2, 0, 2], find: [2, 0, 2], summary: [2, 0, 2] });
    // Nothing is lost, nothing is doubled.
    const ends = successes(dir);
    expect(ends.size).toBe(2 + 2 + fits + 2 + 1);
    expect([...ends.values()].every((times) => times === 1)).toBe(true);
    const table = readFileSync(join(dir, 'results/clusters/fields.csv'), 'utf8');
    expect(table.split('\n')[0]).toBe('field,planted,found,members,largest');
    expect(existsSync(join(dir, 'results/clusters/profiles/field=1/group=G01/fit.json'))).toBe(
      true,
    );

    expect(braid(dir, args).code).toBe(0);
    expect(counts(dir)).toMatchObject({ fit: [0, fits, fits], sizes: [0, 1, 1] });
    expect(braid(dir, [...args, '--set', 'minMembers=25']).code).toBe(0);
    const [ran, reused, all] = counts(dir).fit ?? [];
    expect([ran, all]).toEqual([0, reused]);
    expect(all).toBeLessThan(fits);
  },
);

const groups = `workflow groups
record Group key group {
  group: string
  size: int
  note: file
}
record Pair key left, right {
  left:  string
  right: string
}
param fields: list<int> = [1, 2, 3]
step find for each field in fields {
  out groups: table<Group> = csv("groups.csv") expect 1..2
  out pairs:  table<Pair>  = csv("pairs.csv")
  retry 2
  script bash """
    echo group,size,note > groups.csv
    for i in $(seq @{field}); do echo "note $i" > "note_$i"; echo "g$i,$i,note_$i" >> groups.csv; done
    if [ "$BRAID_ATTEMPT" = 1 ] && [ @{field} = 2 ]; then echo g1,7,note_1 >> groups.csv; fi
    echo left,right > pairs.csv
    for i in $(seq @{field}); do
      for j in $(seq $i @{field}); do echo "g$i,g$j" >> pairs.csv; done
    done
  """
}
step split for each field in fields, g in find.groups {
  out parts: list<file> = files("part_*") expect 1..100
  script bash """
    for i in $(seq @{g.size}); do echo "@{field} @{group} $i $(cat @{g.note})" > "part_$i"; done
  """
}
step work for each field in fields, g in find.groups, f in split.parts {
  out text: file = "text"
  script bash """
    cat @{f} > @{text}
  """
}
step count for each field in fields, g in find.groups {
  in  texts = gather work.text over f
  out n: int = text("n")
  script bash """
    cat @{texts} | wc -l > n
  """
}
step big for each field in fields, g in find.groups where count.n >= 2 {
  out t: file = "t"
  script bash """
    echo "big @{field} @{group}" > @{t}
  """
}
step near for each field in fields, (left) in find.pairs {
  in  texts = gather work[group = right].text over right, f via find.pairs
  out t: file = "t"
  script bash """
    echo "near @{field} @{left}: $(cat @{texts} | wc -l)" > @{t}
  """
}
step report {
  in  ns    = gather count.n over field, group
  in  bigs  = gather big.t over field, group ?? []
  in  nears = gather near.t over field, left
  out t: file = "t"
  when len(ns) > 2
  script bash """
    echo @{ns} > @{t}
    cat @{bigs} @{nears} >> @{t}
  """
}
output report = report.t publish "out"
output parts  = gather split.parts over field, group publish "parts"
`;

test('a bad manifest is tried again; fan-out over fan-out, lists of files, tables of steps', () => {
  const dir = scratch({ 'groups.braid': groups });
  const run = braid(dir, ['run', 'groups.braid']);
  expect(run.code, run.stdout + run.stderr).toBe(0);
  expect(run.stdout).toContain(
    '[E0702] groups.csv:4:1: two rows have the key group=g1; it is tried again',
  );
  expect(counts(dir)).toEqual({
    find: [3, 0, 3],
    split: [6, 0, 6],
    work: [10, 0, 10],
    count: [6, 0, 6],
    big: [3, 0, 3],
    near: [6, 0, 6],
    report: [1, 0, 1],
  });
  expect(readFileSync(join(dir, 'results/out/t'), 'utf8').trim().split('\n')).toEqual([
    '1 1 2 1 2 3',
    ...['big 2 g2', 'big 3 g2', 'big 3 g3'],
    ...['near 1 g1: 1', 'near 2 g1: 3', 'near 2 g2: 2'],
    ...['near 3 g1: 6', 'near 3 g2: 5', 'near 3 g3: 3'],
  ]);
  expect(readFileSync(join(dir, 'results/parts/field=3/group=g2/part_2'), 'utf8')).toBe(
    '3 g2 2 note 2\n',
  );
  const events = braid(dir, ['events', 'last']).stdout;
  expect(events).toContain('find[field=3]: `groups` has 3, where 1..2 were expected');
  // Several manifests may come in one tick.
  expect(events).toMatch(/fan-out over group: [1-9]\d* more known/);
  expect(braid(dir, ['why', 'last', 'work[field=3, group=g3, f=2]']).stdout).toContain('succeeded');
  expect(braid(dir, ['logs', 'last', 'big[field=2, group=g2]']).code).toBe(0);
  expect(braid(dir, ['run', 'groups.braid']).stdout).toContain(': 35 reused');
});

test('what is wrong with a fan-out is said at whom it concerns', () => {
  const text = `workflow wrong
record Part key part {
  part: string
  at:   file
}
policy { expect = "strict" }
param asked: list<string> = ["p1", "p2"]
step few {
  out parts: table<Part> = csv("parts.csv") expect 2..9
  script bash """
    printf 'part,at\\\\np1,here\\\\n' > parts.csv; touch here
  """
}
step lost {
  out parts: table<Part> = csv("parts.csv")
  script bash """
    printf 'part,at\\\\np1,nowhere\\\\n' > parts.csv
  """
}
step twice {
  out names: list<string> = lines("names")
  script bash """
    printf 'a\\\\nb\\\\na\\\\n' > names
  """
}
step made {
  out parts: table<Part> = csv("parts.csv")
  script bash """
    printf 'part,at\\\\np1,here\\\\n' > parts.csv; touch here
  """
}
step one for each p in made.parts {
  out n: int = text("n")
  script bash """
    echo 1 > n
  """
}
step reader for each part in asked {
  in n = one.n
  script bash """
    echo @{n}
  """
}
step ofFew for each p in few.parts {
  script bash """
    true
  """
}
step ofTwice for each name in twice.names {
  script bash """
    true
  """
}
`.replaceAll('\\\\', '\\');
  const dir = scratch({ 'wrong.braid': text });
  expect(braid(dir, ['run', 'wrong.braid']).code).toBe(1);
  const { items } = braidJson(dir, ['failures', 'last']);
  const told = items.map((item: { instance: string; cause: { kind: string }; text: string }) =>
    [item.instance, item.cause.kind, item.text].join(' | '),
  );
  expect(told.sort()).toEqual([
    'few | invalid | [E0714] `parts` has 1, where 2..9 were expected',
    'lost | missing | not made: nowhere',
    'reader[part=p2] | invalid | [E0704] no instance of `one` has the keys of this one',
    'twice | invalid | [E0702] `names`: the key name=a stands there twice',
  ]);
  expect(braidJson(dir, ['status', 'last'])).toMatchObject({ state: 'failed' });
});
