import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { braid, braidJson, root, write } from './braid.ts';
import { shippedSchemas, validator } from './schemas.ts';

const validate = validator();
const examples = join(root, 'workflows/examples');

/** Everything that a document can show: fan-out, gathers, a condition, values, failures, a table. */
const text = `workflow shown version "1.0"
record Row key id { id: int, band: string }
param rows: table<Row> = csv("rows.csv")
param flag: string = "/nonexistent"
step make for each r in rows {
  out n: int = text("n.txt")
  out x: file = "x.txt"
  resources { memory = 1 GB, time = 1 min }
  retry 1 { on exit(75) }
  script bash """
    echo making
    echo @{r.id} > n.txt
    echo @{r.id} > @{x}
    [ -e @{flag} ] || [ @{r.id} -ne 2 ] || exit 75
  """
}
step warn for each r in rows {
  tolerate 3
  script bash """
    exit 3
  """
}
step sum {
  in  ns = gather make.n
  in  xs = gather make.x
  when sum(ns) > 0
  out total: file = "total.txt"
  script bash """
    cat @{xs} > @{total}
  """
}
step never for each r in rows {
  when r.id > 7
  script bash """
    false
  """
}
step state for each r in rows {
  in  before = previous state.s over id ?? 0
  out s: int = text("s.txt")
  script bash """
    echo $(( @{before} + 1 )) > s.txt
  """
}
output made: list<file> = gather make.x over id publish "made"
`;

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'braid-schemas-'));
  const wrong = 'workflow w\nstep a {\n  in x = b.y\n  resource { cpus = 1 }\n}\n';
  write(dir, { 'shown.braid': text, 'rows.csv': 'id,band\n1,g\n2,r\n3,g\n', 'wrong.braid': wrong });
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Each must fit its schema, in which nothing that is there may be left out. */
function expectFits(name: string, ...documents: readonly unknown[]): void {
  for (const each of documents) expect(validate(name, each), JSON.stringify(each)).toBe('');
}

const shown = (verb: string, ...more: string[]) =>
  braidJson(dir, [verb, 'shown.braid', '--set', `flag=${join(dir, 'flag')}`, ...more]);

