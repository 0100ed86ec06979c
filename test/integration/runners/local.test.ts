import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Submission } from '../../../engine/index.ts';
import { localRunner } from '../../../runners/index.ts';
import {
  bootId,
  bootTimeMs,
  sessionMembers,
  signal,
  startOf,
} from '../../../runners/local/processes.ts';
import { runnerConformance } from '../../conformance/runner.ts';
import { lives, Puppet, type RunnerRig, Stage, until } from '../../conformance/runner-stage.ts';

const LOG_BYTES = 1_000_000;

function localRig(): RunnerRig {
  const directory = mkdtempSync(join(tmpdir(), 'braid-local-'));
  return {
    directory,
    start: () =>
      localRunner({
        lanesDirectory: join(directory, 'lanes'),
        environmentsDirectory: join(directory, 'env'),
        slots: 2,
        memoryBytes: 1_000_000_000,
        graceMs: 200,
        logBytes: LOG_BYTES,
      }),
    async end() {
      const left = await lanesLeft(directory);
      for (const pid of left) signal(pid, 'SIGKILL');
      rmSync(directory, { recursive: true });
      if (left.length > 0) throw new Error(`processes left behind: ${left.join(' ')}`);
    },
  };
}

/** Lanes end by themselves when the engine is gone and they hold nothing; so this waits a little. */
async function lanesLeft(directory: string): Promise<number[]> {
  let left: number[] = [];
  await until(async () => {
    left = lanePids(directory).flatMap((pid) => sessionMembers(pid));
    return left.length === 0 ? true : undefined;
  }, 'lanes do not end').catch(() => {});
  return left;
}

function lanePids(directory: string): number[] {
  const lanes = join(directory, 'lanes');
  if (!existsSync(lanes)) return [];
  return readdirSync(lanes).map(
    (n) => JSON.parse(readFileSync(join(lanes, n, 'lane.json'), 'utf8')).pid,
  );
}

runnerConformance('local', localRig);

