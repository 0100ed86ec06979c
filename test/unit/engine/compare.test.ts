import { describe, expect, test } from 'vitest';
import {
  comparablePlan,
  comparePlans,
  load,
  makeBinder,
  makePlan,
  memoryFiles,
  type Result,
} from '../../../engine/index.ts';

const text = `workflow w
record Part key part { part: string, size: int }
param scale: int = 1
param label: string = "x"
step make for each i in 1..3 {
  out n: int = json("n.json").n
  out x: file = "x.txt"
  retry 1
  script bash """
    make @{i} > @{x}
  """
}
step split for each i in 1..3 {
  in  x = make.x
  out parts: table<Part> = csv("parts.csv") expect 2
  script bash """
    split @{x}
  """
}
step measure for each i in 1..3, p in split.parts {
  out y: file = "y.txt"
  script bash """
    measure @{p.part} @{label} > @{y}
  """
}
step apply for each i in 1..3 {
  in  n = make.n
  in  ys = gather measure.y over part
  out z: file = "z.txt"
  when n > 0
  resources { cpus = 2, time = 30 min }
  script bash """
    apply @{n} @{scale} @{ys} > @{z}
  """
}
`;

async function side(of: string, set: readonly (readonly [string, string])[] = []) {
  const loaded = await load('w.braid', { files: memoryFiles({ 'w.braid': of }), set });
  const plan = comparablePlan(makePlan(loaded.value).value);
  expect([...loaded.diagnostics.map((d) => d.message)]).toEqual([]);
  return { plan, binder: makeBinder(plan, { reader: loaded.value.reader }) };
}

/** A line a step that is not the same: counts, reasons, settings. */
async function compared(
  after: string,
  options: {
    readonly set?: readonly (readonly [string, string])[];
    readonly made?: (instance: number) => Result | undefined;
  } = {},
) {
  const comparison = await comparePlans(
    await side(text),
    await side(after, options.set),
    options.made,
  );
  const lines = comparison.steps.flatMap((s) => {
    const counts = (['same', 'rerun', 'unknown', 'added', 'removed', 'unmade'] as const)
      .filter((name) => s[name] > 0)
      .map((name) => `${s[name]} ${name}`);
    const words = [s.change, ...(s.renamedFrom ? [`from ${s.renamedFrom}`] : []), ...counts];
    const reasons = s.reasons.map((r) => `  ${r.kind} ${r.count}: ${r.text} [${r.components}]`);
    const settings = s.settings.map((c) => `  ${c.name}: ${c.before} -> ${c.after}`);
    return s.change === 'same' && settings.length === 0
      ? []
      : [`${s.name}: ${words.join(', ')}`, ...reasons, ...settings];
  });
  return { lines, comparison };
}

describe('what another version would do differently', () => {
  test('nothing, where only layout, comments and the order of steps are other', async () => {
    const { lines, comparison } = await compared(
      `# edited\n${text.replaceAll('step ', 'step   ')}`,
    );
    expect(lines).toEqual([]);
    expect(comparison.totals).toMatchObject({ same: 9, rerun: 0, unknown: 0 });
  });

  test('a step by another name is the same', async () => {
    const { lines } = await compared(
      text.replaceAll('split', 'cut').replaceAll('cut @{x}', 'split @{x}'),
    );
    expect(lines).toEqual(['cut: renamed, from split, 3 same']);
  });

  test('what a script changes, and what hangs on it through values and tables of the run', async () => {
    const { lines, comparison } = await compared(text.replace('make @{i}', 'make -v @{i}'));
    expect(lines).toEqual([
      'make: changed, 3 rerun',
      '  rerun 3: script changed [script]',
      'split: changed, 3 rerun',
      '  rerun 3: input x: made anew by `make` [input x]',
      'measure: changed',
      'apply: changed, 3 unknown',
      '  unknown 3: how many `measure.y` there are is not known yet []',
    ]);
    expect(comparison.coreHoursAnew).toBeNull();
  });

  test('of a step that fans out at run time: its text and parameters', async () => {
    expect((await compared(text, { set: [['label', 'other']] })).lines).toEqual([
      'measure: changed',
      expect.stringMatching(/^apply: changed, 3 unknown/),
      expect.any(String),
    ]);
  });

  test('resources and care rerun nothing', async () => {
    const cared = text
      .replace('time = 30 min', 'time = 1 h, memory = 2 GB')
      .replace(
        '  retry 1\n',
        '  retry 3 { on oom | exit(75) { memory = memory * 2 } }\n  tolerate 1\n',
      )
      .replace('when n > 0', 'when n > 1');
    expect((await compared(cared)).lines).toEqual([
      'make: same, 3 same',
      '  retry: 1 -> 3 { on oom | exit(75) { memory = memory * 2 } }',
      '  tolerate: null -> 1',
      'apply: same, 3 same',
      '  time: 30 min -> 1 h',
      '  when: n > 0 -> n > 1',
      '  memory: null -> 2 GB',
    ]);
  });

  test('instances that come and go, and how many of a run are not made yet', async () => {
    const result = (fingerprint: string): Result => ({
      fingerprint,
      directory: '/r',
      values: { n: 4 },
      files: [],
    });
    const { lines } = await compared(
      text.replace('step make for each i in 1..3', 'step make for each i in 1..4'),
      {
        made: (instance) => (instance < 2 ? result(String(instance)) : undefined),
      },
    );
    expect(lines).toEqual([
      'make: changed, 3 same, 1 added, 1 unmade',
      // Whether it reads what was added is known only at run time.
      'apply: changed, 3 unknown, 3 unmade',
      expect.any(String),
    ]);
  });
});
