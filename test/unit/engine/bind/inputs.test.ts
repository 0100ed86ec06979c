import { expect, describe as group, it } from 'vitest';
import type { Result } from '../../../../engine/bind/binding.ts';
import { describe, type Given, given, resultOf, runAll, world } from './given.ts';

const steps = (consumer: string, producer = 'out x: float = json("x.json").x') => `
step make for each i in [1, 2, 3, 4] {
  ${producer}
  script bash """
    make @{i}
  """
}
${consumer}
`;

/** What an instance hands to its script, with results of `make[i=...]` as given; or why it does not. */
function handed(from: Given, name: string, made: Record<number, unknown>): string {
  const standings = world();
  for (const [i, value] of Object.entries(made)) {
    const id = from.id(`make[i=${i}]`);
    const result = (): Result =>
      typeof value === 'object' && value !== null
        ? resultOf(from, id, `fp${i}`, value as Result['values'])
        : resultOf(from, id, `fp${i}`, { x: value as number });
    standings.set(id, value === null ? { kind: 'absent' } : { kind: 'result', result: result() });
  }
  const instance = from.id(name);
  const binding = from.binder.bind(instance, standings);
  if (binding.kind !== 'ready') return describe(binding);
  const { script } = from.binder.prepare(
    {
      instance,
      number: 1,
      run: 'r',
      submission: 's',
      epoch: 1,
      directory: '/d',
      resources: binding.resources,
      setup: [],
    },
    standings,
  );
  return script?.match(/show (.*)/)?.[1] ?? '';
}

const reader = (body: string) => `
step read {
${body}
  script python """
    show @{v}
  """
}`;

group('a gather', () => {
  it('gives its members in key order, absent ones left out', async () => {
    const from = await given(steps(reader('  in v = gather make.x over i')));
    expect(handed(from, 'read', { 1: 0.1, 2: 0.2, 3: 0.3, 4: 0.4 })).toBe('[0.1, 0.2, 0.3, 0.4]');
    expect(handed(from, 'read', { 1: 0.1, 2: null, 3: 0.3, 4: null })).toBe('[0.1, 0.3]');
  });

  it('blocks its reader when nothing is left', async () => {
    const from = await given(steps(reader('  in v = gather make.x over i')));
    expect(handed(from, 'read', { 1: null, 2: null, 3: null, 4: null })).toBe(
      'blocked: nothing to gather for `v`',
    );
  });

  it('is an empty list, or its fallback, where that is allowed', async () => {
    const none = { 1: null, 2: null, 3: null, 4: null };
    const empty = await given(steps(reader('  in v = gather make.x over i ?? []')));
    expect(handed(empty, 'read', none)).toBe('[]');
    const other = await given(steps(reader('  in v = gather make.x over i ?? [9.5]')));
    expect(handed(other, 'read', none)).toBe('[9.5]');
  });

  it('asks a condition of each member, by its keys and its outputs', async () => {
    const from = await given(
      steps(reader('  in v = gather make.x over i where make.x <= 0.25 or i == 4')),
    );
    expect(handed(from, 'read', { 1: 0.1, 2: 0.2, 3: 0.3, 4: 0.4 })).toBe('[0.1, 0.2, 0.4]');
    expect(handed(from, 'read', { 1: 0.1, 2: null, 3: 0.3, 4: null })).toBe('[0.1]');
  });

  it('asks a condition that names the reader for each reader', async () => {
    const from = await given(
      steps(`
param limits: list<float> = [0.15, 0.35]
step read for each limit in limits {
  in v = gather make.x over i where make.x <= limit
  script python """
    show @{v}
  """
}`),
    );
    const made = { 1: 0.1, 2: 0.2, 3: 0.3, 4: 0.4 };
    expect(handed(from, 'read[limit=0.15]', made)).toBe('[0.1]');
    expect(handed(from, 'read[limit=0.35]', made)).toBe('[0.1, 0.2, 0.3]');
  });

  it('gathers keys in step with what they are the keys of', async () => {
    const from = await given(steps(reader('  in v = gather make.i over i')));
    expect(handed(from, 'read', { 1: 0.1, 2: null, 3: 0.3, 4: 0.4 })).toBe('[1, 3, 4]');
  });

  it('is read anew after a member changed', async () => {
    const from = await given(steps(reader('  in v = gather make.x over i')));
    const standings = world();
    const set = (i: number, x: number) => {
      const id = from.id(`make[i=${i}]`);
      const result = resultOf(from, id, `fp${i}-${x}`, { x });
      standings.set(id, { kind: 'result', result });
    };
    const fingerprint = () => {
      const binding = from.binder.bind(from.id('read'), standings);
      return binding.kind === 'ready' ? binding.fingerprint : '';
    };
    for (const i of [1, 2, 3, 4]) set(i, i);
    const first = fingerprint();
    set(2, 22);
    expect(fingerprint()).not.toBe(first);
    set(2, 2);
    expect(fingerprint()).toBe(first);
  });
});

