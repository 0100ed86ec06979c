import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepareEnvironment } from '../../../runners/environment/prepare.ts';
import { bootId } from '../../../runners/local/processes.ts';

let root: string;
let lines: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'braid-env-'));
  lines = [];
});
afterEach(() => rmSync(root, { recursive: true }));

type Fields = Record<string, string | readonly string[]>;

/** Prepares with `programs` (shell scripts by name) in place of uv and python. */
function prepare(fields: Fields, programs: Record<string, string>, signal?: AbortSignal) {
  const bin = join(root, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, text] of Object.entries({ uv: 'exit 1', ...programs })) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return prepareEnvironment(
    { name: 'stack', fields, digest: 'abc123' },
    {
      directory: join(root, 'env'),
      environment: { PATH: [bin, '/usr/bin', '/bin'].join(delimiter), ROOT: root },
      progress: (line) => lines.push(line),
      signal: signal ?? new AbortController().signal,
    },
  );
}

/** Makes a "virtual environment" whose python says with which arguments it was called. */
const PYTHON = `[ "$2" = venv ] || exit 9
echo venv >>"$ROOT/calls"
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho "$@" >>"$ROOT/calls"\\neval "$PIP"\\n' >"$3/bin/python"
chmod +x "$3/bin/python"`;

const calls = () => readFileSync(join(root, 'calls'), 'utf8').trim().split('\n');

it('installs once a digest, also for several engines at once', async () => {
  const fields = { pip: ['numpy==2.1.0', 'six'] };
  const both = await Promise.all([1, 2].map(() => prepare(fields, { python3: PYTHON })));
  const again = await prepare(fields, { python3: 'exit 9' });
  expect(calls()).toEqual([
    'venv',
    '-m pip install --no-input --disable-pip-version-check numpy==2.1.0 six',
  ]);
  const venv = join(root, 'env/abc123/venv');
  const setup = [`export VIRTUAL_ENV='${venv}' PATH='${venv}/bin':"$PATH"`, 'unset PYTHONHOME'];
  for (const answer of [...both, again]) expect(answer).toEqual({ kind: 'ready', setup });
  expect(lines.some((line) => line.includes('installing numpy==2.1.0, six'))).toBe(true);
});

it('prefers uv', async () => {
  const uv = `echo "$@" >>"$ROOT/calls"`;
  const fields = { pip: ['six'], python: '3.11' };
  expect((await prepare(fields, { uv })).kind).toBe('ready');
  const venv = join(root, 'env/abc123/venv');
  expect(calls()).toEqual([
    '--version',
    `venv --python 3.11 ${venv}`,
    `pip install --python ${venv}/bin/python six`,
  ]);
});

it('says why packages cannot be had, and tries again the next time', async () => {
  const said = async (words: string) => {
    const python3 = PYTHON.replace('eval "$PIP"', `echo "${words}"; exit 1`);
    const answer = await prepare({ pip: 'six' }, { python3 });
    return answer.kind === 'failed' ? `${answer.text} | ${answer.hint}` : answer.kind;
  };
  expect(await said('ERROR: No matching distribution found for six==99')).toMatch(
    /no such package or version.*\n.*six==99 \| check name and version/s,
  );
  expect(await said('Temporary failure in name resolution')).toMatch(/cannot be reached/);
  expect(await said('THESE PACKAGES DO NOT MATCH THE HASHES')).toMatch(/hash promises/);
  expect(await said('something odd')).toMatch(/something odd \|.*env\/abc123\/log/s);
  expect((await prepare({ pip: 'six' }, { python3: PYTHON })).kind).toBe('ready');
});

it('takes the lock of an owner that is dead, and waits for one that lives', async () => {
  mkdirSync(join(root, 'env'));
  const lock = join(root, 'env/abc123.lock');
  const owner = { host: hostname(), bootId: bootId(), pid: process.pid, processStart: '1' };
  writeFileSync(lock, JSON.stringify(owner));
  expect((await prepare({ pip: 'six' }, { python3: PYTHON })).kind).toBe('ready');
  rmSync(join(root, 'env/abc123'), { recursive: true });
  const far = { ...owner, host: 'elsewhere' };
  writeFileSync(lock, JSON.stringify(far));
  const aborted = AbortSignal.timeout(250);
  expect(await prepare({ pip: 'six' }, { python3: PYTHON }, aborted)).toEqual({
    kind: 'failed',
    text: 'interrupted',
  });
  expect(lines.at(-1)).toBe(
    `env stack: waits for elsewhere, process ${process.pid}, which is preparing it`,
  );
});

it('gives variables and set-up lines as they are', async () => {
  const fields = { vars: ["A=it's b", 'B='], setup: 'setup lsst_distrib' };
  expect(await prepare(fields, {})).toEqual({
    kind: 'ready',
    setup: [`export A='it'\\''s b'`, `export B=''`, 'setup lsst_distrib'],
  });
});

it('says what this site cannot provide', async () => {
  expect(await prepare({ image: 'ghcr.io/x' }, {})).toMatchObject({
    kind: 'failed',
    text: 'env `stack` is given by `image`, which the local runner cannot provide',
    hint: expect.stringContaining('env stack { runtime = "none" }'),
  });
  const promised = { cvmfs: '/cvmfs/x', runtime: 'none', setup: 'a' };
  expect(await prepare(promised, {})).toEqual({ kind: 'ready', setup: ['a'] });
  expect((await prepare({ pip: ['--index-url=http://x'] }, {})).kind).toBe('failed');
});

it('makes an environment that runs', async () => {
  const wheel = join(root, 'braidprobe-1.0-py3-none-any.whl');
  const script = `import sys, zipfile
w = zipfile.ZipFile(sys.argv[1], 'w')
w.writestr('braidprobe.py', 'print("probe", __name__)')
d = 'braidprobe-1.0.dist-info/'
w.writestr(d + 'METADATA', 'Metadata-Version: 2.1\\nName: braidprobe\\nVersion: 1.0\\n')
w.writestr(d + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
w.writestr(d + 'RECORD', '')
w.close()`;
  execFileSync('python3', ['-c', script, wheel]);
  const answer = await prepareEnvironment(
    { name: 'probe', fields: { pip: [wheel] }, digest: 'real' },
    {
      directory: join(root, 'env'),
      environment: process.env,
      progress: (line) => lines.push(line),
      signal: new AbortController().signal,
    },
  );
  if (answer.kind === 'failed') throw new Error(`${answer.text}\n${answer.hint}`);
  const shell = [...answer.setup, 'python -c "import braidprobe"'].join('\n');
  expect(execFileSync('sh', ['-c', shell], { encoding: 'utf8' })).toBe('probe braidprobe\n');
});
