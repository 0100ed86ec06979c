import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, braidJson, root, scratch, write } from './braid.ts';

const sums = `workflow sums version "1.0"
record Row key id { id: int, value: int }
param rows: table<Row> = csv("rows.csv")
param offset: int = 1

step square for each r in rows {
  out y: int = json("y.json").y
  script bash """
    echo square @{r.id} >> "$COUNTER"
    echo "{\\"y\\": $(( @{r.value} * @{r.value} ))}" > y.json
  """
}

step shift for each r in rows {
  in  y = square.y
  out z: file = "z.txt"
  script bash """
    echo shift @{r.id} >> "$COUNTER"
    expr @{y} + @{offset} > @{z}
  """
}

step total {
  in  zs = gather shift.z
  out sum: file = "sum.txt"
  script bash """
    echo total >> "$COUNTER"
    awk '{ s += $1 } END { print s }' @{zs} > @{sum}
  """
}

output total: file = total.sum publish "."
`
  .replaceAll('"$COUNTER"', '"@{counter}"')
  .replace('param offset', 'param counter: string = "/dev/null"\nparam offset');

const rows = 'id,value\n1,2\n2,3\n3,4\n';

function directory() {
  const dir = scratch({ 'sums.braid': sums, 'rows.csv': rows });
  const counter = join(dir, 'count');
  const args = ['run', 'sums.braid', '--set', `counter=${counter}`];
  const executed = () => {
    const lines = existsSync(counter)
      ? readFileSync(counter, 'utf8').trim().split('\n').sort()
      : [];
    write(dir, { count: '' });
    return lines.filter((line) => line !== '');
  };
  const predicted = (...more: string[]) => {
    const plan = braidJson(dir, [
      'plan',
      'sums.braid',
      '--set',
      `counter=${counter}`,
      '--why',
      ...more,
    ]);
    return Object.fromEntries(
      plan.steps.map((step: { name: string; toRun: number; unknown: number }) => [
        step.name,
        // What reads a value is known only when the value is made anew: if it is the same, nothing runs.
        step.toRun + step.unknown,
      ]),
    );
  };
  return { dir, args, executed, predicted };
}

test('hello-panda runs, and runs again without work', () => {
  const dir = scratch();
  const file = join(root, 'workflows/hello-panda.braid');
  const first = braid(dir, ['run', file]);
  expect(first.stderr + first.stdout).toContain('succeeded');
  expect(first.code).toBe(0);
  expect(readFileSync(join(dir, 'results/hello/poster.txt'), 'utf8')).toContain(
    "HELLO DESC COLLABORATOR'S CAT, FROM",
  );
  const status = braidJson(dir, ['status', 'last']);
  expect(status.steps.map((step: { succeeded: number }) => step.succeeded)).toEqual([3, 3, 1]);
  expect(braid(dir, ['run', file]).code).toBe(0);
  const again = braidJson(dir, ['status', 'last']);
  expect(again.steps.map((step: { reused: number }) => step.reused)).toEqual([3, 3, 1]);
  expect(braidJson(dir, ['runs']).items).toHaveLength(2);
});

test('a second run does nothing; what changes no meaning reruns nothing', () => {
  const { dir, args, executed, predicted } = directory();
  expect(braid(dir, args).code).toBe(0);
  expect(executed()).toHaveLength(7);
  expect(readFileSync(join(dir, 'results/sum.txt'), 'utf8')).toContain('32');

  expect(predicted()).toEqual({ square: 0, shift: 0, total: 0 });
  expect(braid(dir, args).code).toBe(0);
  expect(executed()).toEqual([]);

  // The index is a cache: without it, what the journals say is found again.
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(join(dir, `.braid/index.db${suffix}`), { force: true });
  }
  expect(predicted()).toEqual({ square: 0, shift: 0, total: 0 });
  expect(braid(dir, args).code).toBe(0);
  expect(executed()).toEqual([]);

  const cosmetic = sums
    .replace('step square for', '# a comment\nstep   square for')
    .replace('out z: file = "z.txt"', 'resources { memory = 1 GB }\n  out z: file = "z.txt"')
    .replaceAll('square', 'raise')
    .replaceAll('echo raise', 'echo square');
  write(dir, { 'sums.braid': cosmetic });
  expect(predicted()).toEqual({ raise: 0, shift: 0, total: 0 });
  expect(braid(dir, args).code).toBe(0);
  expect(executed()).toEqual([]);
});

