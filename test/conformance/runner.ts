import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Handle } from '../../engine/index.ts';
import { type AttemptSpec, lives, Puppet, type RunnerRig, Stage, until } from './runner-stage.ts';

const { signal } = new AbortController();

/** What every implementation of `Runner` keeps. */
export function runnerConformance(name: string, makeRig: () => RunnerRig): void {
  describe(`a runner: ${name}`, () => {
    let stage: Stage;
    beforeEach(() => {
      stage = new Stage(makeRig());
    });
    afterEach(async () => {
      await stage.runner.close();
      await stage.rig.end();
    });
    endings(() => stage);
    texts(() => stage);
    doubts(() => stage);
    cancelling(() => stage);
    limits(() => stage);
  });
}

function endings(stage: () => Stage): void {
  it('tells success, with measures, and leaves the files of the attempt', async () => {
    const handle = await stage().submit({
      command: ['sh', '-c', 'echo out; echo err >&2; echo x >made'],
      outputs: [{ name: 'made', path: 'made', kind: 'file', optional: false }],
    });
    const end = await stage().end(handle);
    expect(end).toMatchObject({ outcome: { kind: 'succeeded' }, evidence: 'exit' });
    expect(end.usage.wallMs).toBeGreaterThanOrEqual(0);
    expect(end.usage.cpuMs).toBeGreaterThanOrEqual(0);
    expect(end.usage.peakMemoryBytes).toBeUndefined();
    expect(await stage().text(handle)).toBe('out\n');
    expect(await stage().text(handle, 'err')).toBe('err\n');
    const directory = handle.items[0]?.directory ?? '';
    expect(readFileSync(join(directory, 'exit.json'), 'utf8')).toMatch(/^\{.*\}\n$/);
    expect(readFileSync(join(directory, 'work/made'), 'utf8')).toBe('x\n');
  });

  it('tells a bad end by its cause', async () => {
    const cause = async (spec: AttemptSpec) => {
      const { outcome } = await stage().end(await stage().submit(spec));
      return outcome.kind === 'failed' ? outcome.cause : outcome;
    };
    expect(await cause({ command: ['sh', '-c', 'exit 3'] })).toEqual({ kind: 'exit', code: 3 });
    expect(await cause({ command: ['sh', '-c', 'kill -SEGV $$'] })).toEqual({
      kind: 'signal',
      signal: 11,
    });
    expect(await cause({ command: ['sh', '-c', 'kill -KILL $$'] })).toEqual({
      kind: 'exit',
      code: 137,
    });
    expect(await cause({ command: ['no-such-program'] })).toEqual({ kind: 'exit', code: 127 });
    const made = { name: 'made', path: 'a/made', kind: 'file', optional: false } as const;
    expect(await cause({ command: ['true'], outputs: [made] })).toEqual({ kind: 'missing' });
    const maybe = { ...made, optional: true };
    expect(await cause({ command: ['true'], outputs: [maybe] })).toEqual({ kind: 'succeeded' });
    for (const line of ['false', 'exit 3', 'if [', '. /no/such/file']) {
      expect(await cause({ command: ['true'], setup: [line] }), line).toEqual({
        kind: 'infrastructure',
      });
    }
  });

  it('runs a bundle one after another, each with its own end', async () => {
    const path = join(stage().rig.directory, 'order');
    const step = (i: number) => ({
      command: ['sh', '-c', `echo ${i} >>"$ORDER"; exit ${i}`],
      environment: { ORDER: path },
    });
    const handle = await stage().offer(stage().submission([0, 1, 2, 3].map(step), 'bundle'));
    const ends = await stage().ends(handle);
    expect(ends.map((end) => end.outcome)).toEqual([
      { kind: 'succeeded' },
      ...[1, 2, 3].map((code) => ({ kind: 'failed', cause: { kind: 'exit', code } })),
    ]);
    expect(readFileSync(path, 'utf8')).toBe('0\n1\n2\n3\n');
  });
}

