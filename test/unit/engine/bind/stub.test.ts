import { expect, test } from 'vitest';
import { conform, hasErrors } from '../../../../dsl/index.ts';
import { stubValues } from '../../../../engine/bind/stub-values.ts';
import { valueFromJson } from '../../../../engine/bind/value-json.ts';
import {
  load,
  makeBinder,
  makePlan,
  memoryFiles,
  stubBinder,
  stubProgram,
} from '../../../../engine/index.ts';
import { world } from './given.ts';

/** The plan of a stub run, its binder, and the one of a real run. */
async function stubbed(text: string) {
  const files = memoryFiles({ 'w.braid': `workflow w\n${text}` });
  const loaded = await load('w.braid', { files });
  if (hasErrors(loaded.diagnostics)) throw new Error(JSON.stringify(loaded.diagnostics));
  const program = stubProgram(loaded.value.program);
  const plan = makePlan({ ...loaded.value, program }).value;
  const real = makePlan(loaded.value).value;
  return {
    plan,
    binder: stubBinder(makeBinder(plan), plan, loaded.value.reader),
    real: makeBinder(real),
    planned: (name: string) => plan.steps.find(({ step }) => step.name === name)!,
  };
}

const script = 'script bash """\n    work\n  """\n';

const outputs = `type Band = "g" | "r"
record Plain { n: int, x: float?, flag: bool, name: string, band: Band, size: size, at: angle, f: file }
param names: list<string> = ["a", "b"]
step make for each n in names {
  out image: file = "images/@{n}.fits"
  out log:   file? = "log's.txt"
  out all:   dir = "deep/er/all"
  out count: int = json("x.json").a
  out share: float = json("x.json").b
  out good:  bool = json("x.json").c
  out word:  string = text("x.txt")
  out band:  Band = text("band.txt")
  out took:  duration = json("x.json").t
  out maybe: int? = json("x.json").e
  out ints:  list<int> = json("x.json").i
  out parts: list<file> = files("part_*")
  out rows:  table<Plain> = csv("rows.csv")
  out done:  marker
  ${script}}
`;

test('an attempt makes every declared file and runs nothing else', async () => {
  const { binder, real } = await stubbed(outputs);
  const binding = binder.bind(0, world());
  const request = {
    instance: 0,
    number: 1,
    run: 'abc',
    submission: 'braid-abc-1',
    epoch: 1,
    directory: '/runs/0',
    resources: binding.kind === 'ready' ? binding.resources : ({} as never),
    setup: [],
  };
  const { file, script: text } = binder.prepare(request, world());
  expect(file.command).toEqual(['/bin/sh', '../script']);
  expect(text).toBe(
    [
      'set -e',
      "mkdir -p -- 'deep/er/all' 'images'",
      ": >'images/a.fits'",
      ": >'log'\\''s.txt'",
      '',
    ].join('\n'),
  );
  expect(binding).toMatchObject({ kind: 'ready' });
  const other = real.bind(0, world());
  expect(binding.kind === 'ready' && other.kind === 'ready').toBe(true);
  expect((binding as { fingerprint: string }).fingerprint).not.toBe(
    (other as { fingerprint: string }).fingerprint,
  );
});

test('values are of their declared types', async () => {
  const { plan, planned } = await stubbed(outputs);
  const step = planned('make');
  // As if each of them were scattered over.
  const scattered = step.step.outputs.map(({ name }) => ({
    ...step.step.generators[0]!,
    dynamic: { step: 'make', output: name, expect: undefined },
  }));
  const reader = { ...step, step: { ...step.step, name: 'reader', generators: scattered } };
  const watched = { ...plan, steps: [...plan.steps, reader] };
  for (const [where, count] of [
    [plan, 0],
    [watched, 0],
    [watched, 3],
  ] as const) {
    const { values, files } = stubValues(where, step, () => count);
    const valued = step.step.outputs.filter(({ from, type }) => {
      const plain = type.kind === 'optional' ? type.of : type;
      return from && plain.kind !== 'file' && plain.kind !== 'dir';
    });
    expect(Object.keys(values)).toEqual(valued.map(({ name }) => name));
    for (const { name, type, span } of valued) {
      const value = valueFromJson(values[name] ?? null, type, (path) => ({ kind: 'file', path }));
      expect(conform(value, type, { code: 'E0703', what: name, span }).diagnostics).toEqual([]);
    }
    const named = new Set(files);
    expect(named.size).toBe(count === 3 ? 6 : 0);
    if (count === 3) expect(values.rows).toHaveLength(3);
  }
});

test('manifests have the least that is expected, with keys that are distinct and known', async () => {
  const { binder, planned, plan } = await stubbed(`
type Band = "g" | "r"
record Sensor key sensor { sensor: string, nsources: int }
record Cell key tract, patch { tract: int, patch: int }
record Both key band, flag { band: Band, flag: bool }
step patches for each tract in [7, 8], patch in 1..2 {
  out x: file = "x"
  ${script}}
step trim for each v in 1..2 {
  out sensors: table<Sensor> = csv("s.csv") expect 2 + v..189
  out cells:   table<Cell> = csv("c.csv") expect 3
  out both:    table<Both> = csv("b.csv") expect 9
  out parts:   list<file> = files("p_*") expect 2
  out count:   int = text("n.txt")
  out unread:  table<Sensor> = csv("u.csv") expect 5
  ${script}}
step a for each v in 1..2, s in trim.sensors where s.nsources > 0 {
  out x: file = "x"
  ${script}}
step b for each v in 1..2, (tract, patch) in trim.cells {
  in  x = patches.x
  out y: file = "y"
  ${script}}
step c for each v in 1..2, t in trim.both {
  out x: file = "x"
  ${script}}
step d for each v in 1..2, f in trim.parts {
  out x: file = "x"
  ${script}}
step e for each v in 1..2, i in 1..trim.count {
  out x: file = "x"
  ${script}}
`);
  expect(planned('a').step.where).toBeUndefined();
  const collected = await binder.collect(planned('trim').first + 1, '/w', async () => undefined);
  expect(collected).toEqual({
    kind: 'values',
    values: {
      sensors: ['stub1', 'stub2', 'stub3', 'stub4'].map((sensor) => ({ sensor, nsources: 0 })),
      cells: [
        { tract: 7, patch: 1 },
        { tract: 7, patch: 2 },
        { tract: 8, patch: 1 },
      ],
      both: [
        { band: 'g', flag: false },
        { band: 'r', flag: false },
        { band: 'g', flag: true },
        { band: 'r', flag: true },
      ],
      parts: ['stub/parts-0', 'stub/parts-1'],
      count: 1,
      unread: [],
    },
  });
  expect(plan.program.locations).toEqual([]);
});