test('a changed row or parameter reruns exactly what depends on it, as `plan --why` said', () => {
  const { dir, args, executed, predicted } = directory();
  expect(braid(dir, args).code).toBe(0);
  executed();

  write(dir, { 'rows.csv': rows.replace('2,3', '2,5') });
  expect(predicted()).toEqual({ square: 1, shift: 1, total: 1 });
  expect(braid(dir, args).code).toBe(0);
  expect(executed()).toEqual(['shift 2', 'square 2', 'total']);

  expect(predicted('--set', 'offset=10')).toEqual({ square: 0, shift: 3, total: 1 });
  const why = braid(dir, ['plan', 'sums.braid', '--why', ...args.slice(2), '--set', 'offset=10']);
  expect(why.stdout).toMatch(/offset/);
  expect(braid(dir, [...args, '--set', 'offset=10']).code).toBe(0);
  expect(executed()).toEqual(['shift 1', 'shift 2', 'shift 3', 'total']);
});

test('a failing script is shown with its line in the workflow; retry goes on from there', () => {
  const text = `workflow broken
step good for each i in 1..3 {
  out x: file = "x"
  script bash """
    echo @{i} > @{x}
  """
}
step bad for each i in 1..3 {
  in  x = good.x
  out y: file = "y"
  script bash """
    echo working
    test -e @{flag} || [ @{i} -ne 2 ]
    cp @{x} @{y}
  """
}
step last {
  in  ys = gather bad.y
  in  also = gather bad.y
  out z: file = "z"
  script bash """
    cat @{ys} > @{z}
  """
}
param flag: string
`;
  const dir = scratch({ 'broken.braid': text });
  const flag = join(dir, 'flag');
  const first = braid(dir, ['run', 'broken.braid', '--set', `flag=${flag}`]);
  expect(first.code).toBe(1);
  const failures = braid(dir, ['failures', 'last']);
  expect(failures.stdout).toContain('bad[i=2]');
  expect(failures.stdout).toContain('broken.braid:13');
  expect(braid(dir, ['why', 'last', 'last']).stdout).toBe(
    'last: blocked\n  ys, also <- bad: 1 of 3 failed or are blocked\n    bad[i=2]: failed\n',
  );
  expect(braid(dir, ['logs', 'last', 'bad[i=2]']).stdout).toBe('working\n');
  const status = braidJson(dir, ['status', 'last']);
  expect(status.state).toBe('failed');
  expect(status.steps.map((s: { blocked: number }) => s.blocked)).toEqual([0, 0, 1]);

  write(dir, { flag: '' });
  const retried = braid(dir, ['retry', 'last', ':failed', '--yes']);
  expect(retried.code, retried.stderr).toBe(0);
  const after = braidJson(dir, ['status', 'last']);
  expect(after.state).toBe('succeeded');
  const events = braid(dir, ['events', 'last', '--json']).stdout.trim().split('\n');
  const ends = events
    .map((line) => JSON.parse(line).event)
    .filter((e) => e.kind === 'attempt.ended');
  expect(ends.length).toBe(8);
});

test('retry by cause: the time limit grows, an exit code is tried again', () => {
  const text = `workflow causes
step slow {
  out x: file = "x"
  resources { time = 1 s }
  retry 2 { on timeout { time = time * 60 } }
  script bash """
    sleep 2; echo done > @{x}
  """
}
step flaky {
  out y: file = "y"
  retry 3 { on exit(75) }
  script bash """
    [ "$BRAID_ATTEMPT" -ge 3 ] || exit 75
    echo "$BRAID_ATTEMPT" > @{y}
  """
}
`;
  const dir = scratch({ 'causes.braid': text });
  const run = braid(dir, ['run', 'causes.braid']);
  expect(run.code, run.stderr).toBe(0);
  const events = braid(dir, ['events', 'last', '--json']).stdout.trim().split('\n');
  const causes = events
    .map((line) => JSON.parse(line).event)
    .filter((e) => e.kind === 'attempt.ended' && e.outcome.kind === 'failed')
    .map((e) => e.outcome.cause.kind)
    .sort();
  expect(causes).toEqual(['exit', 'exit', 'timeout']);
});

test('07-nightly carries state from night to night and stops by itself', () => {
  const dir = scratch({
    '07-nightly.braid': readFileSync(join(root, 'workflows/examples/07-nightly.braid'), 'utf8'),
    'nights.csv': readFileSync(join(root, 'workflows/examples/nights.csv'), 'utf8'),
  });
  const run = braid(dir, ['run', '07-nightly.braid']);
  expect(run.code, run.stderr).toBe(0);
  const status = braidJson(dir, ['status', 'last']);
  const fit = status.steps.find((step: { name: string }) => step.name === 'fit');
  // 1, 1/3, 1/9, 1/27, 1/81 (0.0123), 1/243 (0.0041): the sixth is below 0.01 and stops what follows.
  expect([fit.succeeded, fit.skipped]).toEqual([5, 15]);
});