function texts(stage: () => Stage): void {
  it('passes arguments and variables as they are', async () => {
    const hostile = ["it's", '$(id) `id` $HOME', 'a\nb\n', '\\', '"', '', '-n', '*', 'é☃', '!'];
    const handle = await stage().submit({
      command: ['sh', '-c', 'printf "%s|" "$@" "$TEXT"', 'sh', ...hostile],
      environment: { TEXT: hostile.join(' ') },
      setup: [],
    });
    await stage().end(handle);
    expect(await stage().text(handle)).toBe(`${[...hostile, hostile.join(' ')].join('|')}|`);
  });

  it('enters the environment before the payload, which sees the setup of no other', async () => {
    const show = ['sh', '-c', 'echo "${GREETING-none}"'];
    const first = await stage().submit({
      command: show,
      setup: ['GREETING="a  b"', 'export GREETING'],
    });
    const second = await stage().submit({ command: show });
    await stage().end(first);
    await stage().end(second);
    expect([await stage().text(first), await stage().text(second)]).toEqual(['a  b\n', 'none\n']);
  });

  it('links inputs into the scratch directory', async () => {
    const target = join(stage().rig.directory, 'input');
    writeFileSync(target, 'data');
    const links = [{ path: 'in/deep/file', target }];
    const handle = await stage().submit({ command: ['cat', 'in/deep/file'], links });
    await stage().end(handle);
    expect(await stage().text(handle)).toBe('data');
  });

  it('refuses what no shell can pass, and starts nothing', async () => {
    const submission = stage().submission([{ command: ['echo', 'a\0b'] }]);
    const [answer] = await stage().runner.submit([submission], signal);
    expect(answer).toMatchObject({ kind: 'refused', text: expect.stringContaining('NUL') });
    expect(existsSync(join(submission.items[0]?.directory ?? '', 'claim'))).toBe(false);
  });

  it('gives any range of what was written, also before the end', async () => {
    const puppet = new Puppet(stage(), 'go', 'printf 0123456789');
    const handle = await stage().submit(puppet.spec);
    await puppet.started(handle);
    const range = async (from: number, maxBytes: number) => {
      const attempt = handle.items[0]?.attempt ?? '0.0';
      const part = await stage().runner.log(handle, attempt, 'out', from, maxBytes);
      return [Buffer.from(part.bytes).toString(), part.from, part.size, part.ended];
    };
    expect(await range(2, 3)).toEqual(['234', 2, 10, false]);
    expect(await range(8, 100)).toEqual(['89', 8, 10, false]);
    expect(await range(99, 5)).toEqual(['', 10, 10, false]);
    await puppet.exit(0);
    await stage().end(handle);
    expect(await range(0, 4)).toEqual(['0123', 0, 10, false]);
    expect(await range(4, 100)).toEqual(['456789', 4, 10, true]);
  });
}

function doubts(stage: () => Stage): void {
  it('finds what it holds and says that it has nothing else', async () => {
    const puppet = new Puppet(stage(), 'go');
    const handle = await stage().submit(puppet.spec);
    const found = await stage().runner.find([handle.key, 'braid-testtestte-999'], 0);
    expect(found.get(handle.key)).toEqual({ kind: 'found', externalId: handle.externalId });
    expect(found.get('braid-testtestte-999')).toEqual({ kind: 'absent' });
    await puppet.exit(0);
    await stage().end(handle);
  });

  it('runs an attempt once, however often it is submitted', async () => {
    const path = join(stage().rig.directory, 'runs');
    const spec = { command: ['sh', '-c', 'echo run >>"$RUNS"'], environment: { RUNS: path } };
    const submission = stage().submission([spec]);
    const first = await stage().offer(submission);
    await stage().offer(submission);
    await stage().end(first);
    const again = await stage().offer(submission);
    expect((await stage().end(again)).outcome).toEqual({ kind: 'succeeded' });
    expect(readFileSync(path, 'utf8')).toBe('run\n');
  });

  it('takes over from an engine that is gone', async () => {
    const puppets = ['a', 'b', 'c'].map((name) => new Puppet(stage(), name));
    const handles: Handle[] = [];
    for (const puppet of puppets) handles.push(await stage().submit(puppet.spec));
    await puppets[0]?.started(handles[0]!);
    await puppets[1]?.started(handles[1]!);
    await stage().restart();
    const found = await stage().runner.find(
      handles.map((handle) => handle.key),
      0,
    );
    expect([...found.values()].map((f) => f.kind)).toEqual(['found', 'found', 'found']);
    expect(await stage().kind(handles[0]!)).toBe('running');
    expect(await stage().kind(handles[2]!)).toBe('waiting');
    for (const [i, puppet] of puppets.entries()) {
      await puppet.exit(i);
      const { outcome } = await stage().end(handles[i]!);
      expect(outcome.kind).toBe(i === 0 ? 'succeeded' : 'failed');
    }
  });

  it('knows what ended while there was no engine', async () => {
    const puppet = new Puppet(stage(), 'go');
    const handle = await stage().submit(puppet.spec);
    await puppet.started(handle);
    await stage().runner.close();
    await puppet.exit(7);
    await stage().restart();
    expect((await stage().runner.find([handle.key], 0)).get(handle.key)?.kind).toBe('found');
    expect((await stage().end(handle)).outcome).toEqual({
      kind: 'failed',
      cause: { kind: 'exit', code: 7 },
    });
  });
}

