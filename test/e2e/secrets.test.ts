import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { braid, scratch, start, until } from './braid.ts';

const value = "hunter2 'quoted' $HOME \\ value";

const text = `workflow w
secret dbPassword
env tool { setup = "export TOOL=1" }
step with for each i in [1, 2] {
  vars { PGPASSWORD = dbPassword }
  out length: int = text("n.txt")
  script bash """
    printf %s "$PGPASSWORD" | wc -c > n.txt
    while ! [ -e @{go} ]; do sleep 0.05; done
  """
}
step inside {
  env tool
  vars { PGPASSWORD = dbPassword }
  out length: int = text("n.txt")
  script bash """
    printf %s "$PGPASSWORD" | wc -c > n.txt
  """
}
step without {
  out seen: string = text("seen.txt")
  script bash """
    echo "[\${PGPASSWORD-}\${BRAID_SECRET_dbPassword-}\${dbPassword-}]" > seen.txt
  """
}
param go: string
`;

/** Every file below a directory, sockets and such aside. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
}

/** Files and arguments of processes that hold part of the secret. */
function leaks(directory: string): string[] {
  const found = filesBelow(directory).filter((path) =>
    readFileSync(path, 'latin1').includes('hunter2'),
  );
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const id of processes) {
    try {
      if (readFileSync(`/proc/${id}/cmdline`, 'latin1').includes('hunter2')) found.push(id);
    } catch {
      // It has ended.
    }
  }
  return found;
}

test('a secret reaches its steps and nothing else: no file, no argument, no other step', async () => {
  const dir = scratch({ 'w.braid': text });
  const go = join(dir, 'go');
  const config = join(dir, 'home/braid/secrets');
  mkdirSync(config, { recursive: true });
  const set = ['--set', `go=${go}`];
  const env = { XDG_CONFIG_HOME: join(dir, 'home') };

  const missing = braid(dir, ['run', 'w.braid', ...set], { env });
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain('error[E0920]: secret `dbPassword` has no value');
  expect(missing.stderr).toContain('BRAID_SECRET_dbPassword');

  writeFileSync(join(config, 'dbPassword'), `${value}\n`);
  chmodSync(join(config, 'dbPassword'), 0o640);
  const exposed = braid(dir, ['run', 'w.braid', ...set], { env });
  expect(exposed.stderr).toContain('error[E0921]');
  expect(readdirSync(dir)).not.toContain('.braid');

  expect(leaks(join(dir, 'home'))).toEqual([join(config, 'dbPassword')]);

  const started = start(dir, ['run', 'w.braid', ...set, '--json'], {
    BRAID_SECRET_dbPassword: value,
  });
  await until('both run', () => started.output().match(/attempt\.running/g)?.length === 2);
  const braidDirectory = join(dir, '.braid');
  expect(filesBelow(braidDirectory).length).toBeGreaterThan(5);
  expect(leaks(braidDirectory)).toEqual([]);
  writeFileSync(go, '');
  const ended = await started.ended;
  expect(ended.code, ended.stderr).toBe(0);
  expect(leaks(braidDirectory)).toEqual([]);
  expect(ended.stdout + ended.stderr).not.toContain('hunter2');
  const lengths = [...ended.stdout.matchAll(/"length":(\d+)/g)].map((match) => Number(match[1]));
  expect(lengths).toEqual([value.length, value.length, value.length]);
  expect(ended.stdout).toContain('"seen":"[]"');

  // Another value is no other meaning.
  chmodSync(join(config, 'dbPassword'), 0o600);
  const again = braid(dir, ['run', 'w.braid', ...set, '--json'], { env });
  expect(again.code, again.stderr).toBe(0);
  expect(again.stdout).not.toContain('submission.intended');
});
