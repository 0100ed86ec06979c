import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { buildBraid } from '../chaos/built.ts';
import {
  begunRun,
  command,
  type Field,
  makeField,
  namesIn,
  processState,
  runDirectory,
  textOf,
  until,
} from '../chaos/field.ts';
import { type Fault, faultNamed } from '../chaos/redis/faults.ts';
import {
  hostCutOff,
  hostGone,
  workerDies,
  workerSilent,
  workerStaysAway,
} from '../chaos/redis/hosts.ts';
import { faultyRun } from '../chaos/redis/outage.ts';
import { startRelay } from '../chaos/redis/relay.ts';
import { type Server, startServer, USER } from '../chaos/redis/server.ts';
import { atWorkIn, dismiss, kill, leftIn, mayMakeHosts, worker } from '../chaos/redis/stage.ts';
import { shapes } from '../chaos/shapes.ts';
import { newTally } from '../chaos/tally.ts';
import { lacks } from '../setup/needs.ts';
import { randomOf } from '../simulator/random.ts';

const random = randomOf(Number(process.env.SEED ?? 20260722));
/** Also where others use the machine. */
const SOON_MS = 10_000;

let scratch: string;
let braid: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'braid-redis-'));
  braid = buildBraid(join(scratch, 'braid'));
});
afterAll(() => {
  // Of tests that failed.
  for (const text of atWorkIn(scratch)) kill(Number(text.split(' ')[0]), 'SIGKILL');
  rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

/** Tests run together, so each says itself what is to be closed after it. */
type After = TestContext['onTestFinished'];

async function serverFor(name: string, after: After, append = false): Promise<Server> {
  const server = await startServer(join(scratch, `${name}-redis`), { append });
  after(() => server.close());
  return server;
}

// They wait for most of their time, so they wait together.
describe.skipIf(lacks('redis-server')).concurrent('a Redis to which bad things happen', () => {
  /** One run with these faults of its Redis. */
  async function endure(
    name: string,
    after: After,
    faults: readonly Fault[],
    workers: number,
  ): Promise<void> {
    const server = await serverFor(name, after, true);
    const relay = await startRelay(server.socket, { user: USER });
    after(() => relay.close());
    const options = ['--redis', relay.url, ...(workers > 0 ? ['--no-worker'] : [])];
    const field = makeField(braid, join(scratch, name), shapes()[0]!, { options, nap: '0.1' });
    const tally = newTally();
    const others = Array.from({ length: workers }, () => worker(field, relay.url));
    const returns = await faultyRun(field, tally, {
      random,
      server,
      relay,
      faults,
      workers: others,
      between: [2, 6],
      withinMs: SOON_MS,
    });
    expect(tally.violations).toEqual([]);
    expect(returns.map(({ fault }) => fault)).toEqual(faults.map((fault) => fault.name));
    expect({ twice: tally.twice, missing: tally.missing }).toEqual({ twice: 0, missing: 0 });
  }

  test('it loses all it has, again and again', ({ onTestFinished }) => {
    const names = [
      'killed, restarts empty',
      'FLUSHALL',
      'SCRIPT FLUSH',
      'down 2 s',
      'keys evicted',
    ];
    return endure('loses', onTestFinished, names.map(faultNamed), 0);
  });

  test('it is there, and does not do what it is asked', ({ onTestFinished }) => {
    const names = [
      ...['killed, restarts with its data', 'all clients killed', 'memory full', 'read-only'],
      ...['connections mute', 'stopped 5 s'],
    ];
    return endure('refuses', onTestFinished, names.map(faultNamed), 2);
  });

  const scenes = { workerDies, workerStaysAway, workerSilent, hostGone, hostCutOff };
  const titles: Record<keyof typeof scenes, string> = {
    workerDies: 'a worker dies: others do what it had, the next one there adopts what it ran',
    workerStaysAway: 'a worker dies for good: what it ran is seen to end',
    workerSilent: 'the only worker dies before it answers: what it began is seen to end',
    hostGone: 'a host is gone: what it ran is tried again after its lease',
    hostCutOff: 'a host is cut off: its watchdog stops what another will try again',
  };
  for (const name of Object.keys(scenes) as (keyof typeof scenes)[]) {
    test.skipIf(!mayMakeHosts())(titles[name], async ({ onTestFinished }) => {
      const server = await serverFor(name, onTestFinished);
      const { violations, figures } = await scenes[name](braid, join(scratch, name), server);
      expect(violations).toEqual([]);
      if (name === 'workerDies')
        expect(figures['queued work elsewhere after']).toBeLessThan(2 * SOON_MS);
    });
  }
});

describe.skipIf(lacks('redis-server')).concurrent('a Redis that cannot be used', () => {
  const workflow = 'workflow w\nstep a {\n  script exec ["true"]\n}\n';

  function place(name: string): Field {
    const directory = join(scratch, name);
    const text = { name: 'w', text: workflow, executions: new Map(), results: {} };
    return makeField(braid, directory, text);
  }

  /** What both verbs say of it: the same, at once, and nothing was started. */
  async function refused(name: string, url: string, env: Record<string, string> = {}) {
    const field = place(name);
    const words: string[] = [];
    for (const args of [['run', 'w.braid'], ['worker']]) {
      const { code, stderr } = await command(field, args, '', { BRAID_REDIS: url, ...env }).ended;
      expect(code).toBe(1);
      words.push(stderr.trim());
    }
    expect(words[1]).toBe(words[0]);
    expect(existsSync(join(field.directory, '.braid/workers'))).toBe(false);
    return words[0] ?? '';
  }

  test('it would throw keys away, or its memory is full', async ({ onTestFinished }) => {
    const server = await serverFor('evicting', onTestFinished);
    const url = `unix://${server.socket}`;
    await server.tell('CONFIG', 'SET', 'maxmemory', 1);
    expect(await refused('full', url)).toMatch(/^error\[E0933\].* refuses: its memory is full\n/);
    await server.tell('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await refused('evicting', url)).toMatch(
      /^error\[E0932\].* throws keys away when its memory is full \(allkeys-lru\)\n/,
    );
  });

  test('it wants a password, or another one, or allows too little; the least that it must allow', async ({
    onTestFinished,
  }) => {
    const server = await serverFor('guarded', onTestFinished);
    const { url, close } = await startRelay(server.socket);
    onTestFinished(close);
    await server.tell('CONFIG', 'SET', 'requirepass', 'word');
    const as = (user: string) => url.replace('//', `//${user}`);
    const anonymous = await refused('anonymous', url);
    expect(anonymous).toMatch(/^error\[E0933\].* refuses: it wants a user and a password\n/);
    const rights = / the user needs `(.*)`$/.exec(anonymous)?.[1] ?? '';
    expect(await refused('stranger', as('braid:wrong@'))).toMatch(
      /^error\[E0933\].* refuses: user or password is wrong\n/,
    );
    const user = ['SETUSER', 'least', 'on', '>word', ...rights.split(' ')];
    await server.tell('ACL', ...user, '-@stream');
    expect(await refused('denied', as('least:word@'))).toMatch(
      /^error\[E0933\].* refuses: The user executing the script can't run this command/,
    );
    await server.tell('ACL', ...user);
    await server.tell('ACL', 'LOG', 'RESET');
    const field = place('allowed');
    const { code, stderr } = await command(field, ['run', 'w.braid', '--redis', as('least:word@')])
      .ended;
    expect(code, stderr).toBe(0);
    expect(await server.tell('ACL', 'LOG')).toEqual([]);
  });

  test('it is not there, or no URL', async () => {
    expect(await refused('nowhere', `unix://${scratch}/no/socket`)).toMatch(
      /^error\[E0930\].* cannot be reached: connect ENOENT .*\n.*--redis auto/,
    );
    expect(await refused('wrong', 'http://here')).toMatch(
      /^error\[E0930\]: `http:\/\/here` is no URL of a Redis\n/,
    );
  });

  test('it is too old', async ({ onTestFinished }) => {
    // Nobody has one any more: this answers as version 5 did.
    const info = '# Server\r\nredis_version:5.0.7\r\n';
    const old = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        for (const [, name] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
          const known = name?.toLowerCase() === 'info';
          socket.write(
            known ? `$${info.length}\r\n${info}\r\n` : `-ERR unknown command '${name}'\r\n`,
          );
        }
      });
    });
    const path = join(scratch, 'old.socket');
    await new Promise<void>((resolve) => old.listen(path, resolve));
    onTestFinished(() => void old.close());
    expect(await refused('old', `unix://${path}`)).toMatch(
      /^error\[E0931\].* is version 5\.0\.7, 6\.2 is needed\n/,
    );
  });

  test('there is none to be started; one that was started goes with its owner', async () => {
    const said = await refused('none', 'auto', { PATH: pathWithout(/^(redis|valkey)-server$/) });
    expect(said).toMatch(/^error\[E0934\].*neither `redis-server` nor `valkey-server`/);
    const own = join(scratch, 'tmp');
    mkdirSync(own);
    const field = place('killed');
    writeFileSync(join(field.directory, 'w.braid'), workflow.replace('"true"', '"sleep", "600"'));
    const engine = command(field, ['run', 'w.braid', '--redis', 'auto'], '', { TMPDIR: own });
    await until(
      () => readdirSync(own).length === 1 && atWorkIn(field.directory).some(isSleep),
      60_000,
    );
    const [server = ''] = atWorkIn(own);
    expect(server).toContain('redis-server');
    engine.process.kill('SIGKILL');
    const pid = Number(server.split(' ')[0]);
    await until(() => processState(pid) === undefined && readdirSync(own).length === 0, 20_000);
    expect(processState(pid)).toBeUndefined();
    expect(readdirSync(own)).toEqual([]);
    // What it ran goes on, as it does without a Redis.
    for (const text of atWorkIn(field.directory).filter(isSleep))
      process.kill(Number(text.split(' ')[0]));
  });

  /** All programs of PATH but these. */
  function pathWithout(names: RegExp): string {
    const directory = join(scratch, 'programs');
    mkdirSync(directory);
    for (const place of (process.env.PATH ?? '').split(':')) {
      for (const name of namesIn(place)) {
        const path = join(directory, name);
        if (!names.test(name) && !existsSync(path)) symlinkSync(join(place, name), path);
      }
    }
    return directory;
  }

  const isSleep = (text: string) => /\bsleep 600/.test(text);
});