function cancelling(stage: () => Stage): void {
  it('asks a payload to end, which may still clean up', async () => {
    const puppet = new Puppet(stage(), 'go', `trap 'echo cleaned >cleaned; exit 0' TERM`);
    const handle = await stage().submit(puppet.spec);
    await puppet.started(handle);
    await stage().runner.cancel([handle], 'term');
    expect((await stage().end(handle)).outcome).toEqual({ kind: 'cancelled' });
    expect(existsSync(join(handle.items[0]?.directory ?? '', 'work/cleaned'))).toBe(true);
  });

  it('kills all of a payload that does not listen', async () => {
    const deaf = `trap '' TERM; timeout 1000 sh -c 'echo $$ >deep; read -r x <"$FIFO"' & `;
    const puppet = new Puppet(stage(), 'go', `${deaf} while ! [ -s deep ]; do :; done`);
    const handle = await stage().submit(puppet.spec);
    const pid = await puppet.started(handle);
    const deep = Number(readFileSync(join(handle.items[0]?.directory ?? '', 'work/deep'), 'utf8'));
    expect([lives(pid), lives(deep)]).toEqual([true, true]);
    await stage().runner.cancel([handle], 'term');
    expect((await stage().end(handle)).outcome).toEqual({ kind: 'cancelled' });
    await until(async () => (lives(pid) || lives(deep) ? undefined : true), 'something survives');
  });

  it('never starts what was cancelled while it waited, and starts what waited behind it', async () => {
    const puppets = ['a', 'b'].map((name) => new Puppet(stage(), name));
    const running = [];
    for (const puppet of puppets) running.push(await stage().submit(puppet.spec));
    const marker = join(stage().rig.directory, 'ran');
    const spec = { command: ['sh', '-c', 'echo ran >"$MARK"'], environment: { MARK: marker } };
    const unwanted = await stage().submit(spec);
    const wanted = await stage().submit({ command: ['true'] });
    await stage().runner.cancel([unwanted], 'term');
    expect((await stage().end(unwanted)).outcome).toEqual({ kind: 'cancelled' });
    for (const puppet of puppets) await puppet.exit(0);
    expect((await stage().end(wanted)).outcome).toEqual({ kind: 'succeeded' });
    for (const handle of running) await stage().end(handle);
    expect(existsSync(marker)).toBe(false);
  });

  it('lets an end that came first stand', async () => {
    const handle = await stage().submit({ command: ['true'] });
    await stage().end(handle);
    await stage().runner.cancel([handle], 'kill');
    expect((await stage().end(handle)).outcome).toEqual({ kind: 'succeeded' });
  });
}

function limits(stage: () => Stage): void {
  it('ends an attempt at its time limit', async () => {
    const puppet = new Puppet(stage(), 'go');
    const handle = await stage().submit({ ...puppet.spec, resources: { timeMs: 150 } });
    expect((await stage().end(handle)).outcome).toMatchObject({
      kind: 'failed',
      cause: { kind: 'timeout' },
    });
  });

  it('says how much room there is', async () => {
    const empty = await stage().room();
    expect(empty.cpus).toBe(empty.totalCpus);
    const puppet = new Puppet(stage(), 'go');
    const memoryBytes = 100_000_000;
    const handle = await stage().submit({ ...puppet.spec, resources: { memoryBytes } });
    await puppet.started(handle);
    const room = await stage().room();
    expect(empty.cpus - room.cpus).toBe(1);
    expect(empty.memoryBytes - room.memoryBytes).toBe(memoryBytes);
    await puppet.exit(0);
    await stage().end(handle);
    expect(await stage().room()).toEqual(empty);
  });

  it('refuses what could never fit', async () => {
    const { totalCpus } = await stage().room();
    const big = stage().submission([{ command: ['true'], resources: { cpus: totalCpus + 1 } }]);
    const [answer] = await stage().runner.submit([big], signal);
    expect(answer?.kind).toBe('refused');
  });
}
