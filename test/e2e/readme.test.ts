import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lacks } from '../setup/needs.ts';
import { braid, braidJson, type Ended, root, scratch, write } from './braid.ts';
import { commandsOf, type ShownCommand, textsOf, verbsInProse } from './readme.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const survey = 'workflows/twinkles-mini/twinkles-mini.braid';
const whenItFails = 'When something fails';

/** Where the commands are given: `hello.braid` is there and `braid` is on the PATH. */
interface Stage {
  readonly dir: string;
  readonly flag: string;
  readonly path: string;
}

function stage(): Stage {
  const [hello = ''] = textsOf(readme, 'braid');
  const dir = scratch({ 'hello.braid': hello });
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  symlinkSync(join(root, 'bin/braid'), join(bin, 'braid'));
  return { dir, flag: join(dir, 'flag'), path: `${bin}:${process.env.PATH}` };
}

/** The command as a shell reads it. */
function sh({ dir, path }: Stage, command: string): Ended {
  const env = { ...process.env, PATH: path, NO_COLOR: '1', SHELL: '/bin/true' };
  const run = spawnSync('/bin/sh', ['-c', command], { cwd: dir, encoding: 'utf8', env });
  if (run.error) throw run.error;
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** A greeting for Rubin fails until the flag is there. */
function breakHello({ dir, flag }: Stage): void {
  const path = join(dir, 'hello.braid');
  const text = readFileSync(path, 'utf8');
  const broken = text.replace(
    '    echo "Hello',
    `    echo greeting\n    [ @{name} != Rubin ] || [ -e ${flag} ]\n    echo "Hello`,
  );
  expect(broken).not.toBe(text);
  write(dir, { 'hello.braid': broken });
  const run = braid(dir, ['run', 'hello.braid']);
  expect(run.code, run.stderr).toBe(1);
}

/** What each command must do. One that is not here has no test, and fails. */
const expectations: readonly (readonly [RegExp, (at: Stage, command: string) => void])[] = [
  [/^npm ci$/, () => expect(existsSync(join(root, 'package-lock.json'))).toBe(true)],
  [/^npm start$/, () => expect(script('start')).toBe(`bin/braid run ${survey}`)],
  [
    /^npm test$/,
    () => {
      expect(script('test')).toBe('node test/setup/run.ts');
      expect(existsSync(join(root, 'test/setup/run.ts'))).toBe(true);
    },
  ],
  [
    /^braid worker/,
    (at, c) => {
      // It serves until it is told to end.
      const ended = sh(at, `timeout --preserve-status -s INT 5 ${c}`);
      expect(ended.stderr).toContain('serving local');
      expect(ended.code, ended.stderr).toBe(0);
    },
  ],
  [/^braid check hello/, (at, c) => expect(good(at, c)).toBe('hello.braid: ok\n')],
  [/^braid plan hello/, (at, c) => expect(good(at, c)).toContain('3 instances, 2 edges')],
  [
    /^braid run hello/,
    (at, c) => {
      expect(good(at, c)).toContain('hello succeeded');
      const poster = readFileSync(join(at.dir, 'results/poster.txt'), 'utf8');
      expect(poster.trim().split('\n').sort()).toEqual(['Hello Fermi', 'Hello Rubin']);
      expect(good(at, c)).toContain('3 reused');
    },
  ],
  [
    /^braid status$/,
    (at, c) => expect(good(at, c)).toMatch(/of hello: succeeded[\s\S]*greet +2\/2/),
  ],
  [
    /^braid failures last$/,
    (at, c) => {
      const lines = readFileSync(join(at.dir, 'hello.braid'), 'utf8').split('\n');
      const line = lines.findIndex((text) => text.includes(at.flag)) + 1;
      expect(good(at, c)).toContain(`greet[name=Rubin]: exit 1\n  at hello.braid:${line}: `);
    },
  ],
  [
    /^braid why last poster$/,
    (at, c) => expect(good(at, c)).toMatch(/^poster: blocked\n[\s\S]*greet\[name=Rubin\]: failed/),
  ],
  [/^braid logs last 'greet/, (at, c) => expect(good(at, c)).toBe('greeting\n')],
  [/^braid shell last 'greet/, (at, c) => expect(good(at, c)).toBe('')],
  [
    /^braid retry last :failed$/,
    (at, c) => {
      write(at.dir, { flag: '' });
      // At a terminal it asks; here is nobody to answer.
      expect(good(at, `${c} --yes`)).toContain('hello succeeded');
      expect(braidJson(at.dir, ['runs']).items[0].state).toBe('succeeded');
    },
  ],
  [
    /^braid resume last$/,
    (at, c) => {
      const ended = sh(at, c);
      expect(ended.code, ended.stderr).toBe(0);
      expect(ended.stdout + ended.stderr).toMatch(/finished|ended|succeeded/);
    },
  ],
];

function script(name: string): string {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts[name];
}

/** Stdout of a command that must exit 0. */
function good(at: Stage, command: string): string {
  const ended = sh(at, command);
  expect(ended.code, `${command}: ${ended.stderr}`).toBe(0);
  return ended.stdout;
}

/** A Redis in the place of the one that the README names. */
function withRedis({ dir }: Stage, text: string, perform: (text: string) => void): void {
  // One that ends takes its files with it, in its own time.
  const own = mkdtempSync(join(dir, 'redis-'));
  const socket = join(own, 's');
  const pid = join(own, 'pid');
  // Nothing is kept: one that cannot save, as its directory is gone, would not end.
  const args = [
    '--port',
    '0',
    '--save',
    '',
    '--unixsocket',
    socket,
    '--dir',
    own,
    '--pidfile',
    pid,
  ];
  spawnSync('redis-server', [...args, '--daemonize', 'yes']);
  try {
    perform(text.replace('redis://head:6379', `unix://${socket}`));
  } finally {
    process.kill(Number(readFileSync(pid, 'utf8')));
  }
}

function perform(at: Stage, { text }: ShownCommand): void {
  if (text.includes('--redis') && lacks('redis-server')) return;
  const known = expectations.find(([pattern]) => pattern.test(text));
  if (!known) throw new Error(`the README shows \`${text}\`, which no test performs`);
  if (text.includes('redis://')) withRedis(at, text, (real) => known[1](at, real));
  else known[1](at, text);
}

test('every command of the README does what it says, in the order in which it stands there', () => {
  const at = stage();
  const commands = commandsOf(readme);
  expect(commands.length).toBeGreaterThan(10);
  let broken = false;
  for (const command of commands) {
    if (command.part === whenItFails && !broken) {
      breakHello(at);
      broken = true;
    }
    perform(at, command);
  }
  expect(broken).toBe(true);
});

test('what `npm start` runs can be planned, and is as large as the README says', () => {
  const plan = braidJson(root, ['plan', survey]);
  const instances = Number(/(\d+) instances/.exec(readme)?.[1]);
  expect(plan.instances).toEqual({ min: instances, max: instances });
});

test('the site of the README is right', () => {
  const [site = ''] = textsOf(readme, 'site');
  const checked = braid(scratch({ 'laptop.site': site }), ['check', 'laptop.site']);
  expect(checked).toMatchObject({ code: 0, stdout: 'laptop.site: ok\n' });
});

test('verbs and files that the README names exist', () => {
  const help = braid(root, ['--help']).stdout;
  const verbs = [...help.matchAll(/^ {2}([a-z]+)/gm)].map((match) => match[1]);
  const named = verbsInProse(readme);
  expect(named.length).toBeGreaterThan(0);
  for (const verb of named) expect(verbs).toContain(verb);
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
  expect(links.length).toBeGreaterThan(2);
  for (const link of links) expect(existsSync(join(root, link)), link).toBe(true);
});

test('the checks can fail: a command that nothing performs, a verb that is none', () => {
  const text = '## Part\n```sh\nbraid dance hello.braid   # a dance\n```\nSee `braid sing x`.';
  expect(commandsOf(text)).toEqual([{ text: 'braid dance hello.braid', part: 'Part' }]);
  const [dance] = commandsOf(text);
  expect(() => perform(stage(), dance as ShownCommand)).toThrow('which no test performs');
  expect(verbsInProse(text)).toEqual(['sing']);
  expect(commandsOf('```sh\nnpm ci && npm start # both\n```').map((c) => c.text)).toEqual([
    'npm ci',
    'npm start',
  ]);
});
