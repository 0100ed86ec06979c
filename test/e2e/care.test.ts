import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, braidJson, scratch } from './braid.ts';

/** All that LANGUAGE says of failure and order in one workflow; `log` has a line for each script that ran. */
const text = `workflow care
param log: string
param flag: string
policy { failure = "continue", canary = 1 }

step make for each tract in 1..2, band in ["g", "r", "i"] {
  out n: int = text("n.txt")
  limit 1 per tract
  priority 5
  script bash """
    echo "make @{tract} @{band} begins" >> @{log}
    sleep 0.05
    echo "make @{tract} @{band} ends" >> @{log}
    echo @{tract} > n.txt
  """
}
step flaky for each i in 1..4 {
  retry 3 {
    on exit(75) { wait = 1 s * attempt, attempts = 1 }
    on exit(3)  { attempts = 0 }
  }
  tolerate 3
  bundle 2
  priority 1
  script bash """
    echo "flaky @{i}.$BRAID_ATTEMPT" >> @{log}
    case @{i} in
      1) [ -e @{flag} ] || { touch @{flag}; exit 75; } ;;
      2) exit 3 ;;
      3) exit 75 ;;
    esac
  """
}
step fit for each i in 1..9 {
  in  last = previous fit.gain over i ?? 1.0
  out gain: float = text("gain.txt")
  when last > 0.2
  script python """
    open("gain.txt", "w").write(str(@{last} / 2))
    open(@{log}, "a").write("fit %d\\n" % @{i})
  """
}
step best {
  in  gain = previous fit.gain over i ?? 1.0
  out seen: float = text("seen.txt")
  script bash """
    echo @{gain} > seen.txt
  """
}
step alarm {
  after any flaky failed
  script bash """
    echo alarm >> @{log}
  """
}
step quiet {
  after all flaky succeeded
  script bash """
    echo quiet >> @{log}
  """
}
step settled {
  after flaky finished
  script bash """
    echo settled >> @{log}
  """
}
step mourn {
  after workflow failed
  script bash """
    echo mourn >> @{log}
  """
}
step close {
  after workflow finished
  script bash """
    echo close >> @{log}
  """
}
`;

interface Step {
  readonly name: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly blocked: number;
}

test('limits, bundles, retry by cause, tolerance, early stop and ends by status, all in one run', () => {
  const dir = scratch({ 'care.braid': text });
  const log = join(dir, 'log');
  const args = ['care.braid', '--set', `log=${log}`, '--set', `flag=${join(dir, 'flag')}`];
  const ended = braid(dir, ['run', ...args, '-j', '4']);
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  const lines = readFileSync(log, 'utf8').trim().split('\n');

  // One at a time in each tract.
  for (const tract of [1, 2]) {
    const own = lines.filter((line) => line.startsWith(`make ${tract}`));
    expect(own).toHaveLength(6);
    for (const [at, line] of own.entries()) {
      expect(line).toMatch(at % 2 === 0 ? /begins$/ : /ends$/);
    }
  }
  const tried = (i: number) => lines.filter((line) => line.startsWith(`flaky ${i}.`)).length;
  expect([1, 2, 3, 4].map(tried)).toEqual([2, 1, 2, 1]);
  expect(lines.filter((line) => line.startsWith('fit'))).toEqual(['fit 1', 'fit 2', 'fit 3']);
  expect(lines).toEqual(expect.arrayContaining(['alarm', 'settled']));
  expect(lines).not.toContain('mourn');
  expect(lines.at(-1)).toBe('close');

  const status = braidJson(dir, ['status']);
  const of = (name: string) => status.steps.find((step: Step) => step.name === name);
  expect(of('flaky')).toMatchObject({ succeeded: 2, failed: 2 });
  expect(of('fit')).toMatchObject({ succeeded: 3, skipped: 6 });
  expect(of('best')).toMatchObject({ succeeded: 1 });
  expect(of('quiet').succeeded).toBe(0);
  expect(of('mourn')).toMatchObject({ skipped: 1 });

  const events = braid(dir, ['events', 'last', '--json']).stdout.trim().split('\n');
  const bundles = events.filter((line) => line.includes('"form":"bundle"'));
  expect(bundles.length).toBeGreaterThan(0);
});

test('a step that fails at once: the first instance alone, then on-failure and always steps', () => {
  const dir = scratch();
  const log = join(dir, 'log');
  writeFileSync(
    join(dir, 'w.braid'),
    `workflow w
policy { canary = 1 }
step many for each i in 1..50 {
  script bash """
    echo "many @{i}" >> ${log}
    exit 2
  """
}
step mourn {
  after workflow failed
  script bash """
    echo mourn >> ${log}
  """
}
`,
  );
  const ended = braid(dir, ['run', 'w.braid', '-j', '4']);
  expect(ended.code).toBe(1);
  expect(readFileSync(log, 'utf8')).toBe('many 1\nmourn\n');
  expect(ended.stdout).toContain('49 cancelled');
  const why = braid(dir, ['why', 'last', 'many[i=7]']);
  expect(why.stdout).toContain('(policy canary)');
  expect(existsSync(join(dir, '.braid'))).toBe(true);
});
