import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, root, scratch } from './braid.ts';

/** What `npm pack --json` says of the tarball. */
interface Packed {
  readonly filename: string;
  /** Bytes of the tarball, and of what is in it. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

const pinned = join(root, 'node_modules/node/bin');
const npmPath = [pinned, process.env.PATH ?? ''].join(delimiter);

let home: string;
let packed: Packed;
/** The installed package, and the command that npm made of it. */
let installed: string;
let command: string;

function npm(cwd: string, args: readonly string[]): string {
  const run = spawnSync('npm', [...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    env: { ...process.env, PATH: npmPath },
  });
  if (run.status !== 0) throw new Error(`npm ${args.join(' ')}: ${run.stderr}${run.stdout}`);
  return run.stdout;
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'braid-pack-'));
  const [only] = JSON.parse(npm(root, ['pack', '--json', '--pack-destination', home]));
  packed = only;
  const tarball = join(home, packed.filename);
  // With a prefix: npm would else climb to any directory above that has a package.json.
  npm(home, ['install', '--prefix', home, '--prefer-offline', '--no-audit', '--no-fund', tarball]);
  installed = join(home, 'node_modules/@lsstdesc/braid');
  command = join(home, 'node_modules/.bin/braid');
}, 120_000);

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The installed command with this and no other PATH. */
function braidWith(path: string, cwd: string, args: readonly string[]): Ended {
  const run = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', PATH: path },
  });
  if (run.error) throw run.error;
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** A directory with a `node` that says it is of this version, and says so when it is started. */
function fakeNode(version: string): string {
  const dir = scratch();
  const text = `#!/bin/sh\n[ "$1" = --version ] && { echo ${version}; exit; }\necho "started on ${version}"\n`;
  writeFileSync(join(dir, 'node'), text);
  chmodSync(join(dir, 'node'), 0o755);
  return dir;
}

/** A directory with the `node` of the host, the pinned one aside, if that is older than Braid needs. */
function oldNode(): string | undefined {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(dir, 'node');
    if (dir.includes('node_modules') || !existsSync(node)) continue;
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
    const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
    if (version === '' || major > 22 || (major === 22 && minor >= 18)) continue;
    const only = scratch();
    symlinkSync(node, join(only, 'node'));
    return only;
  }
  return undefined;
}

const host = '/usr/bin:/bin';

test('the installed package runs a shipped workflow', () => {
  const dir = scratch();
  const workflow = join(installed, 'workflows/hello-panda.braid');
  const run = braidWith(`${pinned}:${host}`, dir, ['run', workflow]);
  expect(run.stderr).toBe('');
  expect(run.code).toBe(0);
  expect(run.stdout).toContain('hello_panda succeeded');
  const poster = readFileSync(join(dir, 'results/hello/poster.txt'), 'utf8');
  expect(poster.split('\n').filter(Boolean)).toHaveLength(3);
  expect(poster).toContain("HELLO DESC COLLABORATOR'S CAT, FROM");
  const status = braidWith(`${pinned}:${host}`, dir, ['status', '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({ format: 1, state: 'succeeded' });
});

test('it says its version, and explains a code', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const path = `${pinned}:${host}`;
  expect(braidWith(path, home, ['--version']).stdout).toBe(`${version}\n`);
  expect(braidWith(path, home, ['explain', 'E0301']).stdout).toMatch(/^E0301: /);
});

test('on a Node that is too old it says so in one line and exits 2', () => {
  const old = oldNode() ?? fakeNode('v20.0.0');
  for (const dir of [old, fakeNode('v20.0.0'), fakeNode('v22.17.9'), fakeNode('v8.17.0')]) {
    const run = braidWith(`${dir}:${host}`, home, ['--version']);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(
      /^braid: needs Node 22\.18 or newer.*, but this is v\d+\.\d+\.\d+\n$/,
    );
  }
  const run = braidWith(`${fakeNode('v22.18.0')}:${host}`, home, ['--version']);
  expect(run.stdout).toBe('started on v22.18.0\n');
});

test('without any Node it says so in one line and exits 2', () => {
  const dir = scratch();
  for (const tool of ['sh', 'dirname', 'readlink']) {
    const path = host.split(':').find((place) => existsSync(join(place, tool)));
    symlinkSync(join(path ?? '', tool), join(dir, tool));
  }
  const run = braidWith(dir, home, ['--version']);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/^braid: needs Node 22\.18 or newer.* no 'node' on the PATH\n$/);
});

test('the package has what it needs and nothing else', () => {
  const paths = packed.files.map((file) => file.path);
  const top = [...new Set(paths.map((path) => path.split('/')[0]))].sort();
  const expected = ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'docs', 'package.json'];
  expect(top).toEqual([...expected, 'workflows']);

  // Node strips no types below node_modules, so that a source there could never be loaded.
  expect(paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
  const remains =
    /(^|\/)(test|bench|__pycache__|\.braid|results|node_modules)(\/|$)|\.(log|tgz|db)$/;
  expect(paths.filter((path) => remains.test(path))).toEqual([]);

  expect(paths).toContain('dist/cli/main.js');
  expect(paths).toContain('docs/states.md');
  expect(packed.files.find((file) => file.path === 'bin/braid')?.mode).toBe(0o755);
  for (const name of readdirSync(join(root, 'workflows/examples'))) {
    if (/\.(braid|csv)$/.test(name)) expect(paths).toContain(`workflows/examples/${name}`);
  }
  for (const name of readdirSync(join(root, 'docs/schemas'))) {
    expect(paths).toContain(`docs/schemas/${name}`);
  }
  expect(packed.size).toBeLessThan(5_000_000);
  expect(packed.unpackedSize).toBeLessThan(15_000_000);
});

test('what the package loads is in it, or in a package that it depends on', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const modules = packed.files
    .map(({ path }) => path)
    .filter((path) => /^dist\/.*\.js$/.test(path));
  // A chunk for each verb at least.
  expect(modules.length).toBeGreaterThan(readdirSync(join(root, 'cli/verbs')).length);
  const isInstalled = (name: string) =>
    Object.keys(dependencies).some((one) => name === one || name.startsWith(`${one}/`));
  for (const module of modules) {
    const text = readFileSync(join(installed, module), 'utf8');
    const imported =
      /^(?:import|export)\b[^'"`;]*?["']([^"']+)["'];?$|import\(["']([^"']+)["']\)/gm;
    for (const [, fixed, lazy] of text.matchAll(imported)) {
      const name = fixed ?? lazy ?? '';
      if (name.startsWith('node:')) continue;
      if (!name.startsWith('.')) expect(isInstalled(name), `${module}: ${name}`).toBe(true);
      else expect(modules, module).toContain(join(dirname(module), name));
    }
  }
});

test('what every verb loads is small: verbs are loaded when called', () => {
  const text = readFileSync(join(installed, 'dist/cli/main.js'), 'utf8');
  const fixed = [...text.matchAll(/^import .* from "(\.[^"]+)";$/gm)].map(([, name = '']) => name);
  expect(fixed).not.toEqual([]);
  const loaded = ['main.js', ...fixed].map((name) =>
    readFileSync(join(installed, 'dist/cli', name), 'utf8'),
  );
  expect(loaded.join('').length).toBeLessThan(40_000);
  expect(text).toMatch(/import\("\.\/check-[^"]+"\)/);
});
