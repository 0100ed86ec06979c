import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, braidJson, scratch, start, until, write } from './braid.ts';

const text = `workflow edited version "1.0"
record Visit key visit { visit: int, band: string }
param visits: table<Visit> = csv("visits.csv")
param counter: string
param gate: string = "/"
param scale: int = 1
step raw for each v in visits {
  out x: file = "x.txt"
  out n: int = text("n.txt")
  script bash """
    echo raw >> @{counter}
    until [ -e @{gate} ]; do sleep 0.05; done
    echo @{v.visit} | tee n.txt > @{x}
  """
}
step coadd for each (band) in visits {
  in  raws = gather raw.x over visit via visits
  out x: file = "x.txt"
  resources { memory = 1 GB, time = 1 h }
  script bash """
    echo coadd >> @{counter}
    cat @{raws} > @{x}
  """
}
step scaled for each v in visits {
  in  n = raw.n
  out x: file = "x.txt"
  script bash """
    echo scaled >> @{counter}
    echo $(( @{n} * @{scale} )) > @{x}
  """
}
step report {
  in  coadds = gather coadd.x over band
  out x: file = "x.txt"
  script bash file "report.sh" args [x, coadds]
}
output report: file = report.x publish "."
`;

function directory() {
  const dir = scratch({
    'edited.braid': text,
    'visits.csv': 'visit,band\n1,g\n2,g\n3,r\n',
    'report.sh': 'out=$1; shift; cat "$@" > "$out"\n',
  });
  const counter = join(dir, 'count');
  const args = ['edited.braid', '--set', `counter=${counter}`];
  return { dir, counter, args };
}

interface Step {
  readonly name: string;
  readonly change: string;
  readonly same: number;
  readonly rerun: number;
  readonly unknown: number;
  readonly added: number;
  readonly removed: number;
  readonly reasons: readonly { readonly text: string; readonly components: readonly string[] }[];
}

/** Steps by name: change, the same, rerun, may rerun, added, removed. */
function counts(document: { against: { steps: readonly Step[] } }) {
  return Object.fromEntries(
    document.against.steps.map((s) => [
      s.name,
      [s.change, s.same, s.rerun, s.unknown, s.added, s.removed],
    ]),
  );
}

test('another version of the text: what it adds, removes, reruns and why', () => {
  const { dir, args } = directory();
  const edited = text
    .replace('echo coadd >>', 'echo coadding >>')
    .replace('memory = 1 GB', 'memory = 2 GB')
    .replace(/step scaled[\s\S]*?\n}\n/, '')
    .replace('step report', 'step summary')
    .replace('= report.x', '= summary.x');
  write(dir, {
    'before.braid': text,
    'edited.braid': edited,
    'visits.csv': 'visit,band\n1,g\n2,g\n3,r\n4,r\n',
  });
  const set = ['--set', 'visits=csv("visits.csv")'];
  const plan = braid(dir, ['plan', ...args, ...set, '--against', 'before.braid']);
  expect(plan.code, plan.stderr).toBe(0);
  expect(plan.stdout).toMatchInlineSnapshot(`
    "plan edited

      against before.braid:

      coadd: 2 to rerun
        2: script changed
        memory: 1 GB -> 2 GB (reruns nothing)

      summary: 1 added

      scaled: 4 removed

      report: 1 removed

      4 the same, 2 to rerun, 1 added, 5 removed
      at most 2 core-hours anew
    "
  `);
  const document = braidJson(dir, ['plan', ...args, '--against', 'before.braid']);
  expect(counts(document)).toEqual({
    raw: ['same', 4, 0, 0, 0, 0],
    coadd: ['changed', 0, 2, 0, 0, 0],
    summary: ['added', 0, 0, 0, 1, 0],
    scaled: ['removed', 0, 0, 0, 0, 4],
    report: ['removed', 0, 0, 0, 0, 1],
  });
  expect(document.against.coreHours).toEqual({
    before: { min: 2, max: 2 },
    after: { min: 2, max: 2 },
    anew: 2,
  });
});