describe('the local runner', () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(localRig());
  });
  afterEach(async () => {
    await stage.runner.close();
    await stage.rig.end();
  });

  it('counts time alike in all lanes, also where the engine is put aside as it starts one', () => {
    let calls = 0;
    const late = () => Date.now() + (calls++ === 1 ? 500 : 0);
    expect(Math.abs(bootTimeMs(late) - bootTimeMs(Date.now))).toBeLessThan(5);
  });

  it('tells of a lane that was killed, ends what it ran, and goes on in another', async () => {
    const puppet = new Puppet(stage, 'go');
    const handle = await stage.submit(puppet.spec);
    const payload = await puppet.started(handle);
    for (const pid of lanePids(stage.rig.directory)) signal(pid, 'SIGKILL');
    const { outcome, evidence } = await stage.end(handle);
    expect(outcome).toMatchObject({ kind: 'failed', cause: { kind: 'lost' } });
    expect(evidence).toBe('listing');
    expect(lives(payload)).toBe(false);
    const next = await stage.submit({ command: ['true'] });
    expect((await stage.end(next)).outcome).toEqual({ kind: 'succeeded' });
  });

  it('tells of a lane that was killed while there was no engine', async () => {
    const puppet = new Puppet(stage, 'go');
    const handle = await stage.submit(puppet.spec);
    await puppet.started(handle);
    await stage.runner.close();
    for (const pid of lanePids(stage.rig.directory)) signal(pid, 'SIGKILL');
    await stage.restart();
    expect((await stage.end(handle)).outcome).toMatchObject({ cause: { kind: 'lost' } });
  });

  it('loses a claim of a boot before this one, and waits for one of another host', async () => {
    const claimed = async (host: string, boot: string) => {
      const submission = stage.submission([{ command: ['true'] }]);
      const { attempt, directory } = submission.items[0]!;
      const holder = { host, bootId: boot, pid: process.pid, processStart: startOf(process.pid) };
      const claim = { attempt, submission: submission.key, externalId: 'x', ...holder };
      writeFileSync(join(directory, 'claim'), `${JSON.stringify({ ...claim, startedAtMs: 0 })}\n`);
      return stage.offer(submission);
    };
    const old = await claimed(hostname(), 'another-boot');
    expect((await stage.end(old)).outcome).toMatchObject({ cause: { kind: 'lost' } });
    const far = await claimed('elsewhere', bootId());
    const near = await claimed(hostname(), bootId());
    await until(async () => ((await stage.kind(near)) === 'running' ? true : undefined), 'near');
    expect(await stage.kind(far)).not.toBe('ended');
    // Its copy here is over, so that it keeps no place; how it ends is the other host's to tell.
    const isOver = () =>
      stage.heard.some(
        (one) => one.kind === 'ended' && one.key === far.key && one.outcome.kind === 'duplicate',
      );
    await until(async () => isOver() || undefined, 'the copy here');
    for (const handle of [far, near]) {
      const exit = { format: 1, code: 0, startedAtMs: 0, endedAtMs: 5, missing: [], host: 'h' };
      writeFileSync(join(handle.items[0]!.directory, 'exit.json'), `${JSON.stringify(exit)}\n`);
      expect(await stage.end(handle)).toMatchObject({ outcome: { kind: 'succeeded' } });
    }
  });

  it('does not leave an attempt waiting behind a long one while a lane is idle', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Puppet(stage, name)) as [
      Puppet,
      Puppet,
      Puppet,
    ];
    const long = await stage.submit(a.spec);
    const short = await stage.submit(b.spec);
    const ahead = await stage.submit(c.spec);
    await a.started(long);
    await b.exit(0);
    await stage.end(short);
    await c.started(ahead);
    await c.exit(0);
    expect((await stage.end(ahead)).outcome).toEqual({ kind: 'succeeded' });
    await a.exit(0);
    await stage.end(long);
  });

  it('gives several cpus to one that wants them, and nothing else meanwhile', async () => {
    const one = new Puppet(stage, 'one');
    const two = new Puppet(stage, 'two');
    const first = await stage.submit(one.spec);
    const both = await stage.submit({ ...two.spec, resources: { cpus: 2 } });
    const last = await stage.submit({ command: ['true'] });
    await one.started(first);
    expect(await stage.kind(both)).toBe('waiting');
    await one.exit(0);
    await two.started(both);
    expect(await stage.kind(last)).toBe('waiting');
    expect((await stage.room()).cpus).toBe(0);
    await two.exit(0);
    await stage.end(last);
    await stage.end(both);
  });

  it('kills what takes more memory than it may, and measures', async () => {
    const eater = new Puppet(stage, 'eater');
    const eat = `{ head -c 80000000 /dev/zero; read -r x <"$FIFO"; } | tail >/dev/null`;
    const spec = { ...eater.spec, command: ['sh', '-c', eat] };
    const handle = await stage.submit({ ...spec, resources: { memoryBytes: 40_000_000 } });
    const { outcome, usage } = await stage.end(handle);
    expect(outcome).toMatchObject({ kind: 'failed', cause: { kind: 'oom' } });
    expect(usage.peakMemoryBytes ?? 80_000_000).toBeGreaterThan(40_000_000);
  });

  it('leaves the middle of a log out that grows too long, and keeps its beginning and its end', async () => {
    const puppet = new Puppet(stage, 'talker');
    const talk =
      'echo first; yes "0123456789" | head -n 400000; echo last; read -r x <"$FIFO"; echo "$x"';
    const handle = await stage.submit({ ...puppet.spec, command: ['sh', '-c', talk] });
    const log = join(handle.items[0]!.directory, 'stdout');
    const shortened = async () =>
      existsSync(log) && readFileSync(log, 'utf8').includes('bytes are left out here')
        ? true
        : undefined;
    await until(shortened, 'the log is not shortened');
    writeFileSync(join(stage.rig.directory, 'talker'), 'over\n');
    expect((await stage.end(handle)).outcome).toEqual({ kind: 'succeeded' });
    const text = await stage.text(handle);
    expect(text.length).toBeLessThan(LOG_BYTES);
    expect(text.startsWith('first\n')).toBe(true);
    expect(text.endsWith('0123456789\nlast\nover\n')).toBe(true);
    expect(text).toMatch(/\n\[braid: [34]\d{6} bytes are left out here\]\n/);
  });

  it('keeps variables of the engine from payloads, and its descriptors', async () => {
    process.env.NODE_COMPILE_CACHE ??= '/tmp/nowhere';
    await stage.restart();
    const script = 'env; ls -l /proc/self/fd';
    const handle = await stage.submit({ command: ['sh', '-c', script] });
    await stage.end(handle);
    const text = await stage.text(handle);
    expect(text).toContain('/dev/null');
    expect(text).not.toMatch(/NODE_COMPILE_CACHE|__braid|socket:|\/lanes\//);
  });

  /** Another engine in a process of its own, which is given these attempts. */
  function doomedEngine(submission: Submission) {
    const engine = spawn(
      process.execPath,
      [join(import.meta.dirname, 'doomed-engine.ts'), join(stage.rig.directory, 'lanes')],
      { stdio: ['pipe', 'inherit', 'inherit'] },
    );
    engine.stdin.end(JSON.stringify(submission));
    return engine;
  }

  it('begins what an engine had accepted that was killed before it could', async () => {
    const puppets = ['a', 'b'].map((name) => new Puppet(stage, name));
    // It needs both cpus, so that no lane holds it ahead.
    const whole = { command: ['true'], resources: { cpus: 2 } };
    const submission = stage.submission([...puppets.map(({ spec }) => spec), whole]);
    await stage.runner.close();
    const engine = doomedEngine(submission);
    const externalId = `${hostname()}:${engine.pid}:0:${submission.key}`;
    const handles = submission.items.map((item) => ({
      key: submission.key,
      externalId,
      items: [item],
    }));
    for (const [i, puppet] of puppets.entries()) await puppet.started(handles[i]!);
    const gone = new Promise((resolve) => engine.once('close', resolve));
    engine.kill('SIGKILL');
    await gone;
    await stage.restart();
    expect(await stage.kind(handles[2]!)).toBe('waiting');
    for (const puppet of puppets) await puppet.exit(0);
    for (const handle of handles) {
      expect((await stage.end(handle)).outcome).toEqual({ kind: 'succeeded' });
    }
  });

  it('gives nothing to lanes once another engine has the run', async () => {
    const lanes = join(stage.rig.directory, 'lanes');
    const options = { lanesDirectory: lanes, environmentsDirectory: '/nonexistent', slots: 2 };
    await stage.runner.close();
    const fenced = localRunner({ ...options, mayStart: () => false });
    const submission = stage.submission([{ command: ['true'] }]);
    const [answer] = await fenced.submit([submission], new AbortController().signal);
    await fenced.close();
    expect(answer?.kind).toBe('accepted');
    expect(existsSync(join(submission.items[0]!.directory, 'claim'))).toBe(false);
    expect(existsSync(lanes)).toBe(false);
    await stage.restart();
  });

  it('takes over from an engine that was killed', async () => {
    const puppet = new Puppet(stage, 'go');
    const submission = stage.submission([puppet.spec]);
    await stage.runner.close();
    const engine = doomedEngine(submission);
    const handle = { key: submission.key, externalId: 'unknown', items: submission.items };
    await puppet.started(handle);
    const gone = new Promise((resolve) => engine.once('close', resolve));
    engine.kill('SIGKILL');
    await gone;
    await stage.restart();
    const found = (await stage.runner.find([submission.key], 0)).get(submission.key);
    expect(found?.kind).toBe('found');
    await puppet.exit(0);
    expect((await stage.end(handle)).outcome).toEqual({ kind: 'succeeded' });
  });
});