function lines(stdout: string): { event: { kind: string } }[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('check', () => {
  const wrong = braidJson(dir, ['check', 'wrong.braid', 'nowhere.braid']);
  expect(wrong.items.length).toBeGreaterThan(1);
  expectFits('check', wrong, braidJson(dir, ['check', 'shown.braid']));
});

test('plan', () => {
  expect(shown('plan').workflow).toBe('shown');
  expectFits('plan', shown('plan'), shown('plan', '--why'), shown('plan', '--set', 'x=1'));
  const edited = text.replace('echo making', 'echo made').replace('memory = 1 GB', 'memory = 2 GB');
  write(dir, { 'edited.braid': edited });
  expectFits('plan', shown('plan', '--sample', 'id=2'), shown('plan', '--against', 'edited.braid'));
  for (const name of ['02-twinkles', '04-dynamic-fanout', '05-cosmology-sweep', '07-nightly']) {
    expectFits('plan', braidJson(examples, ['plan', `${name}.braid`]));
  }
});

test('graph', () => {
  for (const name of ['02-twinkles', '04-dynamic-fanout']) {
    for (const more of [[], ['--instances']]) {
      const ended = braid(examples, ['graph', `${name}.braid`, '--format', 'json', ...more]);
      expectFits('graph', JSON.parse(ended.stdout));
    }
  }
});

test('a run that fails, is held, released and retried; one that reuses; all that is read of them', () => {
  const set = ['--set', `flag=${join(dir, 'flag')}`];
  const first = braid(dir, ['run', 'shown.braid', ...set, '--json']);
  expect(first.code).toBe(1);
  expectFits('event', ...lines(first.stdout));

  const failures = braidJson(dir, ['failures', 'last']);
  expect(failures.items.length).toBeGreaterThan(3);
  expectFits('failures', failures);
  for (const instance of ['make[id=2]', 'make[id=1]', 'sum', 'warn[id=1]', 'never[id=1]']) {
    expectFits('why', braidJson(dir, ['why', 'last', instance]));
  }
  expect(braid(dir, ['why', 'last', 'never[id=1]']).stdout).toBe(
    'never[id=1]: skipped\n  its `when` is false: `r.id > 7`\n    r.id is 1\n',
  );
  expectFits('logs', braidJson(dir, ['logs', 'last', 'make[id=2]']));
  expectFits('audit', braidJson(dir, ['audit', 'last']));

  for (const verb of ['hold', 'release']) {
    expectFits('answer', braidJson(dir, [verb, 'last', 'sum', '--yes']));
  }
  expectFits('why', braidJson(dir, ['why', 'last', 'sum']));
  write(dir, { flag: '' });
  const with2 = ['--with', 'memory = 2 GB', '--json'];
  const retried = braid(dir, ['retry', 'last', ':failed', '--yes', ...with2]);
  expect(retried.code, retried.stderr).toBe(0);
  const [answer, ...further] = lines(retried.stdout);
  expectFits('answer', answer);
  expectFits('event', ...further);
  expect(further.at(-1)?.event).toEqual({ kind: 'run.ended', state: 'succeeded' });
  expectFits('status', braidJson(dir, ['status']));
  expectFits('plan', shown('plan', '--why'));

  expect(braid(dir, ['run', 'shown.braid', ...set]).code).toBe(0);
  expectFits('runs', braidJson(dir, ['runs']));
  const kinds = new Set<string>();
  for (const { run } of braidJson(dir, ['runs']).items) {
    const events = lines(braid(dir, ['events', run, '--json']).stdout);
    expectFits('event', ...events);
    for (const { event } of events) kinds.add(event.kind);
  }
  expect(kinds).toContain('instance.reused');
  expect(kinds).toContain('instance.retried');
  expect(kinds).toContain('intervention.answered');
  expectFits('clean', braidJson(dir, ['clean', 'last', '--yes']));
});

test('the events of fan-out at run time, with a warning', () => {
  const growing = `workflow growing
record Part key part { part: string }
step split for each i in 1..2 {
  out parts: table<Part> = csv("parts.csv") expect 3..9
  script bash """
    echo part > parts.csv
    echo p@{i} >> parts.csv
  """
}
step work for each i in 1..2, p in split.parts {
  script exec ["echo", p.part]
}
`;
  write(dir, { 'growing/growing.braid': growing });
  const ended = braid(join(dir, 'growing'), ['run', 'growing.braid', '--json']);
  const events = lines(ended.stdout);
  expectFits('event', ...events);
  const kinds = events.map(({ event }) => event.kind);
  expect(kinds).toContain('step.expanded');
  expect(kinds).toContain('instance.warned');
});

test('every kind of event is described, and no other', () => {
  const source = readFileSync(join(root, 'engine/run/event.ts'), 'utf8');
  const kinds = [...source.matchAll(/kind: '([a-z]+\.[a-z]+)'/g)].map((match) => match[1]);
  const described = [
    ...JSON.stringify(shippedSchemas().get('event')).matchAll(/"const":"([a-z.]+)"/g),
  ]
    .map((match) => match[1])
    .filter((kind) => kind?.includes('.'));
  expect(kinds.length).toBeGreaterThan(20);
  expect(described.sort()).toEqual([...new Set(kinds)].sort());
});

test('every schema says what it is of, and that the format is 1', () => {
  for (const [name, schema] of shippedSchemas()) {
    expect(schema.$id, name).toBe(`${name}.json`);
    expect(schema.description, name).toMatch(/\.$/);
    if (['diagnostic', 'cause'].includes(name)) continue;
    expect(JSON.stringify(schema), name).toContain('"format":{"const":1}');
  }
});

test('the check can fail: a field too many, one too few, a wrong value', () => {
  const status = { format: 1, items: [] };
  expect(validate('check', status)).toBe('');
  expect(validate('check', { ...status, more: 1 })).toContain(
    'must NOT have additional properties',
  );
  expect(validate('check', { format: 1 })).toContain("must have required property 'items'");
  expect(validate('check', { ...status, format: 2 })).toContain('must be equal to constant');
  expect(validate('nothing', status)).toContain('there is no schema');
});