test('a run: what would rerun is what a run then does', () => {
  const { dir, counter, args } = directory();
  expect(braid(dir, ['run', ...args]).code).toBe(0);
  const against = (...more: string[]) =>
    braidJson(dir, ['plan', ...args, ...more, '--against', 'last']);
  const nothing = against();
  expect(nothing.against.totals).toEqual({
    same: 9,
    rerun: 0,
    unknown: 0,
    added: 0,
    removed: 0,
    unmade: 0,
  });

  // A program that a step runs, a parameter, a new row, a layout that means nothing.
  write(dir, {
    'report.sh': 'out=$1; shift; sort "$@" > "$out"\n',
    'visits.csv': 'visit,band\n1,g\n2,g\n3,r\n4,g\n',
    'edited.braid': text.replace('step raw for', '# edited\nstep  raw   for'),
  });
  const document = against('--set', 'scale=3');
  expect(counts(document)).toEqual({
    raw: ['changed', 3, 0, 0, 1, 0],
    coadd: ['changed', 1, 1, 0, 0, 0],
    scaled: ['changed', 0, 3, 0, 1, 0],
    report: ['changed', 0, 1, 0, 0, 0],
  });
  const reasons = Object.fromEntries(
    document.against.steps.map((s: Step) => [s.name, s.reasons.map((r) => [r.text, r.components])]),
  );
  expect(reasons).toEqual({
    raw: [],
    coadd: [['input raws: made anew by `raw`', ['input raws']]],
    scaled: [['parameter scale: 1 -> 3', ['parameter scale']]],
    report: [['script changed; input coadds: made anew by `coadd`', ['script', 'input coadds']]],
  });
  write(dir, { count: '' });
  expect(braid(dir, ['run', ...args, '--set', 'scale=3']).code).toBe(0);
  const executed = readFileSync(counter, 'utf8').trim().split('\n').sort();
  expect(executed).toEqual(['coadd', 'raw', 'scaled', 'scaled', 'scaled', 'scaled']);
});

test('editing the file does not touch a run; the comparison with it says what is different', async () => {
  const { dir, args } = directory();
  const gate = join(dir, 'gate');
  const running = start(dir, ['run', ...args, '--set', `gate=${gate}`]);
  await until('a script', () => existsSync(join(dir, 'count')));
  write(dir, {
    'edited.braid': text.replace('echo @{v.visit} |', 'echo 10@{v.visit} |'),
    'report.sh': 'exit 3\n',
  });
  const plan = braid(dir, ['plan', ...args, '--set', `gate=${gate}`, '--against', 'last']);
  expect(plan.code, plan.stderr).toBe(0);
  expect(plan.stdout.replace(/run \w{10}/, 'run RUN')).toMatchInlineSnapshot(`
    "plan edited

      against run RUN:

      raw: 3 to rerun
        3: script changed

      coadd: 2 to rerun
        2: input raws: made anew by \`raw\`

      scaled: 3 that may rerun
        3: it hinges on \`raw.n\`, which is not known before it ran

      report: 1 to rerun
        report: script changed; input coadds: made anew by \`coadd\`

      0 the same, 6 to rerun, 3 known only at run time; 9 of these have not been made yet
      at most 2 core-hours anew
    "
  `);
  running.process.kill('SIGKILL');
  await running.ended;
  write(dir, { gate: '' });
  expect(braid(dir, ['resume', 'last']).code).toBe(0);
  expect(readFileSync(join(dir, 'results/x.txt'), 'utf8')).toBe('1\n2\n3\n');
});

test('a run goes on from an edited text, using again what is the same', async () => {
  const { dir, args } = directory();
  write(dir, { 'edited.braid': text.replace('echo coadd >>', 'exit 4; echo coadd >>') });
  expect(braid(dir, ['run', ...args, '--set', 'scale=5', '--sample', 'visit=2']).code).toBe(1);
  const old = braidJson(dir, ['status', 'last']).run;
  write(dir, { 'fixed.braid': text, count: '' });
  // What is given again for a retry: resources and the order, in this run only.
  const retry = ['retry', old, ':failed', '--with', 'memory = 2 GB, priority = 9', '--yes'];
  expect(braid(dir, retry).code).toBe(1);
  const events = braid(dir, ['events', old, '--json']).stdout.trim().split('\n');
  const last = events
    .map((line) => JSON.parse(line).event)
    .findLast(({ kind }) => kind === 'submission.intended');
  expect([last.priority, last.shape.memoryBytes]).toEqual([9, 2e9]);

  write(dir, { count: '' });
  const resumed = braid(dir, ['resume', old, '--from', 'fixed.braid']);
  expect(resumed.code, resumed.stderr).toBe(0);
  // The settings and the slice of the old run hold, and nothing of it is made again.
  expect(readFileSync(join(dir, 'count'), 'utf8')).toBe('coadd\n');
  const status = braidJson(dir, ['status', 'last']);
  expect(status.run).not.toBe(old);
  expect(status.steps.map((s: { reused: number }) => s.reused)).toEqual([2, 0, 2, 0]);
  expect(braid(dir, ['events', 'last', '--json']).stdout).toContain(`"continues":"${old}"`);
});

test('a run that is under way does not go on from another text', async () => {
  const { dir, args } = directory();
  const gate = join(dir, 'gate');
  const running = start(dir, ['run', ...args, '--set', `gate=${gate}`]);
  await until('a script', () => existsSync(join(dir, 'count')));
  const refused = braid(dir, ['resume', 'last', '--from', 'edited.braid']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('is under way');
  running.process.kill('SIGKILL');
  await running.ended;
  const open = braid(dir, ['resume', 'last', '--from', 'edited.braid']);
  expect(open.code).toBe(2);
  expect(open.stderr).toContain('attempts under way');
  write(dir, { gate: '' });
  expect(braid(dir, ['resume', 'last']).code).toBe(0);
});