group('`previous`', () => {
  const chain = `
step walk for each i in [1, 2, 3, 4] {
  in v = previous walk.x over i ?? 100.5
  out x: float = text("x.txt")
  script python """
    show @{v}
  """
}
`;
  const read = async (made: Record<number, number | null>, at: number) => {
    const from = await given(chain);
    const standings = world();
    for (const [i, x] of Object.entries(made)) {
      const id = from.id(`walk[i=${i}]`);
      const result = resultOf(from, id, `fp${i}`, { x: x ?? 0 });
      standings.set(id, x === null ? { kind: 'absent' } : { kind: 'result', result });
    }
    const instance = from.id(`walk[i=${at}]`);
    const binding = from.binder.bind(instance, standings);
    if (binding.kind !== 'ready') return describe(binding);
    return binding.components.find(({ name }) => name === 'input v')?.text;
  };
  it('reads the step before', async () => {
    expect(await read({ 1: 1.5, 2: 2.5 }, 3)).toBe('2.5');
  });
  it('looks past absent ones, to the fallback at the end', async () => {
    expect(await read({ 1: 1.5, 2: null, 3: null }, 4)).toBe('1.5');
    expect(await read({ 1: null, 2: null }, 3)).toBe('100.5');
    expect(await read({}, 1)).toBe('100.5');
  });
});

group('an absent input', () => {
  const optional = 'out x: float = json("x.json").x\n  tolerate 50%';
  const each = (body: string) => `
step read for each i in [1, 2, 3, 4] {
${body}
  script python """
    show @{v}
  """
}`;
  it('blocks its reader', async () => {
    const from = await given(steps(each('  in v = make.x'), optional));
    expect(handed(from, 'read[i=2]', { 2: null })).toBe('blocked: `make[i=2].x` is absent');
    expect(handed(from, 'read[i=2]', { 2: 0.5 })).toBe('0.5');
  });
  it('is its fallback', async () => {
    const from = await given(steps(each('  in v = make.x ?? 7.5'), optional));
    expect(handed(from, 'read[i=2]', { 2: null })).toBe('7.5');
  });
  it('is what the `when` tests', async () => {
    const from = await given(
      steps(each('  in v = make.x\n  when v != none'), `when i > 1\n  ${optional}`),
    );
    expect(handed(from, 'read[i=1]', { 1: null })).toBe('skipped');
    expect(handed(from, 'read[i=2]', { 2: 0.5 })).toBe('0.5');
  });
  it('may be an output that was not made', async () => {
    const from = await given(
      steps(each('  in v = make.x ?? 3.5'), 'out x: float? = json("x.json").x'),
    );
    expect(handed(from, 'read[i=2]', { 2: { x: null } })).toBe('3.5');
  });
});

group('a run-time `when`', () => {
  it('skips its instance, and what only it makes is absent', async () => {
    const from = await given(`
step a for each i in [1, 2] {
  out x: float = text("x")
  script bash """
    a @{i}
  """
}
step b for each i in [1, 2] {
  in x = a.x
  out y: file = "y"
  when x > 1.5
  script bash """
    b @{x} > @{y}
  """
}
step c {
  in ys = gather b.y over i
  script bash """
    c @{ys}
  """
}`);
    const bindings = runAll(from, (name): Record<string, number> => {
      return name.startsWith('a') ? { x: name === 'a[i=1]' ? 1 : 2 } : {};
    });
    expect([...bindings].map(([name, binding]) => `${name} ${describe(binding)}`)).toEqual([
      'a[i=1] ready',
      'a[i=2] ready',
      'b[i=1] skipped',
      'b[i=2] ready',
      'c ready',
    ]);
  });
});

it('makes an expression that has no value an invalid instance, with its place', async () => {
  const from = await given(steps(reader('  in xs = gather make.x over i\n  let v = xs[7]')));
  expect(handed(from, 'read', { 1: 0.1, 2: 0.2, 3: 0.3, 4: 0.4 })).toBe(
    'invalid: E0706 there is no element 7',
  );
});

it('gives rows, tables and lists of a producer back as they were left', async () => {
  const from = await given(`
record Cell key cell {
  cell: string
  area: float
}
step make {
  out cells: table<Cell> = csv("cells.csv")
  out wait: duration = text("wait")
  script bash """
    make
  """
}
step read {
  in cells = make.cells
  in wait = make.wait
  let v = [c.cell for c in cells where c.area > 1.5]
  script python """
    show @{v} @{wait to min}
  """
}`);
  const standings = world();
  const values = {
    cells: [
      { cell: 'a', area: 1 },
      { cell: 'b', area: 2 },
    ],
    wait: 90,
  };
  standings.set(0, { kind: 'result', result: resultOf(from, 0, 'fp', values) });
  const request = { instance: 1, number: 1, run: 'r', submission: 's', epoch: 1, directory: '/d' };
  const resources = {
    cpus: 1,
    gpus: 0,
    memoryBytes: undefined,
    timeMs: undefined,
    diskBytes: undefined,
  };
  const { script } = from.binder.prepare({ ...request, resources, setup: [] }, standings);
  expect(script).toContain("show ['b'] 1.5");
});