describe.skipIf(lacks('redis-server')).concurrent('verbs over a Redis', () => {
  const text = `workflow verbs
secret word
param gate: string
env tool { setup = "export TOOL=hammer" }
step first for each i in 1..4 {
  env tool
  vars { WORD = word }
  out x: string = text("x")
  script bash """
    echo first @{i} $BRAID_ATTEMPT >> @{gate}.count
    printf '%s %s' "$TOOL" "\${#WORD}" > x
    until [ -e @{gate}.@{i} ]; do sleep 0.05; done
    [ ! -e @{gate}.fails ] || exit 3
  """
}
step second for each i in 1..4 {
  in  x = first.x
  out y: string = text("y")
  script bash """
    echo second @{i} $BRAID_ATTEMPT >> @{gate}.count
    echo @{x} > y
  """
}
`;
  const shape = { name: 'verbs', text, executions: new Map(), results: {} };
  const secret = { BRAID_SECRET_word: 'hunter2' };

  const valueFile = (field: Field, step: string, n: number) =>
    join(
      runDirectory(field, begunRun(field) ?? ''),
      `${['first', 'second'].indexOf(step)}/0/${n}/1/work/y`,
    );

  /** Says what is done with the run from another terminal. */
  function hand(field: Field) {
    const gate = join(field.directory, 'gate');
    const ask = async (...args: string[]) => {
      const { code, stdout, stderr } = await command(field, args).ended;
      expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
      return stdout;
    };
    return {
      gate,
      ask,
      open: (name: number | string) => writeFileSync(`${gate}.${name}`, ''),
      count: () => textOf(`${gate}.count`).split('\n').filter(Boolean).sort(),
      async comes(what: string, isTrue: () => boolean): Promise<void> {
        expect(await until(isTrue, 60_000), `waited in vain: ${what}`).toBe(true);
      },
      /** How many of a step stand so. */
      async stands(step: string, state: string, wanted: number): Promise<void> {
        let last = '';
        for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
          last = await ask('status', 'last', '--json');
          const { steps } = JSON.parse(last) as { steps: Record<string, unknown>[] };
          if (steps.find(({ name }) => name === step)?.[state] === wanted) return;
        }
        throw new Error(`${step} has not ${wanted} ${state}: ${last}`);
      },
    };
  }

  test('hold, cancel, retry, drain, resume; secrets and environments at a worker', async ({
    onTestFinished,
  }) => {
    const server = await serverFor('verbs', onTestFinished, true);
    const field = makeField(braid, join(scratch, 'verbs'), shape);
    const { gate, ask, open, count, comes, stands } = hand(field);
    const redis = ['--redis', `unix://${server.socket}`];
    const serving = command(field, ['worker', ...redis, '-j', '4'], '', secret);
    const args = ['run', 'verbs.braid', '--set', `gate=${gate}`, '--no-worker', ...redis];
    const engine = command(field, args, '', secret);
    await comes('all begun', () => count().length === 4);
    await ask('hold', 'last', 'second[i=1]', '--yes');
    await ask('cancel', 'last', 'first[i=2]', '--yes');
    await stands('first', 'cancelled', 1);
    open('fails');
    open(3);
    await stands('first', 'failed', 1);
    rmSync(`${gate}.fails`);
    await ask('retry', 'last', 'first[i=3]', '--yes');
    open(1);
    await stands('first', 'succeeded', 2);
    await comes('what read it', () => count().includes('second 3 1'));
    expect(count()).not.toContain('second 1 1');
    await ask('release', 'last', 'second[i=1]', '--yes');
    await stands('second', 'succeeded', 2);
    engine.process.kill('SIGINT');
    await comes('draining', () => /no new work/.test(engine.said().stderr + engine.said().stdout));
    open(4);
    await engine.ended;
    expect(count()).not.toContain('second 4 1');
    const resumed = await command(field, ['resume', 'last', '--no-worker', ...redis], '', secret)
      .ended;
    expect(resumed.code, resumed.stderr).toBe(1);
    expect(count()).toEqual([
      ...['first 1 1', 'first 2 1', 'first 3 1', 'first 3 2', 'first 4 1'],
      ...['second 1 1', 'second 3 1', 'second 4 1'],
    ]);
    // The log of all that the Redis was told, and everything below the work directory.
    const places = [join(scratch, 'verbs-redis'), field.directory];
    const leaks = spawnSync('grep', ['-rl', 'hunter2', ...places], { encoding: 'utf8' });
    expect(leaks.stdout).toBe('');
    expect(readFileSync(valueFile(field, 'second', 0), 'utf8')).toBe('hammer 7\n');
    expect(await dismiss(serving)).toEqual([]);
    expect(await leftIn(field)).toEqual([]);
  });

  test('a worker that is to leave finishes what it has; asked again, it leaves that to the next', async ({
    onTestFinished,
  }) => {
    const server = await serverFor('leave', onTestFinished);
    const field = makeField(braid, join(scratch, 'leave'), shape);
    const { gate, open, count, comes } = hand(field);
    const redis = ['--redis', `unix://${server.socket}`];
    const one = command(field, ['worker', ...redis, '-j', '1'], '', secret);
    const args = ['run', 'verbs.braid', '--set', `gate=${gate}`, '--no-worker', ...redis];
    const engine = command(field, args, '', secret);
    await comes('one begun', () => count().length === 1);
    one.process.kill('SIGTERM');
    await comes('it is about to leave', () => one.said().stderr.includes('taking nothing new'));
    expect(one.process.exitCode).toBeNull();
    one.process.kill('SIGTERM');
    const left = await one.ended;
    expect(left.code, left.stderr).toBe(0);
    const next = command(field, ['worker', ...redis, '-j', '2'], '', secret);
    for (const i of [1, 2, 3, 4]) open(i);
    const { code, stderr } = await engine.ended;
    expect(code, stderr).toBe(0);
    expect(count()).toEqual(
      ['first', 'second'].flatMap((step) => [1, 2, 3, 4].map((i) => `${step} ${i} 1`)),
    );
    expect(await dismiss(next)).toEqual([]);
    expect(await leftIn(field)).toEqual([]);
  });
});
