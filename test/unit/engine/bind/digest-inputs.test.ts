import { expect, it } from 'vitest';
import { digestInputs, readScripts } from '../../../../engine/bind/digest-inputs.ts';
import { memoryFiles } from '../../../../engine/files.ts';
import { given } from './given.ts';

const text = `
param tool: file = "tool.py"
param scripts: dir = "bin"
param gone: file = "gone.txt"
location refs: dir
step a {
  out x: file = "x"
  script bash """
    python3 @{tool} @{scripts} @{refs} @{gone} > @{x}
  """
}`;

async function digests(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { plan } = await given(text, { files });
  const found = await digestInputs(plan, memoryFiles(files));
  return [...found].map(([path, digest]) => `${path} ${digest}`);
}

const before = { 'tool.py': 'print(1)', 'bin/run.sh': 'run', 'bin/lib/a.sh': 'a' };

it('digests files and whole directories, but no location and nothing that is not there', async () => {
  const found = await digests(before);
  expect(found.map((line) => line.replace(/[0-9a-f]{64}$/, 'HEX'))).toEqual([
    'bin content HEX',
    'tool.py content HEX',
  ]);
});

it('digests nothing that is a path or a store: they change in place', async () => {
  const declared = `
record Place {
  at:   path
  seed: file
}
param one:    path       = "db"
param some:   list<path> = ["db"]
param maybe:  path?      = "db"
param place:  Place      = {at = "db", seed = "seed.txt"}
let same = one
step a for each p in some {
  script exec ["ls", one, p, maybe ?? "", place.at, place.seed, same]
}`;
  const files = { 'db/rows': '1', 'seed.txt': '7' };
  const { plan } = await given(declared, { files });
  expect([...(await digestInputs(plan, memoryFiles(files))).keys()]).toEqual(['seed.txt']);
});

it('sees a change of a content and of a name deep inside, and no by-products', async () => {
  const [bin, tool] = await digests(before);
  const change = async (to: Readonly<Record<string, string>>) => {
    const [binAfter, toolAfter] = await digests(to);
    return [binAfter !== bin, toolAfter !== tool];
  };
  expect(await change({ ...before, 'tool.py': 'print(2)' })).toEqual([false, true]);
  expect(await change({ ...before, 'bin/lib/a.sh': 'b' })).toEqual([true, false]);
  expect(await change({ ...before, 'bin/lib/b.sh': '' })).toEqual([true, false]);
  expect(await change({ ...before, 'bin/__pycache__/a.pyc': 'x', 'bin/.a.swp': 'y' })).toEqual([
    false,
    false,
  ]);
});

it('reads the scripts that a workflow names, beside its file, and says which is missing', async () => {
  const { plan } = await given(`
param name: string = "run"
step a {
  script bash file "bin/@{name}.sh"
}
step b {
  script bash file "bin/none.sh"
}`);
  const read = await readScripts(plan, memoryFiles({ '/wf/bin/run.sh': 'echo 1\n' }), '/wf');
  expect([...read.value]).toEqual([['bin/run.sh', 'echo 1\n']]);
  expect(read.diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'E0713 the script of `b` cannot be read: no such file: /wf/bin/none.sh',
  ]);
});
