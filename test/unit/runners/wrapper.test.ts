import { describe, expect, it } from 'vitest';
import type { AttemptFile, ExitFile } from '../../../engine/index.ts';
import { outcomeOf, parseExit, usageOf } from '../../../runners/wrapper/exit-file.ts';
import { launchText } from '../../../runners/wrapper/launch.ts';

const FILE: AttemptFile = {
  format: 1,
  run: 'abcdefghij',
  attempt: '7.2',
  submission: 'braid-abcdefghij-3',
  epoch: 1,
  step: 'shout',
  instance: "shout[name=it's]",
  command: ['bash', '../script'],
  environment: { BRAID_KEY: "name=it's" },
  setup: [],
  resources: { cpus: 1, memoryBytes: undefined, timeMs: undefined, diskBytes: undefined, gpus: 0 },
  links: [],
  outputs: [
    { name: 'loud', path: 'loud.txt', kind: 'file', optional: false },
    { name: 'plots', path: 'plots', kind: 'dir', optional: false },
    { name: 'extra', path: 'extra', kind: 'file', optional: true },
  ],
};
const PLACE = { directory: '/runs/r/0/1', externalId: 'host:1:2:k' };

function launch(change: Partial<AttemptFile>, found: string | undefined = '/bin/bash') {
  return launchText({ ...FILE, ...change }, PLACE, () => found);
}

describe('the launch text', () => {
  it('is one command that claims, runs, looks for outputs and finishes', () => {
    expect(launch({}).text).toBe(
      `if __braid_begin '/runs/r/0/1' '"format":1,"attempt":"7.2","externalId":"host:1:2:k","submission":"braid-abcdefghij-3"'; then
OLDPWD= BRAID_KEY='name=it'\\''s' '/bin/bash' '../script' <&5 >>../stdout 2>>../stderr 4>&- 5>&-
__braid_code=$?
[ -e 'loud.txt' ] || __braid_lacks '"loud"'
[ -d 'plots' ] || __braid_lacks '"plots"'
__braid_finish
fi
`,
    );
  });

  it('keeps set-up lines in a subshell, where they are evaluated', () => {
    expect(launch({ setup: ["echo 'x"] }).text).toContain(`eval 'echo '\\''x' || exit 1`);
  });

  it('never lets a bare name be a builtin of the shell', () => {
    const missing = launchText({ ...FILE, command: ['exit', '3'] }, PLACE, () => undefined);
    expect(missing.text).toContain(`( exec 'exit' )`);
  });

  it('refuses what cannot be passed to a program', () => {
    const nul = 'a NUL character cannot stand in a command, a variable or a path';
    expect(launch({ command: ['a\0'] })).toEqual({ kind: 'refused', text: nul });
    expect(launch({ environment: { A: '\0' } })).toEqual({ kind: 'refused', text: nul });
    expect(launch({ command: [] }).kind).toBe('refused');
    expect(launch({ environment: { 'A-B': '1' } })).toEqual({
      kind: 'refused',
      text: '`A-B` is no name of an environment variable',
    });
  });
});

describe('exit.json', () => {
  const exit = (change: Partial<ExitFile>): ExitFile => ({
    format: 1,
    attempt: '7.2',
    externalId: 'x',
    code: 0,
    cause: undefined,
    startedAtMs: 1000,
    endedAtMs: 1250,
    cpuMs: 40,
    peakMemoryBytes: undefined,
    missing: [],
    host: 'h',
    ...change,
  });

  it('is complete when it parses and ends in a newline', () => {
    const text = `${JSON.stringify(exit({}))}\n`;
    expect(parseExit(text)?.code).toBe(0);
    for (let cut = 0; cut < text.length; cut++) {
      expect(parseExit(text.slice(0, cut))).toBeUndefined();
    }
    expect(parseExit('null\n')).toBeUndefined();
    expect(parseExit('{}\n')).toBeUndefined();
  });

  it.each([
    [{}, { kind: 'succeeded' }],
    [
      { code: 2, missing: ['a'] },
      { kind: 'failed', cause: { kind: 'exit', code: 2 } },
    ],
    [{ missing: ['a', 'b'] }, { kind: 'failed', cause: { kind: 'missing' } }],
    [{ code: 139 }, { kind: 'failed', cause: { kind: 'signal', signal: 11 } }],
    [{ code: 137 }, { kind: 'failed', cause: { kind: 'exit', code: 137 } }],
    [{ code: 200 }, { kind: 'failed', cause: { kind: 'exit', code: 200 } }],
    [
      { code: 137, cause: 'oom' },
      { kind: 'failed', cause: { kind: 'oom' } },
    ],
    [
      { code: 0, cause: 'timeout' },
      { kind: 'failed', cause: { kind: 'timeout' } },
    ],
    [{ code: 143, cause: 'cancelled' }, { kind: 'cancelled' }],
  ] satisfies [Partial<ExitFile>, object][])('%j means %j', (change, outcome) => {
    expect(outcomeOf(exit(change))).toMatchObject(outcome);
  });

  it('gives only what was measured', () => {
    expect(usageOf(exit({ cpuMs: undefined }))).toEqual({ startedAtMs: 1000, wallMs: 250 });
    expect(usageOf(exit({ peakMemoryBytes: 7 }))).toMatchObject({ cpuMs: 40, peakMemoryBytes: 7 });
  });
});
